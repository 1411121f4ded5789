#include "cache/redis_url.hpp"

#include <charconv>
#include <optional>

namespace postern::cache {

namespace {

constexpr std::uint16_t default_port = 6379;
constexpr int most_databases = 100'000;

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string result;
    result.reserve(text.size());  // what it grew out of would not be wiped
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            result += text[at];
            continue;
        }
        unsigned value = 0;
        const auto digits = text.substr(at + 1, 2);
        const auto* end = digits.data() + digits.size();
        const auto [stopped, error] = std::from_chars(digits.data(), end, value, 16);
        if (digits.size() != 2 || stopped != end || error != std::errc()) return std::nullopt;
        result += static_cast<char>(value);
        at += 2;
    }
    return result;
}

// Takes "user:password@" from the front of `rest`. False: it is not percent-encoded as it should
// be.
bool take_account(std::string_view& rest, RedisUrl& url) {
    const auto at = rest.substr(0, rest.find('/')).rfind('@');
    if (at == rest.npos) return true;
    const auto account = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    const auto colon = account.find(':');
    auto user = percent_decoded(account.substr(0, colon));
    auto password =
        percent_decoded(colon == account.npos ? std::string_view() : account.substr(colon + 1));
    if (!user || !password) return false;
    url.user = *std::move(user);
    url.password = crypto::Secret::take(*password);
    return true;
}

bool take_database(std::string_view& rest, RedisUrl& url) {
    const auto slash = rest.find('/');
    if (slash == rest.npos) return true;
    const auto number = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    if (number.empty()) return true;
    const auto* end = number.data() + number.size();
    const auto [stopped, error] = std::from_chars(number.data(), end, url.database);
    return stopped == end && error == std::errc() && url.database >= 0 &&
           url.database < most_databases;
}

}  // namespace

std::variant<RedisUrlError, RedisUrl> parse_redis_url(std::string_view text) {
    RedisUrl url;
    const auto scheme = text.substr(0, text.find("://"));
    url.tls = scheme == "rediss";
    if (scheme.size() == text.size() || (scheme != "redis" && !url.tls))
        return RedisUrlError{"it does not begin with redis:// or rediss://"};
    auto rest = text.substr(scheme.size() + 3);
    if (rest.find_first_of("?#") != rest.npos)
        return RedisUrlError{"it has a \"?\" or \"#\", behind which nothing is known"};
    if (!take_account(rest, url))
        return RedisUrlError{"a \"%\" in its user or password is not followed by two digits"};
    if (!take_database(rest, url)) return RedisUrlError{"its database is no number"};
    auto address = net::parse_host_port(rest, default_port);
    if (!address) return RedisUrlError{"its host and port are none"};
    url.address = *std::move(address);
    return url;
}

}  // namespace postern::cache
