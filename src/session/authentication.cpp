#include "session/authentication.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/base64.hpp"
#include "net/peer.hpp"
#include "observe/events.hpp"
#include "session/loggable.hpp"
#include "session/offer.hpp"
#include "session/verdict.hpp"
#include "smtp/replies.hpp"

namespace postern::session {

namespace {

namespace events = observe::events;
using identity::AuthResult;

// When a refusal leaves: `wait` after the credentials came, or, if the verdict took longer, at the
// next full second after that, so that its time tells nothing.
net::Deadline refusal_time(net::Clock::time_point arrival, std::chrono::milliseconds wait) {
    const auto due = arrival + wait;
    const auto now = net::Clock::now();
    return now <= due ? due : due + std::chrono::ceil<std::chrono::seconds>(now - due);
}

sasl::Step respond(sasl::Mechanism& mechanism, std::string_view base64) {
    auto octets = crypto::base64_decode(base64);
    if (!octets) return sasl::Malformed{};
    const crypto::WipeAtEnd wiped(*octets);
    return mechanism.respond(*octets);
}

sasl::Step start(sasl::Mechanism& mechanism, const smtp::Auth& command) {
    if (!command.initial_response) return mechanism.start(std::nullopt);
    const auto base64 = command.initial_response->reveal();
    auto octets = base64 == "=" ? "" : crypto::base64_decode(base64);
    if (!octets) return sasl::Malformed{};
    const crypto::WipeAtEnd wiped(*octets);
    return mechanism.start(*octets);
}

// Whom the client wants to act as, when that is somebody else (RFC 4616 section 2).
bool wants_to_be_another(const sasl::Claim& claim, const identity::Login& login) {
    if (claim.authorization_id.empty()) return false;
    const auto wanted = identity::Login::parse(claim.authorization_id);
    return !wanted || *wanted != login;
}

AuthResult as_auth_result(identity::LookupResult looked_up) {
    if (auto* principal = std::get_if<identity::Principal>(&looked_up))
        return identity::Accepted{std::move(*principal)};
    if (auto* rejected = std::get_if<identity::Rejected>(&looked_up)) return std::move(*rejected);
    return std::get<identity::Unavailable>(std::move(looked_up));
}

}  // namespace

net::Task<bool> Authentication::run(const smtp::Auth& command) {
    const auto outcome = co_await attempt(command);
    if (outcome.not_before > net::Clock::now()) co_await net::sleep_until(outcome.not_before);
    co_return answer(outcome);
}

bool Authentication::refuse_long_line() {
    return answer(aborted(Aborted::too_long, smtp::replies::authentication_line_too_long()));
}

// Says the reply and counts; true when it was one too many.
bool Authentication::answer(const Outcome& outcome) {
    const auto& settings = environment_.settings.auth;
    client_.say(outcome.reply);
    ++attempts_;
    if (outcome.failure) ++failures_;
    const bool too_many = (outcome.failure && failures_ >= settings.errors_total.integer(facts_)) ||
                          attempts_ > settings.attempts;
    return too_many && !facts_.principal;
}

// The exchange came to no claim that a directory could be asked about.
Authentication::Outcome Authentication::aborted(Aborted reason, smtp::Reply reply, bool failure) {
    environment_.meters.auth_aborted(reason);
    environment_.log.write(events::auth_aborted, subject_,
                           {{"mechanism", mechanism_}, {"reason", to_string(reason)}});
    return {std::move(reply), failure};
}

net::Task<Authentication::Outcome> Authentication::attempt(const smtp::Auth& command) {
    const auto* kind = sasl::find_mechanism(command.mechanism);
    const auto names = offered_mechanisms(environment_, facts_);
    // What is no mechanism may be a response that stands in its place: never logged.
    mechanism_ = kind != nullptr ? kind->name : "unknown";
    if (kind == nullptr || std::ranges::find(names, kind->name) == names.end())
        co_return aborted(Aborted::not_offered, smtp::replies::mechanism_unknown(), false);
    const auto mechanism = kind->make();
    client_.patience_at_most(net::Clock::now() + environment_.settings.limits.auth);
    co_return co_await exchange(*mechanism, command);
}

// RFC 4954 section 4: challenges and responses until the mechanism knows what the client claims.
net::Task<Authentication::Outcome> Authentication::exchange(sasl::Mechanism& mechanism,
                                                            const smtp::Auth& command) {
    const auto malformed = [this] {
        return aborted(Aborted::malformed, smtp::replies::authentication_malformed());
    };
    auto step = start(mechanism, command);
    while (const auto* challenge = std::get_if<sasl::Challenge>(&step)) {
        client_.say(smtp::replies::challenge(crypto::base64_encode(challenge->data)));
        std::string line;
        const crypto::WipeAtEnd wiped(line);
        const auto read = co_await client_.read_line(line, smtp::auth_line_limit);
        if (read == Client::Line::end_of_stream)
            throw boost::system::system_error(net::asio::error::eof);
        if (read == Client::Line::too_long)
            co_return aborted(Aborted::too_long, smtp::replies::authentication_line_too_long());
        if (line == "*")
            co_return aborted(Aborted::cancelled, smtp::replies::authentication_cancelled(), false);
        if (read != Client::Line::complete) co_return malformed();
        step = respond(mechanism, line);
    }
    const auto arrival = net::Clock::now();
    if (std::holds_alternative<sasl::Malformed>(step)) co_return malformed();
    co_return co_await judge(std::move(std::get<sasl::Claim>(step)), arrival);
}

net::Task<Authentication::Outcome> Authentication::judge(sasl::Claim claim,
                                                         net::Clock::time_point arrival) {
    const auto login = identity::Login::parse(claim.authentication_id);
    AuthResult verdict = identity::Rejected{identity::Reason::unknown_user, ""};
    if (login) {
        const auto network = net::client_network(net::asio::ip::make_address(facts_.remote_ip));
        identity::Credentials credentials{*login, std::move(claim.password), network};
        auto admission = co_await admit(credentials);
        if (admission.refused)
            co_return limited(*admission.refused, network, claim.authentication_id);
        verdict = co_await ask(std::move(credentials));
        admission.attempt.conclude(verdict);
    }
    std::string acting;  // who has authenticated, when it is not who the session is
    if (auto* accepted = std::get_if<identity::Accepted>(&verdict);
        accepted != nullptr && wants_to_be_another(claim, *login)) {
        acting = accepted->principal.name;
        verdict = co_await act_as(claim.authorization_id, std::move(accepted->principal));
    }
    co_return conclude(std::move(verdict), {claim.authentication_id, acting}, arrival);
}

// BEHAVIOUR section 2. The account is not the session's while it is asked about.
net::Task<AuthResult> Authentication::act_as(const std::string& other,
                                             identity::Principal principal) {
    const identity::Rejected refused{identity::Reason::not_permitted, principal.name};
    Facts authenticated = facts_;
    authenticated.principal = std::move(principal);
    if (!environment_.settings.auth.may_act_as.boolean(authenticated)) co_return refused;
    const auto login = identity::Login::parse(other);
    if (!login) co_return refused;
    auto verdict = co_await look_up(*login);
    co_return std::holds_alternative<identity::Rejected>(verdict) ? AuthResult(refused)
                                                                  : std::move(verdict);
}

directory::Service* Authentication::directory() const {
    const auto name = environment_.settings.auth.directory.text(facts_);
    const auto found = environment_.directories.find(name);
    return found == environment_.directories.end() ? nullptr : found->second.get();
}

net::Task<AuthLimits::Admission> Authentication::admit(const identity::Credentials& credentials) {
    if (!environment_.auth_limits) co_return AuthLimits::Admission();
    co_return co_await environment_.auth_limits->admit(facts_.trusted_ip(), credentials);
}

net::Task<AuthResult> Authentication::ask(identity::Credentials credentials) {
    auto* service = directory();
    if (service == nullptr) co_return no_directory();
    co_return co_await service->authenticate(std::move(credentials));
}

net::Task<AuthResult> Authentication::look_up(const identity::Login& login) {
    auto* service = directory();
    if (service == nullptr) co_return no_directory();
    if (!service->capabilities().can_look_up)
        co_return identity::Rejected{identity::Reason::not_permitted, ""};
    co_return as_auth_result(co_await service->lookup(login));
}

AuthResult Authentication::no_directory() const {
    return identity::Unavailable{identity::Scope::question,
                                 fmt::format("there is no directory \"{}\"",
                                             environment_.settings.auth.directory.text(facts_))};
}

net::Task<std::optional<smtp::Reply>> Authentication::recognize_network() {
    if (facts_.unnamed) co_return std::nullopt;
    const auto name = environment_.settings.auth.network_principal.text(facts_);
    if (name.empty()) co_return std::nullopt;
    const auto arrival = net::Clock::now();
    const auto login = identity::Login::parse(name);
    AuthResult verdict = identity::Rejected{identity::Reason::unknown_user, ""};
    if (login) verdict = co_await look_up(*login);
    mechanism_ = "network";
    const std::string nobody;
    const auto outcome = conclude(std::move(verdict), {name, nobody}, arrival);
    if (facts_.principal || outcome.failure) co_return std::nullopt;
    co_return outcome.reply;
}

// Nobody has looked at the password: that is no refusal.
Authentication::Outcome Authentication::limited(LimitKind by, const std::string& network,
                                                const std::string& typed) {
    environment_.meters.auth_limited(by);
    environment_.log.write(events::auth_limited, subject_,
                           {{"limit", to_string(by)},
                            {"network", network},
                            {"login", loggable(typed)},
                            {"mechanism", mechanism_}});
    return unavailable_for_now();
}

// From the second time on a client that is told to try later is slowed a little, so that it does
// not hammer on a directory that is down.
Authentication::Outcome Authentication::unavailable_for_now() {
    Outcome outcome{smtp::replies::authentication_unavailable()};
    if (unavailable_++ > 0) outcome.not_before = net::Clock::now() + std::chrono::seconds(1);
    return outcome;
}

// Nobody knows whether the password was right when the answer is Unavailable.
Authentication::Outcome Authentication::conclude(AuthResult verdict, const Names& names,
                                                 net::Clock::time_point arrival) {
    const auto& settings = environment_.settings.auth;
    const auto from = settings.directory.text(facts_);
    if (const auto* accepted = std::get_if<identity::Accepted>(&verdict);
        accepted != nullptr && accepted->principal.name.empty())
        verdict = identity::Unavailable{identity::Scope::question, "the account has no name"};
    const auto took = net::Clock::now() - arrival;
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    environment_.meters.auth(from, verdict, took);
    Outcome outcome{reply_to(verdict, settings.expired_text)};
    if (auto* accepted = std::get_if<identity::Accepted>(&verdict)) {
        environment_.log.write(events::auth_accepted, subject_,
                               {{"login", accepted->principal.name},
                                {"typed", names.typed},
                                {"authenticated", names.acting},
                                {"directory", from},
                                {"mechanism", mechanism_},
                                {"source", identity::to_string(accepted->source)},
                                {"milliseconds", milliseconds}});
        facts_.principal = std::move(accepted->principal);
        facts_.name_is_address = !directory()->capabilities().lists_addresses;
    } else if (const auto* rejected = std::get_if<identity::Rejected>(&verdict)) {
        environment_.log.write(
            events::auth_rejected, subject_,
            {{"login", rejected->account.empty() ? loggable(names.typed) : rejected->account},
             {"reason", identity::to_string(rejected->reason)},
             {"directory", from},
             {"mechanism", mechanism_},
             {"source", identity::to_string(rejected->source)},
             {"milliseconds", milliseconds}});
        outcome.failure = true;
        outcome.not_before = refusal_time(arrival, settings.errors_wait.duration(facts_));
    } else if (const auto* unavailable = std::get_if<identity::Unavailable>(&verdict)) {
        environment_.log.write(events::auth_unavailable, subject_,
                               {{"login", loggable(names.typed)},
                                {"scope", identity::to_string(unavailable->scope)},
                                {"why", unavailable->why},
                                {"directory", from},
                                {"mechanism", mechanism_},
                                {"milliseconds", milliseconds}});
        if (unavailable->scope != identity::Scope::held) return unavailable_for_now();
        outcome.not_before = refusal_time(arrival, settings.errors_wait.duration(facts_));
    }
    return outcome;
}

}  // namespace postern::session
