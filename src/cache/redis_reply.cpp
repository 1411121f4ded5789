#include "cache/redis_reply.hpp"

#include <hiredis/hiredis.h>

#include <new>

namespace postern::cache {

namespace {

// What the reply that is being read may still take.
struct Budget {
    std::size_t octets, elements;
};

using Kind = RedisReply::Kind;

Kind kind_of(int type) {
    switch (type) {
        case REDIS_REPLY_STATUS:
            return Kind::status;
        case REDIS_REPLY_ERROR:
            return Kind::error;
        case REDIS_REPLY_INTEGER:
            return Kind::integer;
        case REDIS_REPLY_STRING:
            return Kind::text;
        case REDIS_REPLY_ARRAY:
            return Kind::list;
        default:
            return Kind::nil;
    }
}

// Where hiredis wants the object of its task: in the list above it, which has its length from the
// start, or on its own.
RedisReply* place(const redisReadTask* task, Kind kind) {
    auto* made = task->parent == nullptr ? new RedisReply()
                                         : &static_cast<RedisReply*>(task->parent->obj)
                                                ->elements[static_cast<std::size_t>(task->idx)];
    made->kind = kind;
    return made;
}

// Nothing may be thrown through hiredis; nullptr makes the reader broken.
void* create_text(const redisReadTask* task, char* octets, std::size_t size) noexcept {
    auto& budget = *static_cast<Budget*>(task->privdata);
    if (size > budget.octets) return nullptr;
    budget.octets -= size;
    try {
        std::string text(octets, size);
        auto* made = place(task, kind_of(task->type));
        made->text = std::move(text);
        return made;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void* create_list(const redisReadTask* task, int announced) noexcept {
    auto& budget = *static_cast<Budget*>(task->privdata);
    const auto count = static_cast<std::size_t>(announced);
    if (count > RedisReplyReader::most_in_list || count > budget.elements) return nullptr;
    budget.elements -= count;
    try {
        std::vector<RedisReply> elements(count);
        auto* made = place(task, Kind::list);
        made->elements = std::move(elements);
        return made;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void* create_integer(const redisReadTask* task, long long value) noexcept {
    try {
        auto* made = place(task, Kind::integer);
        made->integer = value;
        return made;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void* create_nil(const redisReadTask* task) noexcept {
    try {
        return place(task, Kind::nil);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

// Only of the outermost one, which has all others.
void free_reply(void* reply) noexcept {
    delete static_cast<RedisReply*>(reply);
}

redisReplyObjectFunctions functions{create_text, create_list, create_integer, create_nil,
                                    free_reply};

struct FreeReader {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

}  // namespace

struct RedisReplyReader::State {
    explicit State(std::size_t octets)
        : most_octets(octets), reader(redisReaderCreateWithFunctions(&functions)) {
        if (!reader) throw std::bad_alloc();
        reader->privdata = &budget;
        renew();
    }
    void renew() { budget = {most_octets, most_elements}; }
    void fail(std::string words) {
        why = std::move(words);
        reader.reset();
    }
    void fail_as_told() {
        const std::string told = reader->errstr;
        // What the functions above refuse is all the same to hiredis.
        fail(reader->err == REDIS_ERR_OOM ? "a reply is longer than it may be" : told);
    }

    const std::size_t most_octets;
    Budget budget{};
    std::unique_ptr<redisReader, FreeReader> reader;  // nullptr: broken
    std::string why;
};

RedisReplyReader::RedisReplyReader(std::size_t most_octets)
    : state_(std::make_unique<State>(most_octets)) {}
RedisReplyReader::~RedisReplyReader() = default;
RedisReplyReader::RedisReplyReader(RedisReplyReader&&) noexcept = default;
RedisReplyReader& RedisReplyReader::operator=(RedisReplyReader&&) noexcept = default;

bool RedisReplyReader::is_broken() const {
    return !state_->reader;
}
const std::string& RedisReplyReader::why() const {
    return state_->why;
}

void RedisReplyReader::feed(std::string_view octets) {
    auto& state = *state_;
    if (!state.reader) return;
    if (redisReaderFeed(state.reader.get(), octets.data(), octets.size()) != REDIS_OK)
        state.fail_as_told();
}

std::optional<RedisReply> RedisReplyReader::next() {
    auto& state = *state_;
    if (!state.reader) return std::nullopt;
    void* found = nullptr;
    if (redisReaderGetReply(state.reader.get(), &found) != REDIS_OK) {
        state.fail_as_told();
        return std::nullopt;
    }
    if (found == nullptr) {
        const auto unread = state.reader->len - state.reader->pos;
        if (unread > state.budget.octets) state.fail("a reply is longer than it may be");
        return std::nullopt;
    }
    state.renew();
    const std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(found));
    return std::move(*reply);
}

}  // namespace postern::cache
