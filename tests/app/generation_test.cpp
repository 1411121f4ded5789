#include "app/generation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/house.hpp"

namespace postern::app {
namespace {

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
        {"moves to nobody",
         "[directory.x]\ntype = \"migrate\"\nfrom = \"people\"\nto = \"new\"\ndomains = [\"*\"]\n",
         "\"new\" is no directory that can be used here"},
        {"moves into itself",
         "[directory.x]\ntype = \"migrate\"\nfrom = \"people\"\nto = \"x\"\ndomains = [\"*\"]\n",
         "\"x\" is no directory that can be used here"},
        {"moves to who takes nobody in",
         "[directory.x]\ntype = \"migrate\"\nfrom = \"people\"\nto = \"people\"\ndomains = "
         "[\"*\"]\n",
         "directory \"people\" takes nobody in"},
        {"moves everybody unasked",
         "[directory.x]\ntype = \"migrate\"\nfrom = \"people\"\nto = \"people\"\n",
         "it is not said whose accounts may move"},
        {"addresses from nowhere",
         "[directory.x]\ntype = \"imap\"\naddress = \"a\"\ndomains = [\"*\"]\naddresses = "
         "\"new\"\n",
         "\"new\" is no directory that can be used here"},
        {"addresses from who has none",
         "[directory.x]\ntype = \"imap\"\naddress = \"a\"\ndomains = [\"*\"]\naddresses = \"y\"\n"
         "[directory.y]\ntype = \"imap\"\naddress = \"a\"\ndomains = [\"*\"]\n",
         "directory \"y\" lists no addresses either"},
        {"a chain of nobody", "[directory.x]\ntype = \"chain\"\n",
         "it is not said which directories are asked"},
        {"a chain with itself",
         "[directory.x]\ntype = \"chain\"\nfirst = [{ directory = \"x\" }]\n",
         "\"x\" is no directory that can be used here"},
        {"a chain that asks again after a no",
         "[directory.x]\ntype = \"chain\"\nfirst = [{ directory = \"people\", next-on = "
         "[\"rejected\"] }]\n",
         "there is no answer \"rejected\""},
        {"a chain with a domain that is none",
         "[directory.x]\ntype = \"chain\"\nfirst = [{ directory = \"people\", domains = "
         "[\"a b\"] }]\n",
         "\"a b\" is no domain"},
        {"a chain that never gets there",
         "[directory.x]\ntype = \"chain\"\nfirst = [{ directory = \"people\" }, { directory = "
         "\"people\" }]\n",
         "\"people\" is never asked: those before it have the last word"},
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
        {"an unknown workaround",
         "[server.listener.smtp]\nbind = [\"127.0.0.1:0\"]\nworkarounds = [\"bare-paths\"]\n",
         "there is no workaround \"bare-paths\"; bare-path"},
        {"a directory of no type", "[directory.x]\ntype = \"\"\n", "directory.x.type is empty"},
        {"a maildir nowhere", "[next-hop.x]\ntype = \"maildir\"\npath = \"\"\n",
         "next-hop.x.path is empty"},
        {"an account of nobody", "[[directory.people.principals]]\nname = \"\"\nsecret = \"x\"\n",
         "name is empty"},
        {"a password dearer than all", "[server.hash]\nmemory = \"1m\"\nmax-memory = \"64m\"\n",
         "raise server.hash.memory"},
        {"bad TLS version",
         "[server.listener.smtp]\nbind = [\"127.0.0.1:0\"]\ntls.min-version = \"1.4\"\n", "1.4"},
        {"bad log level", "[log]\nlevel = \"loud\"\n", "loud"},
        {"a log format of others", "[log]\nformat = \"xml\"\n", "xml"},
        {"a page nowhere", "[server.http]\nbind = [\"localhost:9587\"]\n",
         "\"localhost:9587\" is not an IP address with a port"},
        {"a page nowhere that is off", "[server.http]\nenable = false\nbind = [\"x\"]\n",
         "\"x\" is not an IP address with a port"},
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

// A rule about a name that no group has would be a promise that nobody keeps.
TEST(Generation, GroupsThatAreDnsAreComparedWithDns) {
    const std::string ldap =
        "[directory.corp]\ntype = \"ldap\"\nurl = \"ldap://127.0.0.1:9\"\nbase-dn = \"dc=x\"\n"
        "filter.name = \"(uid=?)\"\n";
    const std::string rules = "[session.auth]\ndirectory = \"'corp'\"\n";
    struct Case {
        std::string rule;
        bool is_mistake;
    };
    const Case cases[] = {
        {"may-act-as = \"contains(groups, 'sales')\"", true},
        {"may-act-as = \"is_tls && !contains(groups, 'sales')\"", true},
        {"must-match-sender = [{ if = \"groups\", in-list = [\"sales\"], then = false }, "
         "{ else = true }]",
         true},
        {"send-as-anyone = \"contains(groups, 'cn=sales,dc=x')\"", false},
        {"send-as-anyone = \"helo_domain == 'sales'\"", false},
    };
    for (const auto& each : cases) {
        const auto problems = problems_of(plugins() + ldap + rules + each.rule + "\n");
        EXPECT_EQ(problems.find("no group is called \"sales\"") != std::string::npos,
                  each.is_mistake)
            << each.rule << "\n"
            << problems;
        const auto names = ldap + "groups = \"name\"\n";
        EXPECT_EQ(problems_of(plugins() + names + rules + each.rule + "\n"), "") << each.rule;
    }
}

TEST(Generation, AllMistakesAreReportedAtOnce) {
    const auto all =
        problems_of(plugins() +
                    "[session.limits]\nidle = \"soon\"\nreciepients = 3\n"
                    "[log]\nlevel = \"loud\"\n[session.relay]\nnext-hop = \"'mat'\"\n");
    EXPECT_EQ(std::ranges::count(all, '\n'), 4) << all;
}

TEST(Generation, WhatCannotBeReadIsAllThatIsReported) {
    EXPECT_EQ(problems_of("[server]\nhostname = \n[session.limits]\nidle = 5\n"),
              "postern.toml:2:12: expected value, saw '\\n'; this is not TOML\n");
    House house;
    auto missing = config::Document::load({"/nowhere/postern.toml"});
    EXPECT_FALSE(Generation::build(missing, house.foundation()));
    ASSERT_EQ(missing.problems().size(), 1U);
    EXPECT_EQ(missing.problems().front().text(),
              "/nowhere/postern.toml: the file cannot be read: No such file or directory");
}

TEST(Generation, OfARefusedTypeNoOtherKeyIsReported) {
    const auto backend = problems_of(plugins() +
                                     "[directory.x]\ntype = \"phonebook\"\nurl = \"x\"\n"
                                     "timeout = \"soon\"\ntls.ca = \"y\"\n"
                                     "[session.auth]\ndirectory = \"'people'\"\n");
    EXPECT_EQ(std::ranges::count(backend, '\n'), 1) << backend;
    const auto next_hop = problems_of(plugins() +
                                      "[next-hop.x]\ntype = \"pigeon\"\nloft = \"x\"\n"
                                      "tls.starttls = \"never\"\n[session.relay]\nnext-hop = "
                                      "\"'mta'\"\n");
    EXPECT_EQ(std::ranges::count(next_hop, '\n'), 1) << next_hop;
    const auto remote = problems_of(plugins() +
                                    "[remote.x]\nprotocol = \"lmtp\"\naddress = \"x\"\n"
                                    "[session.auth]\ndirectory = \"'people'\"\n");
    EXPECT_EQ(std::ranges::count(remote, '\n'), 1) << remote;
    const auto typed = problems_of(plugins() +
                                   "[next-hop.x]\ntype = \"smtp\"\nadress = \"x:25\"\n"
                                   "[session.relay]\nnext-hop = \"'mta'\"\n");
    EXPECT_NE(typed.find("did you mean \"address\"?"), std::string::npos) << typed;
}

TEST(Generation, TheHostnameIsADomainOrAnAddressLiteral) {
    const auto with = [](const std::string& hostname) {
        std::string settings = plugins();
        const std::string before = "hostname = \"gate.example.org\"";
        return problems_of(
            settings.replace(settings.find(before), before.size(), "hostname = " + hostname));
    };
    for (const char* fine : {"\"gate.example.org\"", "\"localhost\"", "\"[192.0.2.1]\"",
                             "\"[IPv6:2001:db8::1]\"", "\"xn--bcher-kva.example\""})
        EXPECT_EQ(with(fine), "") << fine;
    for (const char* wrong : {R"("gw\r\nVRFY x")", R"("")", R"("gw x")", R"("192.0.2.1:25")",
                              R"("[192.0.2]")", R"("gw..example")", R"("<gw>")"})
        EXPECT_EQ(std::ranges::count(with(wrong), '\n'), 1) << wrong << with(wrong);
    EXPECT_NE(with("\"b\u00fccher.example\"").find("hostname = \"xn--bcher-kva.example\""),
              std::string::npos);
}

TEST(Generation, AnEmptyFileSaysWhatIsNeeded) {
    const auto all = problems_of("");
    EXPECT_NE(all.find("there is no listener"), std::string::npos) << all;
    EXPECT_NE(all.find("there is no next hop"), std::string::npos) << all;
}

}  // namespace
}  // namespace postern::app
