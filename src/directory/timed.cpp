#include "directory/timed.hpp"

#include <fmt/format.h>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "net/within.hpp"

namespace postern::directory {

namespace {

using identity::AuthResult;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;

Unavailable explain(const boost::system::error_code& error, net::Clock::duration timeout) {
    if (error != asio::error::timed_out) return {Scope::directory, error.message()};
    auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
    return {Scope::directory, fmt::format("no answer within {} ms", waited.count())};
}

// `ask` is called inside, so that what it throws before its first suspension is caught too.
template <class Result, class Ask>
net::Task<Result> in_time(net::Clock::duration timeout, Ask ask) {
    Unavailable failure;
    bool aborted = false;
    try {
        co_return co_await net::within<Result>(net::Clock::now() + timeout, ask());
    } catch (const boost::system::system_error& error) {
        aborted = error.code() == asio::error::operation_aborted;
        failure = explain(error.code(), timeout);
    } catch (const std::exception& error) {
        failure.why = error.what();
    } catch (...) {
        failure.why = "unknown exception";
    }
    // Only the asker's own cancellation passes: an inner operation that was aborted is a failure
    // like others.
    auto cancellation = co_await asio::this_coro::cancellation_state;
    if (aborted && cancellation.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return failure;
}

}  // namespace

Timed::Timed(std::unique_ptr<Directory> inner, net::Clock::duration timeout)
    : Decorator(std::move(inner)), timeout_(timeout) {}

net::Task<AuthResult> Timed::authenticate(const identity::Credentials& credentials) {
    auto ask = [this, &credentials] { return inner().authenticate(credentials); };
    return in_time<AuthResult>(timeout_, ask);
}

net::Task<LookupResult> Timed::lookup(const identity::Login& login) {
    auto ask = [this, &login] { return inner().lookup(login); };
    return in_time<LookupResult>(timeout_, ask);
}

net::Task<AdoptResult> Timed::adopt(const Newcomer& newcomer) {
    auto ask = [this, &newcomer] { return inner().adopt(newcomer); };
    return in_time<AdoptResult>(timeout_, ask);
}

net::Task<StampResult> Timed::check_stamp(const std::string& stamp) {
    auto ask = [this, &stamp] { return inner().check_stamp(stamp); };
    return in_time<StampResult>(timeout_ / stamp_share, ask);
}

net::Task<ListResult> Timed::accounts(const PageWanted& wanted) {
    auto ask = [this, &wanted] { return inner().accounts(wanted); };
    return in_time<ListResult>(listed_within, ask);
}

}  // namespace postern::directory
