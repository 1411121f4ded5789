#include "cache/redis_url.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace postern::cache {
namespace {

std::string in_words(std::string_view text) {
    const auto parsed = parse_redis_url(text);
    if (const auto* error = std::get_if<RedisUrlError>(&parsed)) return "no: " + error->what;
    const auto& url = std::get<RedisUrl>(parsed);
    return fmt::format("{} {} {}:{} {}", url.tls ? "tls" : "plain", url.address.text(), url.user,
                       url.password.reveal(), url.database);
}

TEST(RedisUrl, HasHostPortAccountAndDatabase) {
    const std::pair<const char*, const char*> cases[] = {
        {"redis://redis.internal", "plain redis.internal:6379 : 0"},
        {"redis://redis.internal/", "plain redis.internal:6379 : 0"},
        {"rediss://redis.internal:6380/3", "tls redis.internal:6380 : 3"},
        {"redis://[2001:db8::1]:7000/1", "plain [2001:db8::1]:7000 : 1"},
        {"redis://:secret@10.0.0.1", "plain 10.0.0.1:6379 :secret 0"},
        {"redis://postern:secret@10.0.0.1/2", "plain 10.0.0.1:6379 postern:secret 2"},
        {"redis://a%40b:%2f%3A%25@h", "plain h:6379 a@b:/:% 0"},
        {"redis://u:p@q@h", "plain h:6379 u:p@q 0"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(in_words(text), expected) << text;
}

TEST(RedisUrl, SaysWhatIsWrongAndNeverQuotesIt) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "no: it does not begin with redis:// or rediss://"},
        {"redis.internal:6379", "no: it does not begin with redis:// or rediss://"},
        {"http://h", "no: it does not begin with redis:// or rediss://"},
        {"redis://", "no: its host and port are none"},
        {"redis://:hunter2@", "no: its host and port are none"},
        {"redis://h:port", "no: its host and port are none"},
        {"redis://h/one", "no: its database is no number"},
        {"redis://h/-1", "no: its database is no number"},
        {"redis://h/1/2", "no: its database is no number"},
        {"redis://h/0?timeout=1", "no: it has a \"?\" or \"#\", behind which nothing is known"},
        {"redis://u:%4@h", "no: a \"%\" in its user or password is not followed by two digits"},
        {"redis://u:%zz@h", "no: a \"%\" in its user or password is not followed by two digits"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(in_words(text), expected) << text;
}

}  // namespace
}  // namespace postern::cache
