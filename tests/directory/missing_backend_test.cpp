#include "directory/missing_backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

namespace postern::directory {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class KeptLog final : public observe::Log {
 public:
    std::string lines;

 private:
    void line(observe::Level, const std::string& text) override { lines += text + "\n"; }
};

class MissingBackendTest : public testing::Test {
 protected:
    // The section is [directory.mail] or [remote.mail]; its problems, one a line.
    std::unique_ptr<Service> build(const std::string& section, const std::string& settings) {
        auto document = config::Document::parse("[" + section + ".mail]\n" + settings, "t");
        auto below = document.root().table(section).table("mail");
        const SharedParts shared{loader, hash_pool, {}, {}, log, noted ? &missing : nullptr};
        auto service = section == "remote" ? make_remote_service("remote/mail", below, shared)
                                           : make_service("mail", below, shared);
        document.report_unknown_keys();
        problems.clear();
        for (const auto& problem : document.problems())
            problems += problem.text() + "\n";
        return service;
    }

    test::TemporaryDirectory empty;
    PluginLoader loader{empty.path()};
    crypto::HashPool hash_pool{{.threads = 1}};
    KeptLog log;
    bool noted = true;
    std::vector<MissingBackend> missing;
    std::string problems;
};

TEST_F(MissingBackendTest, KnowsTheKeysOfTheBackend) {
    const auto service = build("directory",
                               "type = \"imap\"\naddress = \"imap.example.org\"\nport = 993\n"
                               "domains = [\"example.org\"]\nconcurrency = 10\ntimeout = \"1m\"\n"
                               "tls = { implicit = true, allow-invalid-certs = false }\n"
                               "cache = { entries = 10, ttl = { positive = \"1d\", negative = "
                               "\"1h\" } }\n");
    EXPECT_EQ(problems, "");
    ASSERT_TRUE(service);
    const auto answer = test::run_task(service->authenticate(test::credentials("jane", "x")));
    EXPECT_EQ(std::get<identity::Unavailable>(answer).why, "its backend is not installed");
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_EQ(missing.front().directory, "mail");
}

TEST_F(MissingBackendTest, EveryKindOfMailServerIsKnown) {
    for (const std::string type : {"imap", "smtp", "lmtp"}) {
        missing.clear();
        const auto service =
            build("directory", "type = \"" + type +
                                   "\"\naddress = \"mx.example.org\"\n"
                                   "domains = [\"example.org\"]\ntls.name = \"a\"\n");
        EXPECT_EQ(problems, "");
        ASSERT_TRUE(service) << type;
        EXPECT_FALSE(service->capabilities().lists_addresses);
        ASSERT_EQ(missing.size(), 1U);
        EXPECT_EQ(missing.front().type, type);
    }
}

TEST_F(MissingBackendTest, MistakesAreToldAsIfItWereThere) {
    const std::string imap = "type = \"imap\"\ndomains = [\"*\"]\n";
    build("directory", imap);
    EXPECT_THAT(problems, HasSubstr("directory.mail.address is missing"));
    build("directory", imap + "address = \"a\"\nprot = 143\n");
    EXPECT_THAT(problems, HasSubstr("did you mean \"port\"?"));
    build("directory", imap + "address = \"a\"\nport = 143000\n");
    EXPECT_THAT(problems, HasSubstr("from 1 to 65535"));
    build("directory", imap + "address = \"a\"\ncache.ttl.positive = 5\n");
    EXPECT_THAT(problems, HasSubstr("a duration needs a unit"));
    build("directory", imap + "address = \"a\"\nlookup = true\n");
    EXPECT_THAT(problems, HasSubstr("unknown key \"lookup\""));
    noted = false;
    build("directory", imap + "address = \"a\"\n");
    EXPECT_THAT(problems, HasSubstr("t:2:8: the backend \"imap\" is not installed"));
}

TEST_F(MissingBackendTest, OlderSettingsMayLeaveTheDomainsOfANearServerOpen) {
    const std::string imap = "protocol = \"imap\"\nlookup = true\n";
    for (const char* near : {"127.0.0.1", "::1", "10.2.3.4", "172.16.0.1", "192.168.4.7", "fd00::1",
                             "fe80::1", "localhost"}) {
        log.lines.clear();
        EXPECT_TRUE(build("remote", imap + "address = \"" + near + "\"\n"));
        EXPECT_EQ(problems, "") << near;
        EXPECT_THAT(log.lines, HasSubstr("remote.mail.domains")) << near;
    }
    for (const char* far : {"192.0.2.1", "2001:db8::1", "172.32.0.1", "imap.example.org"}) {
        build("remote", imap + "address = \"" + far + "\"\n");
        EXPECT_THAT(problems, HasSubstr("remote.mail.domains is missing")) << far;
    }
    log.lines.clear();
    EXPECT_TRUE(build("remote", imap + "address = \"imap.example.org\"\ndomains = [\"a.org\"]\n"));
    EXPECT_EQ(log.lines, "");
    build("directory", "type = \"imap\"\naddress = \"127.0.0.1\"\n");
    EXPECT_THAT(problems, HasSubstr("directory.mail.domains is missing"));
    build("remote", imap + "address = \"127.0.0.1\"\ndomains = []\n");
    EXPECT_THAT(problems, HasSubstr("remote.mail.domains is missing"));
}

}  // namespace
}  // namespace postern::directory
