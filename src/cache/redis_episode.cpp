#include "cache/redis_episode.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "cache/redis_error.hpp"
#include "observe/events.hpp"

namespace postern::cache {

namespace events = observe::events;

namespace {

bool is_for_long(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const RedisRefused& refused) {
        return refused.for_long();
    } catch (...) {
        return false;
    }
}

}  // namespace

std::string redis_failure(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() == net::asio::error::timed_out) return "no answer";
        return error.code().message();
    } catch (...) {
        return observe::words_of(failure);
    }
}

void RedisEpisode::went_down(std::string_view server, const std::exception_ptr& failure) {
    up_ = false;
    why_ = redis_failure(failure);
    const bool refused = is_for_long(failure);
    auto& told = refused ? told_refused_ : told_down_;
    if (std::exchange(told, true)) return;
    log_.write(refused ? events::cache_redis_refused : events::cache_redis_down,
               {{"redis", name_}, {"for", purpose_}, {"server", server}, {"why", why_}});
}

void RedisEpisode::came_up(std::string_view server) {
    told_down_ = told_refused_ = false;
    if (std::exchange(up_, true)) return;
    log_.write(events::cache_redis_up, {{"redis", name_}, {"for", purpose_}, {"server", server}});
}

}  // namespace postern::cache
