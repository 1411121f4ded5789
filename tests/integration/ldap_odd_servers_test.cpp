// Servers that say what no real one could be brought to say: whatever it is, nobody gets in as
// somebody else, nobody's right password is wrong, and the others go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "support/directory_host.hpp"
#include "support/scripted_ldap.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::LdapRequest;
using test::ScriptedLdap;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = LdapRequest::Kind;
using Reply = std::optional<std::string>;

constexpr int no_such_object = 32, invalid_credentials = 49, insufficient_access = 50;

std::string settings(const ScriptedLdap& server, const std::string& more = "") {
    return "type = \"ldap\"\nurl = \"" + server.url() +
           "\"\nbase-dn = \"dc=x\"\ntimeout = \"2s\"\nfilter.name = \"(uid=?)\"\n"
           "bind.auth.method = \"lookup\"\n" +
           more;
}

const test::LdapAttributes jane{{"uid", {"jane"}}, {"mail", {"jane@example.org"}}};

// Of a server that knows jane, unless it is asked for her by her name.
std::string found(const LdapRequest& request, const std::string& dn = "uid=jane,dc=x") {
    if (request.dn.empty()) return ldap_result(request);  // the root
    return ldap_entry(request, dn, jane) + ldap_result(request);
}

// "The password is wrong", with Active Directory's reason.
std::string refused(const LdapRequest& request, const std::string& data) {
    return ldap_result(request, invalid_credentials,
                       "80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, "
                       "data " +
                           data + ", v4563");
}

TEST(LdapOddServer, AnEntryThatWasThereJustNowIsNotAnUnknownUser) {
    for (const bool by_code : {true, false}) {
        std::atomic<int> searches{0};
        const ScriptedLdap server([&](const LdapRequest& request) -> Reply {
            if (request.kind == Kind::bind)
                return by_code ? ldap_result(request, no_such_object) : refused(request, "525");
            if (request.dn == "uid=jane,dc=x") return ldap_result(request, no_such_object);
            ++searches;
            return found(request);
        });
        DirectoryHost host(settings(server));
        EXPECT_EQ(host.outcome("jane", "right"), "unavailable question") << host.log();
        EXPECT_GE(searches, 2) << "it was looked for again";
    }
}

TEST(LdapOddServer, TwinsAreTwinsWhateverTheyAreCalled) {
    const ScriptedLdap server([](const LdapRequest& request) -> Reply {
        if (request.kind == Kind::bind) return ldap_result(request);
        return ldap_entry(request, "my_id=1,dc=x", jane) +
               ldap_entry(request, "my_id=2,dc=x", jane) + ldap_result(request);
    });
    DirectoryHost host(settings(server));
    EXPECT_EQ(host.outcome("jane", "right"), "unavailable question");
    EXPECT_THAT(host.log(), HasSubstr("directory.ambiguous"));
}

TEST(LdapOddServer, AnEntryWithoutANameIsNotBound) {
    std::atomic<int> binds{0};
    const ScriptedLdap server([&](const LdapRequest& request) -> Reply {
        if (request.kind != Kind::bind) return found(request, "");
        ++binds;
        return ldap_result(request);
    });
    DirectoryHost host(settings(server));
    EXPECT_THAT(host.outcome("jane", "right"), StartsWith("unavailable"));
    EXPECT_EQ(binds, 0) << "that would be anonymous";
}

TEST(LdapOddServer, ABrokenEntryIsNoEntry) {
    const ScriptedLdap server([](const LdapRequest& request) -> Reply {
        if (request.kind == Kind::bind) return ldap_result(request);
        auto entry = found(request);
        // The type of the attribute is longer than what holds it.
        if (const auto at = entry.find("mail"); at != entry.npos) entry[at - 1] = '\x7F';
        return entry;
    });
    DirectoryHost host(settings(server));
    EXPECT_THAT(host.outcome("jane", "right"), StartsWith("unavailable")) << host.log();
}

TEST(LdapOddServer, OnePasswordIsNotTriedOnEveryConnection) {
    std::atomic<bool> dies{false};
    std::atomic<int> binds{0};
    const ScriptedLdap server([&](const LdapRequest& request) -> Reply {
        if (request.kind != Kind::bind) return found(request);
        ++binds;
        if (dies) return std::nullopt;
        return ldap_result(request);
    });
    DirectoryHost host(settings(server));
    std::vector<std::thread> many;
    for (int i = 0; i < 8; ++i)
        many.emplace_back([&] { EXPECT_EQ(host.outcome("jane", "right"), "accepted jane"); });
    for (auto& each : many)
        each.join();
    dies = true;
    binds = 0;
    EXPECT_THAT(host.outcome("jane", "wrong"), StartsWith("unavailable"));
    EXPECT_LE(binds, 2);
}

TEST(LdapOddServer, OneOddAnswerTakesNobodyElseDown) {
    const ScriptedLdap server([](const LdapRequest& request) -> Reply {
        if (request.kind != Kind::bind) return found(request);
        if (request.password != "odd") return ldap_result(request);
        return ldap_result(request, 0, "",
                           std::pair{"1.3.6.1.4.1.42.2.27.8.5.1", std::string("\x31\x07xx")});
    });
    DirectoryHost host(settings(server));
    for (int i = 0; i < 20; ++i) {
        EXPECT_THAT(host.outcome("jane", "odd"), StartsWith("unavailable"));
        EXPECT_EQ(host.outcome("jane", "right"), "accepted jane") << host.log();
    }
    EXPECT_THAT(host.log(), testing::Not(HasSubstr("directory.server-down")));
}

TEST(LdapOddServer, SomebodyElsesEntryIsNotTheOneThatWasBound) {
    // Who-am-I is an extended operation, which this server does not know; a DN template reads what
    // it has bound, and here that is hidden.
    const ScriptedLdap server([](const LdapRequest& request) -> Reply {
        if (request.kind == Kind::bind) return ldap_result(request);
        return ldap_result(request, insufficient_access);
    });
    DirectoryHost host("type = \"ldap\"\nurl = \"" + server.url() +
                       "\"\nbase-dn = \"dc=x\"\nfilter.name = \"(uid=?)\"\nbind.auth = { method = "
                       "\"template\", template = \"uid={username},dc=x\" }\n");
    EXPECT_THAT(host.outcome("jane", "right"), StartsWith("unavailable"));
}

}  // namespace
}  // namespace postern
