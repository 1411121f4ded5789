// Long lists in portions, as Active Directory hands them out beyond 1,500 values and no server that
// can be had does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "support/directory_host.hpp"
#include "support/scripted_ldap.hpp"

namespace postern {
namespace {

using test::DirectoryHost;
using test::LdapRequest;
using test::ScriptedLdap;
using testing::HasSubstr;
using Attributes = test::LdapAttributes;

// Answers every search with the one entry of uid=jane; what it has of proxyAddresses depends on
// what was asked for: "proxyAddresses", or "proxyAddresses;range=1500-*".
class RangeServer {
 public:
    using Portion = std::function<Attributes(const std::string& wanted)>;

    explicit RangeServer(Portion portion)
        : server_([portion = std::move(portion)](const LdapRequest& request) {
              return reply(portion, request);
          }) {}
    std::string url() const { return server_.url(); }

 private:
    static std::optional<std::string> reply(const Portion& portion, const LdapRequest& request) {
        if (request.kind != LdapRequest::Kind::search) return "";
        Attributes attributes{{"uid", {"jane"}}, {"objectClass", {"user"}}};
        for (const auto& wanted : request.attributes)
            if (wanted.starts_with("proxyAddresses")) attributes.merge(portion(wanted));
        return ldap_entry(request, "uid=jane,dc=example", attributes) + ldap_result(request);
    }
    ScriptedLdap server_;
};

std::vector<std::string> addresses(int first, int last) {
    std::vector<std::string> all;
    for (int n = first; n <= last; ++n)
        all.push_back((n == 0 ? "SMTP:jane" : "smtp:jane") + std::to_string(n) + "@example.org");
    return all;
}

std::string range(int first, int last) {
    return "proxyAddresses;range=" + std::to_string(first) + "-" + std::to_string(last);
}

// Of "proxyAddresses;range=1500-*".
int first_wanted(const std::string& wanted) {
    const auto equals = wanted.find('=');
    return equals == std::string::npos ? 0 : std::stoi(wanted.substr(equals + 1));
}

std::string settings(const RangeServer& server) {
    return "type = \"ldap\"\nurl = \"" + server.url() +
           "\"\nbase-dn = \"dc=example\"\nfilter.name = \"(uid=?)\"\n"
           "bind.auth.method = \"lookup\"\nattributes.email = \"proxyAddresses\"\n";
}

// --- the tests ---------------------------------------------------------------------------------

TEST(LdapRange, PortionsAreReadToTheLast) {
    const RangeServer server([](const std::string& wanted) -> Attributes {
        switch (first_wanted(wanted)) {
            case 0:  // the bare attribute comes too, empty
                return {{"proxyAddresses", {}}, {range(0, 1499), addresses(0, 1499)}};
            case 1500:
                return {{"proxyAddresses;Range=1500-2999", addresses(1500, 2999)},
                        {"whenChanged", {"20260101000000.0Z"}}};
            default:
                return {{"proxyAddresses;range=3000-*", addresses(3000, 3999)}};
        }
    });
    DirectoryHost host(settings(server));
    const auto jane = host.principal("jane");
    EXPECT_EQ(jane.addresses.size(), 4000u) << host.log();
    EXPECT_EQ(jane.addresses.front(), "jane0@example.org");
    EXPECT_THAT(jane.addresses, testing::Contains("jane3999@example.org"));
}

TEST(LdapRange, OnePortionMayBeAll) {
    const RangeServer server([](const std::string&) -> Attributes {
        return {{"proxyAddresses;range=0-*", addresses(0, 9)}};
    });
    DirectoryHost host(settings(server));
    EXPECT_EQ(host.principal("jane").addresses.size(), 10u) << host.log();
}

// Whatever cannot be read to its end is no answer: half of the addresses would be a refusal.
TEST(LdapRange, AListWithoutAnEndIsNoAnswer) {
    struct Case {
        std::string name;
        RangeServer::Portion portion;
    };
    const Case cases[] = {
        {"never ends",
         [](const std::string& wanted) -> Attributes {
             const int first = first_wanted(wanted);
             return {{range(first, first + 1), addresses(first, first + 1)}};
         }},
        {"the same portion again",
         [](const std::string&) -> Attributes { return {{range(0, 1), addresses(0, 1)}}; }},
        {"a portion between is missing",
         [](const std::string& wanted) -> Attributes {
             if (first_wanted(wanted) == 0) return {{range(0, 1), addresses(0, 1)}};
             return {{"proxyAddresses;range=4-*", addresses(4, 5)}};
         }},
        {"another attribute goes on",
         [](const std::string& wanted) -> Attributes {
             if (first_wanted(wanted) == 0) return {{range(0, 1), addresses(0, 1)}};
             return {{"telephoneNumber;range=2-*", {"1"}}};
         }},
        {"nothing follows",
         [](const std::string& wanted) -> Attributes {
             if (first_wanted(wanted) == 0) return {{range(0, 1), addresses(0, 1)}};
             return {};
         }},
        {"numbers run out",
         [](const std::string&) -> Attributes {
             return {{"proxyAddresses;range=0-4294967295", addresses(0, 1)}};
         }},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        const RangeServer server(each.portion);
        DirectoryHost host(settings(server));
        EXPECT_EQ(host.outcome("jane"), "unavailable question") << host.log();
        EXPECT_THAT(host.log(), HasSubstr("directory.odd-entry"));
    }
}

}  // namespace
}  // namespace postern
