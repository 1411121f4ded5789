#include "net/backoff.hpp"

#include <algorithm>

namespace postern::net {

Backoff::Duration Backoff::next() {
    const bool first_try = current_ == Duration::zero();
    // Halving the bound instead of doubling the value cannot overflow.
    const Duration doubled = current_ > most_ / 2 ? most_ : current_ * 2;
    current_ = std::min(first_try ? first_ : doubled, most_);
    const auto quarter = current_.count() / 4;
    std::uniform_int_distribution<Duration::rep> spread(-quarter, quarter);
    return current_ + Duration(spread(random_));
}

}  // namespace postern::net
