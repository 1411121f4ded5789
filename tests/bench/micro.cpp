// micro: what the pure parts cost, each beside something that everybody has. CPU time of this
// thread, the best of several rounds; `scripts/bench micro` puts it in relation to a session.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>

#include "config/section.hpp"
#include "expr/expression.hpp"
#include "policy/sender.hpp"
#include "smtp/body_scanner.hpp"
#include "smtp/header_reader.hpp"

namespace postern::bench {
namespace {

double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Seconds for one call; what it returns is summed up so that nothing is optimized away.
double cost_of(const std::function<std::size_t()>& call, std::size_t calls) {
    static volatile std::size_t sink = 0;
    double best = 1e9;
    for (int round = 0; round < 7; ++round) {
        const double begun = cpu_seconds();
        for (std::size_t i = 0; i < calls; ++i)
            sink = sink + call();
        best = std::min(best, (cpu_seconds() - begun) / static_cast<double>(calls));
    }
    return best;
}

std::string lines(const std::string& beginning, std::size_t octets) {
    std::string text;
    while (text.size() < octets)
        text += beginning + std::string(74 - beginning.size(), 'x') + "\r\n";
    return text;
}

std::size_t count_newlines(std::string_view text) {
    std::size_t count = 0;
    while (const void* found = std::memchr(text.data(), '\n', text.size())) {
        ++count;
        text.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) +
                           1);
    }
    return count;
}

struct Session final : expr::Variables {
    expr::Value value(expr::Variable variable) const override {
        switch (variable) {
            case expr::Variable::local_port:
                return std::int64_t{587};
            case expr::Variable::is_tls:
                return true;
            default:
                return std::string("submission");
        }
    }
    expr::Value attribute(std::string_view) const override { return {}; }
};

// The AUTH stage of the examples: what one session asks of its settings.
class Examples {
 public:
    Examples() {
        using namespace expr;
        auto document = config::Document::parse(
            "mechanisms = [ { if = \"local_port != 25 && is_tls\", then = \"[plain, login]\" }, "
            "{ else = false } ]\n"
            "directory = [ { if = \"listener != 'smtp'\", then = \"'ldap'\" }, { else = false } ]\n"
            "require = [ { if = \"listener != 'smtp'\", then = true }, { else = false } ]\n",
            "examples.toml");
        auto root = document.root();
        mechanisms_ = root.expression("mechanisms", {},
                                      {Stage::ehlo, Kind::constants, {"plain", "login"}, true});
        directory_ = root.expression("directory", {}, {Stage::ehlo, Kind::text, {}, true});
        require_ = root.expression("require", {}, {Stage::ehlo, Kind::boolean, {}, false});
    }
    std::size_t ask() const {
        return mechanisms_.texts(session_).size() + directory_.text(session_).size() +
               (require_.boolean(session_) ? 1 : 0);
    }

 private:
    Session session_;
    expr::Expression mechanisms_, directory_, require_;
};

boost::json::object measure() {
    constexpr std::size_t mail_size = 1024 * 1024;
    const auto body = lines("", mail_size);
    const auto header = lines("X-Field: ", 64 * 1024);
    const auto newlines = cost_of([&] { return count_newlines(body); }, 50);
    const auto scanner = cost_of([&] { return smtp::BodyScanner().scan(body).content; }, 50);
    const auto header_newlines = cost_of([&] { return count_newlines(header); }, 500);
    const auto reader = cost_of(
        [&] {
            smtp::HeaderReader reading({});
            return reading.feed(header);
        },
        500);

    identity::Principal principal{.name = "jane"};
    for (int i = 0; i < 20; ++i)
        principal.addresses.push_back(fmt::format("jane.doe.{}@example{}.org", i, i % 5));
    const auto sender = *address::parse_mailbox("Jane.Doe.19@Example4.org");
    const auto check = cost_of(
        [&] { return static_cast<std::size_t>(policy::owns(principal, sender, {})); }, 20'000);
    const Examples examples;
    const auto settings = cost_of([&] { return examples.ask(); }, 20'000);
    return {{"body_scanner_to_memchr", newlines / scanner},
            {"header_reader_to_memchr", header_newlines / reader},
            {"sender_check_us", check * 1e6},
            {"expressions_us", settings * 1e6}};
}

}  // namespace
}  // namespace postern::bench

int main() {
    std::cout << boost::json::serialize(postern::bench::measure()) << "\n";
}
