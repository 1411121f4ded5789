// Servers that tell changes (RFC 4533) as slapd does not, or do not and do not say so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "support/scripted_ldap.hpp"
#include "support/watched_directory.hpp"

namespace postern {
namespace {

using test::LdapRequest;
using test::ScriptedLdap;
using test::WatchedDirectory;
using testing::ElementsAre;
using testing::HasSubstr;

// The end of the refresh, RFC 4533 2.5.
std::string refreshed(const LdapRequest& request) {
    const auto sized = [](const std::string& text) {
        return std::string(1, static_cast<char>(text.size())) + text;
    };
    const std::string info(
        "\x80\x18"
        "1.3.6.1.4.1.4203.1.9.1.4"
        "\x81\x02\xA1\x00",
        30);
    return "\x30" + sized("\x02" + sized(request.id) + "\x79" + sized(info));
}

std::string settings(const std::string& url) {
    return "type = \"ldap\"\nurl = \"" + url +
           "\"\nbase-dn = \"dc=x\"\nfilter.name = \"(uid=?)\"\n"
           "bind.auth.method = \"lookup\"\n";
}

// What a server answers to a search that wants to learn who is there, and to those that listen.
class OddServer {
 public:
    using Answer = std::function<std::string(const LdapRequest& request, int turn)>;
    OddServer(Answer learn, Answer listen) : learn_(std::move(learn)), listen_(std::move(listen)) {}
    std::string url() const { return server_.url(); }

    static std::string none(const LdapRequest& request, int) {
        return ldap_result(request, 0, "",
                           std::pair{"1.3.6.1.4.1.4203.1.9.1.3", std::string("\x30\x05\x04\x03"
                                                                             "abc")});
    }

 private:
    std::string answer(const LdapRequest& request) {
        if (request.kind != LdapRequest::Kind::search || request.dn.empty())
            return ldap_result(request);
        if (request.attributes == std::vector<std::string>{"uid"}) return learn_(request, 0);
        return listen_(request, turn_++);
    }

    Answer learn_, listen_;
    int turn_ = 0;
    ScriptedLdap server_{[this](const LdapRequest& request) { return answer(request); }};
};

constexpr int refresh_required = 4096;

TEST(LdapWatchOddServer, WhoForgetsItsCookieIsAskedWithoutOne) {
    const OddServer server(OddServer::none, [](const LdapRequest& request, int turn) {
        return turn == 0 ? ldap_result(request, refresh_required) : refreshed(request);
    });
    WatchedDirectory watched(settings(server.url()));
    EXPECT_THAT(watched.heard(), ElementsAre("begun")) << watched.why();
    EXPECT_EQ(watched.why(), "");
}

TEST(LdapWatchOddServer, WhoNeverKnowsIsNotAskedForEver) {
    const OddServer server(OddServer::none, [](const LdapRequest& request, int) {
        return ldap_result(request, refresh_required);
    });
    WatchedDirectory watched(settings(server.url()));
    EXPECT_TRUE(watched.ends());
    EXPECT_THAT(watched.why(), HasSubstr("wants a refresh"));
}

TEST(LdapWatchOddServer, WhoDoesNotKnowWhatIsWantedAndSaysNothingTellsNoChanges) {
    const OddServer server(
        [](const LdapRequest& request, int) {
            return ldap_entry(request, "uid=jane,dc=x", {{"uid", {"jane"}}}) + ldap_result(request);
        },
        OddServer::none);
    WatchedDirectory watched(settings(server.url()));
    EXPECT_TRUE(watched.ends());
    EXPECT_THAT(watched.why(), HasSubstr("does not tell what changes"));
}

TEST(LdapWatchOddServer, WhoEndsTheSearchIsNotListenedTo) {
    const OddServer server(OddServer::none, OddServer::none);
    WatchedDirectory watched(settings(server.url()));
    EXPECT_TRUE(watched.ends());
    EXPECT_THAT(watched.why(), HasSubstr("has ended the search"));
}

}  // namespace
}  // namespace postern
