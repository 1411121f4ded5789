#include "cache/redis_command.hpp"

#include <hiredis/hiredis.h>

#include <new>
#include <span>

#include "crypto/digest.hpp"
#include "crypto/secret.hpp"

namespace postern::cache {

namespace {

std::string format(std::span<const std::string_view> words) {
    std::vector<const char*> starts;
    std::vector<std::size_t> sizes;
    for (const auto word : words) {
        starts.push_back(word.data() == nullptr ? "" : word.data());
        sizes.push_back(word.size());
    }
    char* octets = nullptr;
    const int size = redisFormatCommandArgv(&octets, static_cast<int>(words.size()), starts.data(),
                                            sizes.data());
    if (size < 0) throw std::bad_alloc();
    const std::span written(octets, static_cast<std::size_t>(size));
    std::string command(written.begin(), written.end());
    crypto::wipe(written);
    redisFreeCommand(octets);
    return command;
}

constexpr std::string_view replace_text = R"lua(
local held = redis.call('GET', KEYS[1])
if ARGV[1] == '1' then
  if held ~= ARGV[2] then return 0 end
elseif held then
  return 0
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1
)lua";

constexpr std::string_view count_text = R"lua(
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return total
)lua";

std::string run(std::string_view verb, std::string_view script,
                const std::vector<std::string_view>& key_and_arguments) {
    std::vector<std::string_view> words{verb, script, "1"};
    words.insert(words.end(), key_and_arguments.begin(), key_and_arguments.end());
    return format(words);
}

}  // namespace

std::string redis_command(std::initializer_list<std::string_view> words) {
    return format(words);
}

RedisScript::RedisScript(std::string_view text)
    : text_(text), hash_(crypto::digest_hex("sha1", text).value_or("")) {}

std::string RedisScript::by_hash(const std::vector<std::string_view>& key_and_arguments) const {
    return hash_.empty() ? in_full(key_and_arguments) : run("EVALSHA", hash_, key_and_arguments);
}

std::string RedisScript::in_full(const std::vector<std::string_view>& key_and_arguments) const {
    return run("EVAL", text_, key_and_arguments);
}

const RedisScript& replace_script() {
    static const RedisScript script(replace_text);
    return script;
}

const RedisScript& count_script() {
    static const RedisScript script(count_text);
    return script;
}

}  // namespace postern::cache
