#include "session/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "address/mailbox.hpp"
#include "address/unicode.hpp"
#include "sasl/mechanism.hpp"

namespace postern::session {

namespace {

using expr::Context;
using expr::Expression;
using expr::Kind;
using expr::Stage;
using namespace std::chrono_literals;

std::vector<std::string> mechanism_words() {
    std::vector<std::string> words;
    for (const auto& kind : sasl::mechanisms())
        words.push_back(address::to_lower(kind.name));
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words)
        all.append(all.empty() ? "" : ", ").append(word);
    return all.empty() ? "none" : all;
}

// An expression that names one of `names`; those it can come to are checked now.
Expression naming(config::Section& section, std::string_view key, std::string_view what,
                  const std::vector<std::string>& names, const Context& context) {
    // Without the setting, the only one there is.
    Expression fallback(names.size() == 1 ? expr::Value(names.front()) : expr::Value(""));
    auto expression = section.expression(key, fallback, context);
    for (const auto& result : expression.possible_results()) {
        const auto name = result.truth() ? result.text() : std::string();
        if (!name.empty() && std::ranges::find(names, name) == names.end())
            section.problem(key, fmt::format("there is no {} \"{}\"", what, name),
                            fmt::format("configured are: {}", joined(names)));
    }
    return expression;
}

// "lookup" is what older settings call it.
Expression read_directory(config::Section& section, const std::vector<std::string>& directories) {
    const Context context{Stage::ehlo, Kind::text, {}, true};
    const bool is_older = section.has("lookup") && !section.has("directory");
    const bool is_chosen = section.has("directory") || section.has("lookup");
    if (directories.size() > 1 && !is_chosen)
        section.problem("", "it is not said which of the directories is asked",
                        fmt::format("session.auth.directory = \"'{}'\"", directories.front()));
    if (section.has("lookup") && section.has("directory")) {
        section.problem("lookup", "session.auth.lookup stands beside directory",
                        "it is the older name of the same setting: keep one of them");
        section.expression("lookup", Expression(), context);
    }
    return naming(section, is_older ? "lookup" : "directory", "directory", directories, context);
}

// What BEHAVIOUR section 3 asks of senders.
void read_sender_rules(config::Section& section, AuthSettings& auth) {
    const Context at_mail{Stage::mail, Kind::boolean, {}, false};
    auth.must_match_sender = section.expression("must-match-sender", Expression(true), at_mail);
    auth.send_as_anyone = section.expression("send-as-anyone", Expression(false), at_mail);
    auth.sender.subaddress = section.text("subaddress", "+");
    auth.sender.local_part_case = section.boolean("case-sensitive", false);
    auth.sender.name_is_address = section.boolean("name-is-address", false);
    auth.null_sender = section.choice("null-sender", {{"allow", true}, {"refuse", false}}, true);
    auth.must_match_header_from =
        section.expression("must-match-header-from", auth.must_match_header_from,
                           {Stage::header, Kind::boolean, {}, false});
    auth.missing_from =
        section.choice("missing-from", {{"refuse", MissingFrom::refuse}, {"add", MissingFrom::add}},
                       auth.missing_from);
    auth.resent = section.choice("resent", {{"refuse", Resent::refuse}, {"allow", Resent::allow}},
                                 auth.resent);
}

AuthSettings read_auth(config::Section section, const std::vector<std::string>& directories) {
    AuthSettings auth;
    const Context at_ehlo{Stage::ehlo, Kind::boolean, {}, false};
    auth.mechanisms = section.expression(
        "mechanisms",
        Expression(expr::Value(expr::List{expr::Constant{"plain"}, expr::Constant{"login"}})),
        {Stage::ehlo, Kind::constants, mechanism_words(), true});
    auth.directory = read_directory(section, directories);
    auth.require = section.expression("require", Expression(true), at_ehlo);
    auth.allow_plain_text = section.expression("allow-plain-text", Expression(false), at_ehlo);
    // The account is known there, as authenticated_as, and not yet the session's.
    auth.may_act_as =
        section.expression("may-act-as", auth.may_act_as, {Stage::auth, Kind::boolean, {}, false});
    auth.network_principal = section.expression("network-principal", auth.network_principal,
                                                {Stage::connect, Kind::text, {}, true});
    read_sender_rules(section, auth);

    auth.attempts = section.integer("attempts", auth.attempts, 1, 1000);
    auth.expired_text = section.text("expired-text", auth.expired_text);
    auth.limits = read_auth_limit_settings(section.table("limits"));
    auto errors = section.table("errors");
    auth.errors_total = errors.expression("total", Expression(std::int64_t{3}),
                                          {Stage::ehlo, Kind::integer, {}, false});
    auth.errors_wait = errors.expression("wait", Expression(std::int64_t{5000}),
                                         {Stage::ehlo, Kind::duration, {}, false});
    return auth;
}

Limits read_limits(config::Section section) {
    Limits limits;
    limits.message_size = section.size("message-size", limits.message_size, 1024);
    limits.recipients = section.integer("recipients", limits.recipients, 100, 100'000);
    limits.bad_commands = section.integer("bad-commands", limits.bad_commands, 1, 10'000);
    limits.header_limit = section.size("header-limit", limits.header_limit, 8 * 1024, 100 * 1024);
    limits.header_memory = section.size("header-memory", limits.header_memory, limits.header_limit);
    limits.connections = section.integer("connections", limits.connections, 1, 1'000'000);
    limits.connections_per_network =
        section.integer("connections-per-network", limits.connections_per_network, 1, 1'000'000);
    limits.idle = section.duration("idle", limits.idle, 1s);
    limits.duration = section.duration("duration", limits.duration, 1s);
    limits.unauthenticated = section.duration("unauthenticated", limits.unauthenticated, 1s);
    limits.handshake = section.duration("handshake", limits.handshake, 1s);
    limits.command = section.duration("command", limits.command, 1s);
    limits.auth = section.duration("auth", limits.auth, 1s);
    limits.reply = section.duration("reply", limits.reply, 1s);
    limits.data_rate = section.size("data-rate", limits.data_rate);
    limits.data_window = section.duration("data-window", limits.data_window, 1s);
    return limits;
}

void read_add_missing(config::Section& relay, RelaySettings& settings) {
    for (const auto& field : relay.texts("add-missing")) {
        if (field == "date")
            settings.add_date = true;
        else if (field == "message-id")
            settings.add_message_id = true;
        else
            relay.problem("add-missing", fmt::format("the field \"{}\" cannot be added", field),
                          "a list of \"date\" and \"message-id\"");
    }
}

void read_bare_newline(config::Section& relay, RelaySettings& settings) {
    settings.bare_newline =
        relay.expression("bare-newline", settings.bare_newline,
                         {Stage::mail, Kind::constants, {"refuse", "normalize"}, false});
    for (const auto& result : settings.bare_newline.possible_results())
        if (result.items().size() != 1)
            relay.problem("bare-newline", "one word is needed", "either refuse or normalize");
}

RelaySettings read_relay(config::Section relay, config::Section rcpt,
                         const std::vector<std::string>& next_hops) {
    RelaySettings settings;
    settings.next_hop =
        naming(relay, "next-hop", "next hop", next_hops, {Stage::mail, Kind::text, {}, false});
    if (!relay.has("next-hop") && next_hops.size() > 1)
        relay.problem("", "there are several next hops and none is chosen",
                      fmt::format("next-hop = \"'{}'\"", next_hops.front()));
    read_add_missing(relay, settings);
    read_bare_newline(relay, settings);
    auto received = relay.table("received");
    settings.received_client_address = received.boolean("client-address", true);
    settings.received_login = received.boolean("login", false);

    // authenticated_as is "" before AUTH, and "" is false.
    const Context at_rcpt{Stage::rcpt, Kind::boolean, {}, false};
    auto authenticated = expr::Term::compile("authenticated_as", at_rcpt);
    settings.relay = rcpt.expression("relay", Expression({}, authenticated.value()), at_rcpt);
    for (const auto& written : rcpt.texts("local-domains")) {
        if (auto domain = address::normalize_domain(written))
            settings.local_domains.push_back(std::move(*domain));
        else
            rcpt.problem("local-domains", fmt::format("\"{}\" is not a domain", written),
                         "for example \"example.org\"");
    }
    return settings;
}

}  // namespace

Settings Settings::read(config::Section& root, std::string hostname,
                        const std::vector<std::string>& directories,
                        const std::vector<std::string>& next_hops) {
    auto section = root.table("session");
    Settings settings;
    settings.hostname = std::move(hostname);
    settings.greeting_delay = section.expression("greeting-delay", settings.greeting_delay,
                                                 {Stage::connect, Kind::duration, {}, false});
    settings.auth = read_auth(section.table("auth"), directories);
    settings.limits = read_limits(section.table("limits"));
    settings.relay = read_relay(section.table("relay"), section.table("rcpt"), next_hops);
    return settings;
}

}  // namespace postern::session
