#include <fmt/format.h>
#include <boost/json.hpp>

#include <iostream>
#include <memory>

#include "cli/cli.hpp"
#include "cli/instance.hpp"
#include "cli/settings_option.hpp"
#include "net/host_port.hpp"
#include "policy/sender.hpp"
#include "session/envelope_rules.hpp"
#include "session/header_rules.hpp"
#include "session/offer.hpp"
#include "session/verdict.hpp"

namespace postern::cli {

namespace {

struct Options {
    std::string login, sender, from, listener, remote_ip;
    bool in_the_clear = false, json = false;
};

std::string joined(const std::vector<std::string>& words) {
    return words.empty() ? "none" : fmt::format("{}", fmt::join(words, " "));
}

// Asks the session's own rules, one after the other, what they make of these facts.
class Explanation {
 public:
    Explanation(Instance& instance, const Options& options)
        : instance_(instance),
          options_(options),
          environment_(*instance.generation()->environment),
          listener_(instance.generation()->listeners.find(options.listener)->second) {
        facts_.listener = options.listener;
        facts_.remote_ip = options.remote_ip;
        facts_.helo_domain = "client.example";
        facts_.is_tls = !options.in_the_clear;
        for (const auto& each : instance.generation()->server.listeners)
            if (each.name == options.listener && !each.bind.empty())
                facts_.local_port = net::parse_host_port(each.bind.front()).value().port;
    }

    // The exit status.
    int run() {
        const int status = follow();
        options_.json ? print_json() : print_text();
        return status;
    }

 private:
    // In the order in which a session comes to them; the first refusal ends it.
    int follow() {
        add("mechanisms", joined(session::offered_mechanisms(environment_, facts_)));
        const auto& settings = environment_.settings;
        add("directory", settings.auth.directory.text(facts_));
        add("require", settings.auth.require.boolean(facts_) ? "true" : "false");
        const int status = options_.login.empty() ? by_network() : by_login();
        if (status != Status::good) return status;
        if (const auto reply = mail()) return hears("MAIL", *reply);
        add("next hop", settings.relay.next_hop.text(facts_));
        if (const auto reply = header()) return hears("end of data", *reply);
        answer_ = "what the next hop says";
        return Status::good;
    }

    int by_login() {
        if (const auto objection = dialogue().objection(smtp::Auth{}, offer()))
            return hears("AUTH", *objection);
        const auto verdict = look_up(options_.login);
        const auto reply = session::reply_to(verdict, environment_.settings.auth.expired_text);
        return reply.positive() ? Status::good : hears("AUTH", reply);
    }

    // `network-principal`: who is unknown there is nobody, as in the session.
    int by_network() {
        const auto name = environment_.settings.auth.network_principal.text(facts_);
        if (name.empty()) return Status::good;
        const auto verdict = look_up(name);
        if (!std::holds_alternative<identity::Unavailable>(verdict)) return Status::good;
        return hears("MAIL", session::reply_to(verdict, ""));
    }

    identity::AuthResult look_up(const std::string& typed) {
        const auto found =
            environment_.directories.find(environment_.settings.auth.directory.text(facts_));
        const auto login = identity::Login::parse(typed);
        if (found == environment_.directories.end())
            return told(identity::Unavailable{identity::Scope::question, "no directory is asked"});
        if (!login) return told(identity::Rejected{identity::Reason::unknown_user, ""});
        auto answer = instance_.await(found->second->lookup(*login));
        if (const auto* unavailable = std::get_if<identity::Unavailable>(&answer))
            return told(*unavailable);
        if (const auto* rejected = std::get_if<identity::Rejected>(&answer)) return told(*rejected);
        facts_.principal = std::move(std::get<identity::Principal>(answer));
        facts_.name_is_address = !found->second->capabilities().lists_addresses;
        add("login", facts_.principal->name);
        add("addresses", joined(facts_.principal->addresses));
        return identity::Accepted{*facts_.principal};
    }

    identity::AuthResult told(identity::Unavailable unavailable) {
        add("login", "unavailable: " + unavailable.why);
        return unavailable;
    }

    identity::AuthResult told(identity::Rejected rejected) {
        add("login", std::string("rejected: ") + identity::to_string(rejected.reason));
        return rejected;
    }

    // Behind EHLO, and AUTH when somebody has authenticated.
    smtp::Dialogue dialogue() const {
        smtp::Dialogue dialogue;
        if (facts_.is_tls) dialogue.tls_started();
        dialogue.hello(true);
        if (facts_.principal) dialogue.authenticated();
        return dialogue;
    }

    smtp::Offer offer() const { return session::offer_of(environment_, listener_, facts_); }

    std::optional<smtp::Reply> mail() {
        smtp::Capabilities offered = session::capabilities_of(environment_, listener_, facts_);
        offered.smtputf8 = true;
        const auto command = smtp::parse_command("MAIL FROM:<" + options_.sender + ">", offered);
        if (!command) return command.error();
        if (auto objection = dialogue().objection(*command, offer())) return objection;
        const auto& mail = std::get<smtp::Mail>(*command);
        facts_.set_sender(mail.reverse_path, environment_.settings.auth.sender.local_part_case);
        const auto& auth = environment_.settings.auth;
        add("must-match-sender", auth.must_match_sender.boolean(facts_) ? "true" : "false");
        add("send-as-anyone", auth.send_as_anyone.boolean(facts_) ? "true" : "false");
        add_ownership("sender", mail.reverse_path.mailbox);
        return session::EnvelopeRules(environment_, facts_, subject_).objection(mail);
    }

    std::optional<smtp::Reply> header() {
        if (options_.from.empty()) return std::nullopt;
        const auto& settings = environment_.settings;
        add("must-match-header-from",
            settings.auth.must_match_header_from.boolean(facts_) ? "true" : "false");
        session::HeldHeader header(settings.limits.header_limit, true);
        header.take("From: " + options_.from + "\r\n\r\n");
        header.finish();
        if (header.refusal()) add("from", "cannot be judged: " + header.refusal()->text());
        for (const auto& field : header.fields().from)
            for (const auto& written : field)
                add_ownership("from", written.mailbox);
        std::string additions;
        return session::HeaderRules(environment_, facts_, subject_)
            .objection(header, true, additions);
    }

    void add_ownership(const char* what, const std::optional<address::Mailbox>& mailbox) {
        if (!mailbox) return add(what, "the null reverse-path");
        if (!facts_.principal) return add(what, mailbox->text());
        const auto ownership =
            policy::owns(*facts_.principal, *mailbox, session::sender_rules(environment_, facts_));
        add(what, fmt::format("{} is owned by: {}", mailbox->text(), policy::to_string(ownership)));
    }

    int hears(const char* command, const smtp::Reply& reply) {
        answer_ = fmt::format("{}: {}", command, reply.summary());
        return reply.code < 500 ? Status::cannot_tell : Status::no;
    }

    void add(std::string rule, std::string outcome) {
        steps_.emplace_back(std::move(rule), std::move(outcome));
    }

    void print_text() const {
        for (const auto& [rule, outcome] : steps_)
            std::cout << fmt::format("{:<22} {}\n", rule, outcome);
        std::cout << fmt::format("{:<22} {}\n", "client hears", answer_);
    }

    void print_json() const {
        boost::json::array steps;
        for (const auto& [rule, outcome] : steps_)
            steps.push_back({{"rule", rule}, {"outcome", outcome}});
        std::cout << boost::json::serialize(
                         boost::json::object{{"steps", steps}, {"reply", answer_}})
                  << "\n";
    }

    Instance& instance_;
    const Options& options_;
    const session::Environment& environment_;
    const session::Listener& listener_;
    const observe::Subject subject_;
    session::Facts facts_;
    std::vector<std::pair<std::string, std::string>> steps_;
    std::string answer_;
};

int explain(const SettingsOption& settings, const Options& options) {
    Instance instance(settings.files());
    if (instance.generation() == nullptr) return Status::configuration;
    const auto& listeners = instance.generation()->listeners;
    if (!listeners.contains(options.listener)) {
        std::cerr << "there is no listener \"" << options.listener
                  << "\"; --listener takes one of:";
        for (const auto& [name, ignored] : listeners)
            std::cerr << " " << name;
        std::cerr << "\n";
        return Status::usage;
    }
    boost::system::error_code error;
    net::asio::ip::make_address(options.remote_ip, error);
    if (error) {
        std::cerr << "\"" << options.remote_ip << "\" is no IP address\n";
        return Status::usage;
    }
    return Explanation(instance, options).run();
}

}  // namespace

void add_explain(CLI::App& program, Action& chosen) {
    auto* command =
        program.add_subcommand("explain", "Tell which rules decide who may send as whom, and how");
    command->footer(
        "No mail is sent, and no password asked for: the rules of a session are.\n"
        "Exit status: 0 the next hop would be asked, 1 refused, 75 cannot tell now.\n"
        "Example:\n  postern explain --login jane@example.org --sender jane@example.org "
        "--from 'Jane <jane@example.org>' --listener submission --remote-ip 192.0.2.1");
    const SettingsOption settings(*command);
    const auto options = std::make_shared<Options>();
    command->add_option("--login", options->login, "Who has authenticated; without it, nobody");
    command->add_option("--sender", options->sender, "MAIL FROM, without brackets; may be empty")
        ->required();
    command->add_option("--from", options->from, "The body of the From field");
    command->add_option("--listener", options->listener, "Where the client has connected")
        ->required()
        ->type_name("NAME");
    command->add_option("--remote-ip", options->remote_ip, "From where")
        ->required()
        ->type_name("IP");
    command->add_flag("--in-the-clear", options->in_the_clear, "Without TLS");
    command->add_flag("--json", options->json, "For programs");
    command->callback([&chosen, settings, options] {
        chosen = [settings, options] { return explain(settings, *options); };
    });
}

}  // namespace postern::cli
