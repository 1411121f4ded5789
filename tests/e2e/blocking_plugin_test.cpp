// A plugin that blocks its thread holds up nobody but those who ask it: not a reload, not the
// listeners, not the pages, and not the end of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "e2e/directory_settings.hpp"
#include "support/eventually.hpp"
#include "support/gateway.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Clock = std::chrono::steady_clock;

constexpr auto drain_timeout = 3s;  // as in the settings below
constexpr int left_behind = 70;     // the exit status

std::string settings(const std::string& more = "") {
    const auto text = directory_settings("people", R"toml(
[directory.people]
type = "blocking"
while-there = "${directory}/blocked"
timeout = "200ms"
)toml" + more);
    return replaced(text, "hostname = \"mail.example.org\"\n",
                    "hostname = \"mail.example.org\"\ndrain-timeout = \"3s\"\n"
                    "plugins = \"" POSTERN_BINARY_DIR "/tests/plugins\"\n");
}

class BlockingPlugin : public testing::Test {
 protected:
    void TearDown() override {
        unblock();
        if (!gateway.process().running()) gateway.kill();  // its exit status has been looked at
    }

    // From now on the directory's thread is blocked.
    void block() {
        write_file(gateway.directory() / "blocked", "");
        EXPECT_EQ(auth("stuck"), 454);
    }
    void unblock() { std::filesystem::remove(gateway.directory() / "blocked"); }
    int auth(const std::string& login) {
        SmtpClient client(gateway.port(), 5s);
        client.greet();
        return client.auth_plain(login, "any").code;
    }
    std::string page(const std::string& path) {
        SmtpClient client(gateway.port("http"), 5s);
        client.send("GET " + path + " HTTP/1.0\r\n\r\n");
        return client.drain(5s);
    }
    void reload(const std::string& to) {
        const auto before = told();
        gateway.write_settings(to);
        gateway.reload();
        EXPECT_TRUE(eventually([&] { return told() != before; })) << gateway.log();
    }
    // How every reload has ended.
    std::string told() {
        std::string events;
        const auto log = gateway.log();
        for (auto at = log.find("config.re"); at != log.npos; at = log.find("config.re", at + 1))
            events += log.substr(at, log.find(' ', at) - at) + " ";
        return events;
    }
    // Longer than it takes until what is not used any more is looked for.
    void expect_undisturbed_service() {
        for (const auto end = Clock::now() + 3s; Clock::now() < end;) {
            const auto begun = Clock::now();
            EXPECT_EQ(auth("jane"), 235);
            EXPECT_THAT(page("/healthz"), HasSubstr("200 OK"));
            ASSERT_LT(Clock::now() - begun, 1s);
        }
    }
    // The exit status.
    int drain() {
        const auto begun = Clock::now();
        gateway.drain();
        const auto status = gateway.process().wait(20s);
        EXPECT_LT(Clock::now() - begun, drain_timeout + 2s) << gateway.log();
        return status.value_or(-1);
    }

    Gateway gateway{settings()};
};

TEST_F(BlockingPlugin, ThatRetiresHoldsUpNothing) {
    block();
    reload(settings());
    expect_undisturbed_service();
    reload(settings());
    EXPECT_EQ(told(), "config.reloaded config.reloaded ");
    EXPECT_EQ(auth("jane"), 235);
    EXPECT_EQ(drain(), left_behind);
    EXPECT_THAT(gateway.log(), HasSubstr("directory.left-behind - - directory=\"people\""));
    EXPECT_THAT(gateway.log(), HasSubstr("server.stopped"));
}

TEST_F(BlockingPlugin, ThatComesBackEndsLikeOthers) {
    block();
    reload(settings());
    unblock();
    EXPECT_EQ(drain(), 0);
    EXPECT_THAT(gateway.log(), Not(HasSubstr("directory.left-behind")));
}

TEST_F(BlockingPlugin, ThatIsInUseDoesNotKeepTheProgramFromItsEnd) {
    block();
    EXPECT_EQ(drain(), left_behind);
    EXPECT_THAT(gateway.log(), HasSubstr("directory.left-behind - - directory=\"people\""));
}

TEST_F(BlockingPlugin, OfSettingsThatAreRefusedHoldsUpNothing) {
    write_file(gateway.directory() / "blocked", "");
    reload(settings(R"toml(
blocks-at-start = true
[directory.wrong]
type = "blocking"
while-there = "/nowhere"
is-wrong = true
)toml"));
    EXPECT_EQ(told(), "config.refused ");
    expect_undisturbed_service();
    reload(settings());
    EXPECT_EQ(told(), "config.refused config.reloaded ");
    EXPECT_EQ(drain(), left_behind);
}

}  // namespace
}  // namespace postern::test
