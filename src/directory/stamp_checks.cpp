#include "directory/stamp_checks.hpp"

#include "observe/events.hpp"

namespace postern::directory {

namespace {

// A stamp is no longer than that, and two numbers.
constexpr std::size_t most_octets_each = cache::longest_stamp + 256;

std::uint64_t number_of(cache::Time time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

StampChecks::StampChecks(std::shared_ptr<Directory> directory,
                         std::shared_ptr<const cache::Store> store, observe::Log& log,
                         std::string name, std::size_t entries)
    : directory_(std::move(directory)),
      store_(std::move(store)),
      log_(log),
      name_(std::move(name)),
      looked_({entries, entries * most_octets_each}) {}

// The answer that the stamp came with was a look, too.
bool StampChecks::has_looked(const cache::Accepted& accepted) {
    const auto now = store_->now();
    const auto is_recent = [&](cache::Time when) {
        return when <= now && now - when < store_->fresh_for();
    };
    if (accepted.stamp.empty()) return false;
    if (is_recent(accepted.asked)) return true;
    const auto* when = looked_.find(accepted.stamp);
    return when != nullptr && is_recent(cache::Time(std::chrono::milliseconds(*when)));
}

net::Task<bool> StampChecks::is_same(const cache::Accepted& accepted) {
    const auto stamp = accepted.stamp;
    if (stamp.empty()) co_return false;
    const auto begun = number_of(store_->now());
    const auto result = co_await directory_->check_stamp(stamp);
    if (const auto* unavailable = std::get_if<identity::Unavailable>(&result)) {
        ++counts_.unanswered;
        log_.write(observe::events::cache_unchecked,
                   {{"directory", name_}, {"why", unavailable->why}});
    } else if (std::get<Stamp>(result) == Stamp::differs) {
        ++counts_.changed;
        looked_.forget(stamp);
        co_return false;
    } else {
        ++counts_.same;
    }
    looked_.put(stamp, begun);
    co_return true;
}

void StampChecks::add_figures(Figures& figures) const {
    figures.push_back({"cache.check.same", static_cast<double>(counts_.same)});
    figures.push_back({"cache.check.changed", static_cast<double>(counts_.changed)});
    figures.push_back({"cache.check.unanswered", static_cast<double>(counts_.unanswered)});
}

}  // namespace postern::directory
