#include "app/generation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/session_host.hpp"

namespace postern::app {
namespace {

// What outlives reloads, for a test.
struct House {
    net::asio::io_context io{1};
    test::CapturedLog log;
    crypto::HashPool hash_pool{{}};
    net::BlockingPool files{1, 16};
    std::atomic<bool> draining{false};

    Foundation foundation() {
        return {io, log, hash_pool, files, std::make_shared<net::TicketKeys>(), draining};
    }
};

const std::string good =
    "[server]\nhostname = \"gate.example.org\"\n"
    "[server.listener.submission]\nbind = [\"127.0.0.1:0\"]\n"
    "[next-hop.mta]\ntype = \"smtp\"\naddress = \"127.0.0.1:25\"\ntls.starttls = \"never\"\n"
    "[directory.people]\ntype = \"memory\"\n"
    "[[directory.people.principals]]\nname = \"jane\"\nsecret = \"x\"\nemail = "
    "[\"jane@example.org\"]\n";

std::string problems_of(const std::string& toml) {
    House house;
    auto document = config::Document::parse(toml, "postern.toml");
    const auto generation = Generation::build(document, house.foundation());
    std::string all;
    for (const auto& problem : document.problems())
        all += problem.text() + "\n";
    EXPECT_EQ(generation == nullptr, !all.empty()) << all;
    return all;
}

std::string plugins() {
    return "[server]\nplugins = \"" POSTERN_BINARY_DIR "/lib/postern/backends\"\n" +
           good.substr(std::string("[server]\n").size());
}

TEST(Generation, BuildsWhatTheSettingsDescribe) {
    House house;
    auto document = config::Document::parse(plugins(), "postern.toml");
    const auto generation = Generation::build(document, house.foundation());
    for (const auto& problem : document.problems())
        ADD_FAILURE() << problem.text();
    ASSERT_TRUE(generation);
    EXPECT_EQ(generation->environment->directories.count("people"), 1U);
    EXPECT_EQ(generation->environment->next_hops.count("mta"), 1U);
    EXPECT_EQ(generation->environment->reachable_next_hops.size(), 1U);
    EXPECT_EQ(generation->listeners.count("submission"), 1U);
    EXPECT_EQ(generation->listeners.at("submission").tls, nullptr);
}

TEST(Generation, MistakesNameTheirPlaceAndWhatWouldBeRight) {
    struct Case {
        const char* name;
        std::string settings;  // added to the good ones
        const char* expected;
    };
    const Case cases[] = {
        {"no such directory", "[session.auth]\ndirectory = \"'poeple'\"\n",
         "there is no directory \"poeple\""},
        {"no such next hop", "[session.relay]\nnext-hop = \"'mat'\"\n",
         "there is no next hop \"mat\""},
        {"unknown key", "[session.limits]\nreciepients = 10\n", "recipients"},
        {"unknown section", "[sesion]\n", "session"},
        {"no duration", "[session.limits]\nidle = \"soon\"\n", "soon"},
        {"out of range", "[session.limits]\nrecipients = 1\n", "recipients"},
        {"no size", "[session.limits]\nmessage-size = \"big\"\n", "big"},
        {"unknown variable", "[session.auth]\nrequire = \"listner != 'smtp'\"\n", "listener"},
        {"too early",
         "[session.auth]\nmechanisms = [{ if = \"sender == 'x'\", then = \"[plain]\" }, { else = "
         "false }]\n",
         "sender"},
        {"unknown mechanism", "[session.auth]\nmechanisms = [\"plian\"]\n", "plian"},
        {"no domain", "[session.rcpt]\nlocal-domains = [\"not a domain\"]\n", "is not a domain"},
        {"strangers trusted like us", "[session.rcpt]\nlocal-domains = [\"example.org\"]\n",
         "identity = \"xclient\""},
        {"unknown type", "[next-hop.x]\ntype = \"pigeon\"\n", "pigeon"},
        {"unknown backend", "[directory.x]\ntype = \"phonebook\"\n", "memory"},
        {"missing certificate",
         "[certificate.default]\ncert = \"/nowhere/cert.pem\"\nprivate-key = "
         "\"/nowhere/key.pem\"\n",
         "/nowhere/cert.pem"},
        {"implicit TLS without certificate",
         "[server.listener.submissions]\nbind = [\"127.0.0.1:0\"]\ntls.implicit = true\n",
         "needs a certificate"},
        {"listener without address", "[server.listener.smtp]\n", "bind"},
        {"not an address", "[server.listener.smtp]\nbind = [\"localhost:25\"]\n",
         "not an IP address"},
        {"an address twice",
         "[server.listener.a]\nbind = [\"127.0.0.1:2525\"]\n[server.listener.b]\nbind = "
         "[\"127.0.0.1:2525\"]\n",
         "listener \"a\" has 127.0.0.1:2525 already"},
        {"bad TLS version",
         "[server.listener.smtp]\nbind = [\"127.0.0.1:0\"]\ntls.min-version = \"1.4\"\n", "1.4"},
        {"bad log level", "[log]\nlevel = \"loud\"\n", "loud"},
        {"a log format of a later day", "[log]\nformat = \"json\"\n", "json"},
        {"malformed hash",
         "[[directory.people.principals]]\nname = \"joe\"\nsecret = \"{ARGON2ID}nonsense\"\n",
         "secret"},
        {"nested auth key", "[session.auth.errors]\ntotl = 3\n", "total"},
    };
    for (const auto& each : cases) {
        const auto all = problems_of(plugins() + each.settings);
        EXPECT_NE(all.find(each.expected), std::string::npos) << each.name << ":\n" << all;
        EXPECT_TRUE(all.starts_with("postern.toml:")) << each.name << ":\n" << all;
    }
}

TEST(Generation, AllMistakesAreReportedAtOnce) {
    const auto all =
        problems_of(plugins() +
                    "[session.limits]\nidle = \"soon\"\nreciepients = 3\n"
                    "[log]\nlevel = \"loud\"\n[session.relay]\nnext-hop = \"'mat'\"\n");
    EXPECT_EQ(std::ranges::count(all, '\n'), 4) << all;
}

TEST(Generation, AnEmptyFileSaysWhatIsNeeded) {
    const auto all = problems_of("");
    EXPECT_NE(all.find("there is no listener"), std::string::npos) << all;
    EXPECT_NE(all.find("there is no next hop"), std::string::npos) << all;
}

}  // namespace
}  // namespace postern::app
