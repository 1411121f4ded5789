// How many logins a second backends/remote proves over IMAP, beside what a bare client reaches in a
// loop with as many connections against the same Dovecot, in turns. Prints JSON.
#include <array>
#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/logins.hpp"
#include "crypto/base64.hpp"
#include "support/blocking_wire.hpp"
#include "support/dovecot.hpp"

namespace postern {
namespace {

using bench::Clock;
using test::Dovecot;

constexpr int crowd = 1'000;
constexpr int connections = 8;
constexpr int askers = 16;
constexpr int rounds = 5;
constexpr int logins = 2'000;  // of each side in each round

// One connection, as the shortest client would use it that says what ours says: the greeting, ID
// and the login, the end.
class Bare {
 public:
    explicit Bare(std::uint16_t port) : wire_(port, 0) { read_until("\r\n"); }

    void log_in(const std::string& name, const std::string& password) {
        const std::string response('\0' + name + '\0' + password);
        say("i ID (\"name\" \"bare\")\r\na AUTHENTICATE PLAIN " + crypto::base64_encode(response) +
            "\r\n");
        read_until("\na ", "a ");
        if (!heard_.starts_with("a OK") && heard_.find("\na OK") == heard_.npos)
            throw std::runtime_error("login of " + name + ": " + heard_);
        say("b LOGOUT\r\n");
        while (read()) {
        }
    }

 private:
    void say(const std::string& line) {
        heard_.clear();
        wire_.write(line, Clock::now() + std::chrono::seconds(20));
    }
    bool read() {
        std::array<char, 4096> buffer;
        const auto got =
            wire_.read(buffer.data(), buffer.size(), Clock::now() + std::chrono::seconds(20));
        heard_.append(buffer.data(), got);
        return got > 0;
    }
    void read_until(const std::string& words, const std::string& start = "") {
        const auto complete = [&] {
            const bool begins = !start.empty() && heard_.starts_with(start);
            return heard_.ends_with("\r\n") && (begins || heard_.find(words) != heard_.npos);
        };
        while (!complete())
            if (!read()) throw std::runtime_error("closed behind " + heard_);
    }

    test::BlockingWire wire_;
    std::string heard_;
};

double measure_bare(const Dovecot& dovecot) {
    std::atomic<int> next{0};
    std::atomic<bool> failed{false};
    const auto begun = Clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < connections; ++i)
        threads.emplace_back([&] {
            try {
                for (int n = next++; n < logins; n = next++) {
                    const int number = n % crowd + 1;
                    Bare(dovecot.port())
                        .log_in(Dovecot::crowd_name(number), Dovecot::crowd_password(number));
                }
            } catch (const std::exception& error) {
                std::fprintf(stderr, "the bare client: %s\n", error.what());
                failed = true;
            }
        });
    for (auto& thread : threads)
        thread.join();
    if (failed) throw std::runtime_error("the bare loop failed");
    return bench::per_second(logins, begun);
}

void run() {
    const Dovecot dovecot({.crowd = crowd});
    test::DirectoryHost host(
        "type = \"imap\"\naddress = \"127.0.0.1\"\nport = " + std::to_string(dovecot.port()) +
        "\ndomains = [\"example.org\"]\ntls.starttls = \"never\"\ntimeout = \"30s\"\n"
        "pool.ready = 2\nconcurrency = " +
        std::to_string(connections) + "\n");
    host.set_log_level(observe::Level::info);
    const bench::Crowd people{crowd, Dovecot::crowd_name, Dovecot::crowd_password};
    const auto measure_postern = [&] {
        return bench::logins_per_second(host.service(), people, {logins, askers});
    };
    measure_postern();  // both warm
    double bare = 0, postern = 0;
    for (int round = 0; round < rounds; ++round) {
        bare += measure_bare(dovecot) / rounds;
        postern += measure_postern() / rounds;
    }
    std::printf("{\"bare_per_second\": %.0f, \"postern_per_second\": %.0f, \"ratio\": %.3f}\n",
                bare, postern, postern / bare);
}

}  // namespace
}  // namespace postern

int main() {
    return postern::bench::run(postern::run);
}
