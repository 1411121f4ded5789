// observe: what an operator sees. One line per event (BEHAVIOUR section 8); events.hpp is the
// catalogue; what is counted beside them has its own in metrics.hpp. Any thread may log; lines are
// written by a thread of their own, and when it cannot keep up the oldest are lost and counted, for
// no session ever waits for a log.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "observe/event_counts.hpp"
#include "observe/registry.hpp"

namespace postern::observe {

enum class Level : std::uint8_t { debug, info, warning, error };

struct Event {
    std::string_view name;  // "auth.accepted"
    Level level;
    std::string_view sentence;  // for the operator: what it means, what to do
};

struct Field {
    std::string_view key;
    std::string value;
    bool is_number = false;

    Field(std::string_view key, std::string value) : key(key), value(std::move(value)) {}
    Field(std::string_view key, std::string_view value) : key(key), value(value) {}
    Field(std::string_view key, const char* value) : key(key), value(value) {}
    Field(std::string_view key, std::integral auto value)
        : key(key), value(std::to_string(value)), is_number(true) {}
};

// Whose event it is: empty for what belongs to no session.
struct Subject {
    std::string session;  // id of the session
    std::string client;   // address of the client, "192.0.2.1" or "2001:db8::1"
};

enum class LogFormat : std::uint8_t { text, json };

struct LogSettings {
    Level level = Level::info;
    std::string file;  // empty: standard error
    LogFormat format = LogFormat::text;
};

class Log {
 public:
    // Throws std::runtime_error when the file cannot be opened.
    explicit Log(const LogSettings& settings);
    virtual ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(const Event& event, std::initializer_list<Field> fields);
    void write(const Event& event, const Subject& subject, std::initializer_list<Field> fields);
    void set_level(Level level);
    void set_format(LogFormat format);
    // For who would go to some trouble to write about it.
    bool writes(const Event& event) const {
        return event.level >= level_.load(std::memory_order_relaxed);
    }
    // Writes out what waits; what comes later is lost. For who ends without destroying this.
    void finish();
    // Opens the file anew (after a rotation).
    void reopen();

    // Whoever tells what happens counts it as well.
    Registry& registry() { return registry_; }
    const EventCounts& event_counts() const { return events_; }
    // That nobody took in time.
    std::uint64_t lost_lines() const;

 protected:
    Log();  // for tests, which override `line`
    virtual void line(Level level, const std::string& text);

 private:
    struct Sink;
    std::atomic<Level> level_{Level::info};
    std::atomic<LogFormat> format_{LogFormat::text};
    Registry registry_;
    EventCounts events_;
    std::unique_ptr<Sink> sink_;  // its end writes out what waits
};

// What an exception that nobody expected has to say.
std::string words_of(const std::exception_ptr& thrown);

}  // namespace postern::observe
