#include "session/auth_limits.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "session/loggable.hpp"

namespace postern::session {

using identity::Reason;
using namespace std::chrono_literals;

namespace {

// For others to end, when all that may fail are under way.
constexpr net::Clock::duration patience = 5s;
constexpr std::size_t most_elsewhere = 10'000;

// A network has no space in it.
constexpr std::string_view of_network = "network ", of_login = "login ", of_pair = "pair ",
                           is_known = "known ";

struct Name {
    LimitKind kind;
    std::string network, login;
};

std::string name_of(LimitKind kind, const std::string& network, const std::string& login) {
    switch (kind) {
        case LimitKind::network:
            return std::string(of_network) + network;
        case LimitKind::login:
            return std::string(of_login) + login;
        case LimitKind::pair:
            break;
    }
    return std::string(of_pair) + network + " " + login;
}

std::optional<Name> parse_name(std::string_view name) {
    const auto behind = [name](std::string_view prefix) {
        return std::string(name.substr(prefix.size()));
    };
    if (name.starts_with(of_network)) return Name{LimitKind::network, behind(of_network), ""};
    if (name.starts_with(of_login)) return Name{LimitKind::login, "", behind(of_login)};
    if (!name.starts_with(of_pair)) return std::nullopt;
    const auto both = behind(of_pair);
    const auto space = both.find(' ');
    return Name{LimitKind::pair, both.substr(0, space), both.substr(space + 1)};
}

// Behind a right password, others hear why it does not help them.
bool is_failure(Reason reason) {
    return reason != Reason::disabled && reason != Reason::expired;
}

}  // namespace

// --- an attempt

AuthLimits::Attempt& AuthLimits::Attempt::operator=(Attempt&& other) noexcept {
    std::swap(limits_, other.limits_);
    std::swap(network_, other.network_);
    std::swap(login_, other.login_);
    std::swap(end_, other.end_);
    return *this;
}

AuthLimits::Attempt::~Attempt() {
    if (!limits_) return;
    auto& io = limits_->io_;
    net::asio::post(
        io, [limits = std::move(limits_), network = std::move(network_), login = std::move(login_),
             end = end_] { limits->leave(network, login, end); });
}

void AuthLimits::Attempt::conclude(const identity::AuthResult& verdict) {
    if (std::holds_alternative<identity::Accepted>(verdict)) end_ = End::succeeded;
    if (const auto* rejected = std::get_if<identity::Rejected>(&verdict);
        rejected != nullptr && is_failure(rejected->reason))
        end_ = rejected->account.empty() ? End::failed : End::failed_by_account;
}

// --- where sessions ask

AuthLimits::AuthLimits(const AuthLimitSettings& settings, net::asio::io_context& io,
                       std::shared_ptr<cache::LocalCounters> local, MakeCounters make_counters)
    : settings_(settings),
      io_(io),
      local_(std::move(local)),
      make_counters_(std::move(make_counters)),
      elsewhere_(most_elsewhere) {}

// A thread that does not turn is nobody's failed login.
net::Task<AuthLimits::Admission> AuthLimits::admit(std::string_view address,
                                                   const identity::Credentials& credentials) {
    if (settings_.trusts(address)) co_return Admission();
    std::function<net::Task<Admission>()> request =
        [self = shared_from_this(), network = credentials.network, text = credentials.login.text(),
         wait = credentials.redis_wait] { return self->enter(network, text, wait); };
    try {
        co_return co_await net::ask<Admission>(io_, net::Clock::now() + 2 * patience,
                                               std::move(request));
    } catch (const boost::system::system_error&) {
    }
    if (co_await net::is_cancelled())
        throw boost::system::system_error(net::asio::error::operation_aborted);
    co_return Admission();
}

// --- on the thread of `io`

std::vector<AuthLimits::Counted> AuthLimits::counted_of(const std::string& network,
                                                        const std::string& login) const {
    std::vector<Counted> counted;
    for (const auto kind : limit_kinds)
        if (const auto limit = settings_.limit(kind); limit > 0)
            counted.push_back({kind, limit, name_of(kind, network, login)});
    return counted;
}

net::Task<AuthLimits::Admission> AuthLimits::enter(std::string network, std::string login,
                                                   identity::RedisWait wait) {
    const auto deadline = net::Clock::now() + patience;
    const auto counted = counted_of(network, login);
    std::vector<std::string> names;
    for (const auto& each : counted)
        names.push_back(each.name);
    const Counted* woken_at = nullptr;
    for (;;) {
        const auto failures = co_await counters_->read(names, wait);
        const Counted* full = nullptr;  // as long as nobody knows how those under way end
        for (std::size_t i = 0; i < counted.size(); ++i) {
            const auto& each = counted[i];
            if (failures[i] >= each.limit) {
                if (woken_at != nullptr) under_way_.wake_one(woken_at->name);
                co_return refuse(each, failures[i]);
            }
            if (failures[i] + under_way_.count(each.name) >= each.limit && full == nullptr)
                full = &each;
        }
        if (full == nullptr) break;
        if (woken_at != nullptr && woken_at != full) under_way_.wake_one(woken_at->name);
        if (!co_await under_way_.wait(full->name, deadline)) co_return refuse(*full, 0);
        woken_at = full;
    }
    for (const auto& name : names) {
        elsewhere_.forget(name);
        under_way_.enter(name);
    }
    co_return Admission{std::nullopt,
                        Attempt(shared_from_this(), std::move(network), std::move(login))};
}

AuthLimits::Admission AuthLimits::refuse(const Counted& by, std::uint64_t failures) {
    ++refused_.at(static_cast<std::size_t>(by.kind));
    const auto now = net::Clock::now();
    if (failures > local_->read(by.name, now))
        elsewhere_.set(by.name, failures, now + settings_.window);
    return {.refused = by.kind};
}

void AuthLimits::leave(const std::string& network, const std::string& login, End end) {
    if (end == End::failed_by_account)
        local_->count(std::string(is_known) + login, settings_.window, net::Clock::now());
    for (const auto& [kind, limit, name] : counted_of(network, login)) {
        // A network is nobody's invention.
        if (end == End::failed && kind != LimitKind::network)
            counters_->count_as_nobody(name, settings_.window);
        else if (end == End::failed || end == End::failed_by_account)
            counters_->count(name, settings_.window);
        else if (end == End::succeeded && kind == LimitKind::pair)
            counters_->forget(name);
        under_way_.leave(name);
    }
}

// --- for whoever administers it

std::vector<AuthLimits::Held> AuthLimits::held() const {
    const auto now = net::Clock::now();
    std::vector<Held> all;
    const auto add = [&](const cache::LocalCounters::Entry& entry) {
        const auto name = parse_name(entry.name);
        if (!name || settings_.limit(name->kind) == 0 || entry.count < settings_.limit(name->kind))
            return;
        const bool known = local_->read(std::string(is_known) + name->login, now) > 0;
        all.push_back({name->kind, name->network,
                       name->login.empty() || known ? name->login : loggable(name->login),
                       entry.count, std::chrono::ceil<std::chrono::seconds>(entry.until - now)});
    };
    for (const auto& entry : local_->all(now))
        if (elsewhere_.read(entry.name, now) == 0) add(entry);
    for (const auto& entry : elsewhere_.all(now))
        add(entry);
    return all;
}

std::vector<std::string> AuthLimits::known_names() const {
    std::vector<std::string> names;
    for (const auto* counters :
         std::array<const cache::LocalCounters*, 2>{local_.get(), &elsewhere_})
        for (auto& entry : counters->all(net::Clock::now()))
            names.push_back(std::move(entry.name));
    return names;
}

net::Task<bool> AuthLimits::clear(std::optional<std::string> network,
                                  std::optional<identity::Login> login) {
    std::vector<std::string> names;
    if (network) names.push_back(name_of(LimitKind::network, *network, ""));
    if (login) names.push_back(name_of(LimitKind::login, "", login->text()));
    for (auto& known : known_names()) {
        const auto name = parse_name(known);
        if (!name) continue;
        const bool meant = (network && name->network == *network) ||
                           (login && name->login == login->text()) || (!network && !login);
        if (meant) names.push_back(std::move(known));
    }
    for (const auto& name : names)
        elsewhere_.forget(name);
    co_return co_await counters_->forget_everywhere(std::move(names));
}

}  // namespace postern::session
