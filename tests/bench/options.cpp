#include "bench/options.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>
#include <map>

namespace postern::bench {
namespace {

// Anything else could be somebody's mail server.
std::string objection_to_host(const std::string& host) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (!error && address.is_loopback()) return "";
    return "only 127.0.0.0/8 and ::1 are put under load, not " + host;
}

void define(CLI::App& app, Options& options) {
    const std::map<std::string, Tls> tls{
        {"none", Tls::none}, {"starttls", Tls::starttls}, {"implicit", Tls::implicit}};
    const std::map<std::string, Mechanism> mechanisms{
        {"none", Mechanism::none}, {"plain", Mechanism::plain}, {"login", Mechanism::login}};
    app.add_option("--host", options.host, "a loopback address")->check(objection_to_host);
    app.add_option("--port", options.port)->required();
    app.add_option("--sessions", options.sessions, "how many in all");
    app.add_option("--concurrency", options.concurrency, "how many at a time")
        ->check(CLI::Range(1, 20'000));
    app.add_option("--warm-up", options.warm_up, "sessions that are not counted, before");
    app.add_option("--tls", options.tls)
        ->transform(CLI::CheckedTransformer(tls, CLI::ignore_case).description(""))
        ->type_name("none|starttls|implicit");
    app.add_option("--mechanism", options.mechanism)
        ->transform(CLI::CheckedTransformer(mechanisms, CLI::ignore_case).description(""))
        ->type_name("none|plain|login");
    app.add_option("--messages", options.messages, "per session");
    app.add_option("--size", options.size, "octets of a message");
    app.add_option("--login", options.login);
    app.add_option("--password", options.password);
    app.add_option("--sender", options.sender);
    app.add_option("--recipient", options.recipient);
    app.add_option("--sources", options.sources, "come from so many addresses of 127.0.0.0/8")
        ->check(CLI::Range(1, 60'000));
    app.add_flag("--hold", options.hold,
                 "open all sessions, authenticate, keep them idle until standard input ends");
    app.add_option("--pid", options.pid, "the gateway's process, for its CPU time and memory");
    app.add_flag("--json", options.json);
    app.add_option("--deadline", options.deadline, "give up after so many seconds");
}

}  // namespace

Options parse_options(int count, char** arguments) {
    Options options;
    CLI::App app{"Puts an SMTP submission server on this machine under load."};
    app.footer("Example: load --port 2587 --sessions 1000 --password open-sesame");
    define(app, options);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : 64);
    }
    return options;
}

}  // namespace postern::bench
