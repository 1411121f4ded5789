// Messages of any octets and any length arrive as they were sent, and the gateway holds none of
// them.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <random>
#include <thread>

#include "e2e/site.hpp"

namespace postern::test {
namespace {

constexpr std::size_t mebi = 1024 * 1024;

// Samples the resident memory of a process while it lives; its own thread, so it sees the
// streaming.
class MemoryWatch {
 public:
    explicit MemoryWatch(pid_t pid)
        : before_(usage(pid).resident), watcher_([this, pid] { watch(pid); }) {}
    ~MemoryWatch() { stop(); }

    // How much more than at the start it was at most.
    std::size_t growth() {
        stop();
        return std::max(most_.load(), before_) - before_;
    }
    std::size_t samples() const { return samples_; }

 private:
    void watch(pid_t pid) {
        while (!done_) {
            most_ = std::max(most_.load(), usage(pid).resident);
            ++samples_;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    void stop() {
        done_ = true;
        if (watcher_.joinable()) watcher_.join();
    }

    std::size_t before_;
    std::atomic<std::size_t> most_{0}, samples_{0};
    std::atomic<bool> done_{false};
    std::thread watcher_;
};

// Lines of any octets but NUL, CR and LF, every tenth beginning with a dot.
std::string random_lines(std::size_t octets, bool eight_bit) {
    std::mt19937 random(42);
    std::uniform_int_distribution<int> octet(eight_bit ? 1 : 32, eight_bit ? 255 : 126);
    std::uniform_int_distribution<std::size_t> length(1, 900);
    std::string result;
    result.reserve(octets + 1000);
    while (result.size() < octets) {
        if (random() % 10 == 0) result += '.';
        for (auto left = length(random); left > 0; --left) {
            const auto each = static_cast<char>(octet(random));
            result += each == '\r' || each == '\n' ? '\t' : each;
        }
        result += '\n';
    }
    return result;
}

class LargeMessages : public AnySite {
 protected:
    void send(SmtpClient& client, const std::string& message, const std::string& parameters = "") {
        const auto mail = client.command("MAIL FROM:<jane@example.org>" + parameters);
        ASSERT_EQ(mail.code, 250) << mail.text();
        ASSERT_EQ(client.command("RCPT TO:<bob@example.org>").code, 250);
        ASSERT_EQ(client.command("DATA").code, 354);
        client.send(on_the_wire(message));
        const auto reply = client.read_reply();
        ASSERT_EQ(reply.code, 250) << reply.text() << gateway().log();
    }

    // Comparing by ASSERT_EQ would print fifty mebioctets.
    void expect_arrival(const std::string& subject, const std::string& message) {
        const auto arrived = without_trace(
            unix_lines(site().inbox().wait_for_message_with("Subject: " + subject + "\n")));
        EXPECT_EQ(arrived.size(), message.size());
        const auto [here, there] =
            std::mismatch(arrived.begin(), arrived.end(), message.begin(), message.end());
        EXPECT_TRUE(here == arrived.end() && there == message.end())
            << "differs at octet " << here - arrived.begin();
        site().inbox().clear();
    }
};

TEST_P(LargeMessages, EightBitArrivesOctetByOctet) {
    auto client = gateway().authenticated_client();
    const auto message = letter("eight-bit", random_lines(64 * 1024, true));
    send(client, message, " BODY=8BITMIME");
    expect_arrival("eight-bit", message);
}

TEST_P(LargeMessages, EightBitArrivesEvenWhenNobodyAnnouncedIt) {
    auto client = gateway().authenticated_client();
    const auto message = letter("undeclared", random_lines(64 * 1024, true));
    send(client, message);
    expect_arrival("undeclared", message);
}

TEST_P(LargeMessages, ATextWithoutAnEndOfLineNearTheLimitArrives) {
    auto client = gateway().authenticated_client();
    const auto message =
        letter("long-lines", std::string(998, 'x') + "\n" + std::string(998, '.') + "\n");
    send(client, message);
    expect_arrival("long-lines", message);
}

TEST_P(LargeMessages, FiftyMebioctetsPassThroughLessThanFour) {
    auto client = gateway().authenticated_client();
    send(client, letter("warm-up"));  // the code and the TLS session are in memory now
    const auto message = letter("fifty", random_lines(50 * mebi, true));

    MemoryWatch watch(gateway().pid());
    send(client, message, " BODY=8BITMIME SIZE=" + std::to_string(52 * mebi));
    const auto growth = watch.growth();
    std::printf("50 MiB to %s: resident memory grew by %zu KiB at most (%zu samples)\n",
                to_string(GetParam()).c_str(), growth / 1024, watch.samples());
    EXPECT_GE(watch.samples(), 10u);
    if (!sanitized) EXPECT_LT(growth, 4 * mebi);
    expect_arrival("fifty", message);
}

TEST_P(LargeMessages, OneThatGrowsOverTheLimitIsCut) {
    auto client = gateway().authenticated_client();
    ASSERT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    ASSERT_EQ(client.command("RCPT TO:<bob@example.org>").code, 250);
    ASSERT_EQ(client.command("DATA").code, 354);
    client.send(on_the_wire(letter("too-much", random_lines(61 * mebi, false))));
    const auto reply = client.read_reply();
    EXPECT_TRUE(reply.text().starts_with("552 5.3.4")) << reply.text();
    EXPECT_EQ(client.command("NOOP").code, 250) << "the session goes on";
    EXPECT_EQ(site().inbox().messages().size(), 0u);
}

FOR_BOTH_NEXT_HOPS(LargeMessages);

}  // namespace
}  // namespace postern::test
