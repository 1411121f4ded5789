#include "remote/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "remote/kinds.hpp"

namespace postern::remote {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KeptLog final : public observe::Log {
 public:
    std::string lines;

 private:
    void line(observe::Level, const std::string& text) override { lines += text + "\n"; }
};

struct Read {
    std::optional<Settings> settings;
    std::string problems, log;
};

Read read(const std::string& lines, const std::string& table = "directory",
          std::string_view type = "imap") {
    KeptLog log;
    auto document = config::Document::parse("[" + table + ".mail]\n" + lines, "t");
    auto section = document.root().table(table).table("mail");
    const bool is_older = table == "remote";
    directory::read_backend_settings(section,
                                     is_older ? directory::older_type_key : directory::type_key);
    Read result{read_settings(section, kind_of(type), log), "", ""};
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        result.problems += problem.text() + "\n";
    result.log = log.lines;
    return result;
}

const std::string least = "type = \"imap\"\naddress = \"imap.example.org\"\n";
const std::string ours = "domains = [\"example.org\"]\n";

std::vector<std::string> servers(const std::string& lines, std::string_view type = "imap") {
    std::vector<std::string> all;
    const auto settings = read(lines + ours, "directory", type).settings.value();
    for (const auto& server : settings.servers)
        all.push_back(server.text());
    return all;
}

TEST(ImapSettings, TheLeastIsAServerAndWhoseLogins) {
    const auto [settings, problems, log] = read(least + ours);
    EXPECT_EQ(problems + log, "");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->security.kind, Security::Kind::starttls);
    EXPECT_TRUE(settings->security.tls->verifies_peer());
    EXPECT_EQ(settings->concurrency, 10U);
    EXPECT_THAT(settings->logins.domains, ElementsAre("example.org"));
}

TEST(ImapSettings, ServersHaveTheUsualPorts) {
    EXPECT_THAT(servers(least), ElementsAre("imap.example.org:143"));
    EXPECT_THAT(servers(least + "tls.implicit = true\n"), ElementsAre("imap.example.org:993"));
    EXPECT_THAT(servers(least + "port = 1430\n"), ElementsAre("imap.example.org:1430"));
    EXPECT_THAT(servers("type = \"imap\"\nport = 1\naddress = [\"a\", \"b:2\", \"[::1]:3\"]\n"),
                ElementsAre("a:1", "b:2", "[::1]:3"));
}

TEST(RemoteSettings, EveryKindHasItsOwnPorts) {
    const auto of = [](const std::string& type, const std::string& more) {
        return servers("type = \"" + type + "\"\naddress = \"mx.example.org\"\n" + more, type);
    };
    const std::string implicit = "tls.implicit = true\n";
    EXPECT_THAT(of("smtp", ""), ElementsAre("mx.example.org:587"));
    EXPECT_THAT(of("smtp", implicit), ElementsAre("mx.example.org:465"));
    EXPECT_THAT(of("lmtp", ""), ElementsAre("mx.example.org:24"));
    EXPECT_THAT(of("lmtp", implicit), ElementsAre("mx.example.org:24"));
    EXPECT_THAT(of("lmtp", "port = 2003\n"), ElementsAre("mx.example.org:2003"));
}

TEST(RemoteSettings, OlderOnesNameTheirKindAsTheirProtocol) {
    const auto lines = "protocol = \"smtp\"\naddress = \"mx.example.org\"\n" + ours;
    const auto [settings, problems, log] = read(lines, "remote", "smtp");
    EXPECT_EQ(problems + log, "");
    EXPECT_EQ(settings.value().servers.front().text(), "mx.example.org:587");
}

TEST(RemoteSettings, AnotherKindIsAnError) {
    EXPECT_THROW(kind_of("pop3"), std::invalid_argument);
}

TEST(RemoteSettings, MistakesSpeakOfTheirKind) {
    const std::string smtp = "type = \"smtp\"\n" + ours;
    EXPECT_THAT(read(smtp, "directory", "smtp").problems,
                HasSubstr("which server to ask; address = \"smtp.example.org\", or a list"));
    EXPECT_THAT(read(smtp + "address = \"a:b\"\n", "directory", "smtp").problems,
                HasSubstr("\"smtp.example.org\", \"192.0.2.1:587\" or \"[2001:db8::1]:587\""));
}

TEST(ImapSettings, MistakesSayWhatWouldBeRight) {
    const std::pair<std::string, std::string> cases[] = {
        {"type = \"imap\"\n" + ours, "t:1:1: it is not said which server to ask; address = "},
        {least, "t:1:1: directory.mail.domains is missing; domains = [\"example.org\"]: whose "},
        {least + "domains = []\n", "t:4:11: directory.mail.domains is missing; domains = ["},
        {least + "domains = [\"not a domain\"]\n", "t:4:11: \"not a domain\" is no domain"},
        {"type = \"imap\"\naddress = \"a:b\"\n" + ours, "t:3:11: \"a:b\" is no address"},
        {least + ours + "port = 0\n", "from 1 to 65535"},
        {least + ours + "domain = \"a b\"\n", "t:5:10: \"a b\" is no domain"},
        {least + ours + "domain = \"example.net\"\n",
         "t:5:10: bare logins become some of a domain that is not in \"domains\"; "
         "\"example.net\" in domains"},
        {least + ours + "tls = { implicit = true, starttls = \"require\" }\n",
         "there is TLS from the first octet already; tls.implicit = true or tls.starttls"},
        {least + ours + "tls.starttls = \"maybe\"\n", "\"require\", \"optional\", \"never\""},
        {least + ours + "tls.ca = \"/nowhere/ca.pem\"\n", "/nowhere/ca.pem"},
        {least + ours + "concurrency = 0\n", "concurrency"},
        {least + ours + "concurrency = 2\npool.ready = 3\n", "from 0 to 2"},
        {least + ours + "pool.redy = 3\n", "did you mean \"ready\"?"},
        {least + ours + "lookup = true\n", "unknown key \"lookup\""},
    };
    for (const auto& [lines, problem] : cases)
        EXPECT_THAT(read(lines).problems, HasSubstr(problem)) << lines;
}

TEST(ImapSettings, PasswordsInTheClearDeserveALook) {
    for (const auto* starttls : {"never", "optional"}) {
        const auto more = ours + "tls.starttls = \"" + starttls + "\"\n";
        EXPECT_THAT(read(least + more).log, HasSubstr("imap.example.org in the clear"));
        for (const auto* near : {"127.0.0.1", "localhost"})
            EXPECT_EQ(read("type = \"imap\"\naddress = \"" + std::string(near) + "\"\n" + more).log,
                      "");
    }
}

const std::string older = "protocol = \"imap\"\nlookup = true\n";

TEST(ImapSettings, OlderOnesMayLeaveTheDomainsOfANearServerOpen) {
    for (const std::string near :
         {"\"127.0.0.1\"", "\"::1\"", "\"10.2.3.4\"", "\"172.16.0.1\"", "\"192.168.4.7\"",
          "\"fd00::1\"", "\"fe80::1\"", "\"localhost\"", "[\"127.0.0.1:1\", \"[::1]:2\"]"}) {
        const auto [settings, problems, log] = read(older + "address = " + near + "\n", "remote");
        EXPECT_EQ(problems, "") << near;
        EXPECT_THAT(log, HasSubstr("config.warning")) << near;
        EXPECT_THAT(log, HasSubstr("setting=\"remote.mail.domains\"")) << near;
        EXPECT_THAT(settings.value().logins.domains, ElementsAre("*")) << near;
    }
}

TEST(ImapSettings, OlderOnesSayWhoseLoginsAServerElsewhereMayVouchFor) {
    for (const std::string far :
         {"\"192.0.2.1\"", "\"2001:db8::1\"", "\"172.32.0.1\"", "\"imap.example.org\"",
          "[\"127.0.0.1\", \"imap.example.org\"]", "\"10.2.3.4\"\ndomains = []"}) {
        const auto [settings, problems, log] = read(older + "address = " + far + "\n", "remote");
        EXPECT_THAT(problems, HasSubstr("remote.mail.domains is missing; domains = [")) << far;
        EXPECT_FALSE(settings) << far;
        EXPECT_EQ(log, "") << far;
    }
    const auto said = read(older + "address = \"imap.example.org\"\n" + ours, "remote");
    EXPECT_EQ(said.problems + said.log, "");
    EXPECT_THAT(read("type = \"imap\"\naddress = \"127.0.0.1\"\n").problems,
                HasSubstr("t:1:1: directory.mail.domains is missing"));
}

}  // namespace
}  // namespace postern::remote
