#include "directory/recent_successes.hpp"

namespace postern::directory {

void RecentSuccesses::remember(const identity::Credentials& credentials,
                               net::Clock::time_point now) {
    logins_.remember(credentials.login.text(), now);
    if (!credentials.network.empty()) networks_.remember(credentials.network, now);
}

bool RecentSuccesses::knows(const identity::Credentials& credentials,
                            net::Clock::time_point now) const {
    return knows(credentials.login, now) || networks_.knows(credentials.network, now);
}

bool RecentSuccesses::knows(const identity::Login& login, net::Clock::time_point now) const {
    return logins_.knows(login.text(), now);
}

void RecentSuccesses::Names::remember(const std::string& name, net::Clock::time_point now) {
    if (auto known = by_name_.find(name); known != by_name_.end()) {
        known->second->when = now;
        by_age_.splice(by_age_.begin(), by_age_, known->second);
        return;
    }
    by_age_.push_front({name, now});
    by_name_.emplace(by_age_.front().name, by_age_.begin());
    if (by_age_.size() > settings_.entries) {
        by_name_.erase(by_age_.back().name);
        by_age_.pop_back();
    }
}

bool RecentSuccesses::Names::knows(std::string_view name, net::Clock::time_point now) const {
    auto known = by_name_.find(name);
    return known != by_name_.end() && now - known->second->when <= settings_.lasting;
}

}  // namespace postern::directory
