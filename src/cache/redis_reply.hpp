#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::cache {

// One reply of a server (RESP2).
struct RedisReply {
    enum class Kind : std::uint8_t { nil, status, error, integer, text, list };
    Kind kind = Kind::nil;
    std::int64_t integer = 0;
    std::string text;  // of a status, an error, a text
    std::vector<RedisReply> elements;

    bool is_status(std::string_view word) const { return kind == Kind::status && text == word; }
    friend bool operator==(const RedisReply&, const RedisReply&) = default;
};

// Reads replies, however the octets are cut, and holds no more of one than it may: a longer one,
// like one that is none, makes it broken for ever.
class RedisReplyReader {
 public:
    static constexpr std::size_t most_elements = 16 * 1024;  // of a reply, in all its lists
    static constexpr std::size_t most_in_list = 4096;

    explicit RedisReplyReader(std::size_t most_octets);
    ~RedisReplyReader();
    RedisReplyReader(RedisReplyReader&&) noexcept;
    RedisReplyReader& operator=(RedisReplyReader&&) noexcept;

    void feed(std::string_view octets);
    // nullopt: it is not complete yet, or broken.
    std::optional<RedisReply> next();
    bool is_broken() const;
    const std::string& why() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace postern::cache
