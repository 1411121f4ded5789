#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace postern::cache {

// A command as it goes over the wire. Its words may have any octets; where one is a password, so is
// the result.
std::string redis_command(std::initializer_list<std::string_view> words);

// A script that the server runs as one step, on one key; known to it by its SHA-1.
class RedisScript {
 public:
    explicit RedisScript(std::string_view text);
    std::string by_hash(const std::vector<std::string_view>& key_and_arguments) const;
    // For a server that does not know it (NOSCRIPT), and does afterwards.
    std::string in_full(const std::vector<std::string_view>& key_and_arguments) const;

 private:
    std::string text_, hash_;  // no hash: the library has been told to do without SHA-1
};

// Key, "1" or "0" (whether one is expected), the expected value, the new one, its life in
// milliseconds. Answers 1, or 0 for a conflict.
const RedisScript& replace_script();
// Key, amount, window in milliseconds. Answers the new total.
const RedisScript& count_script();

}  // namespace postern::cache
