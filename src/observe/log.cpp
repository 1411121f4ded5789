#include "observe/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <stdexcept>

namespace postern::observe {

namespace {

constexpr std::size_t most_waiting_lines = 8192;
constexpr std::size_t most_value_octets = 128;

// "2026-11-21T03:17:21.123Z"
void append_time(std::string& line) {
    const auto now = std::chrono::system_clock::now();
    const auto since = now.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(since - seconds);
    const std::time_t time = seconds.count();
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                   utc.tm_sec, milliseconds.count());
}

spdlog::sink_ptr open_sink(const std::string& file) {
    if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    try {
        return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    } catch (const spdlog::spdlog_ex& error) {
        throw std::runtime_error("cannot open the log file: " + std::string(error.what()));
    }
}

}  // namespace

// The logger's own thread writes; `overrun_oldest` is what keeps a session from ever waiting for
// it.
struct Log::Sink {
    std::string file;
    std::shared_ptr<spdlog::details::thread_pool> writer;
    std::shared_ptr<spdlog::sinks::dist_sink_mt> output;
    std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log() = default;

Log::Log(const LogSettings& settings) : level_(settings.level), sink_(std::make_unique<Sink>()) {
    sink_->file = settings.file;
    sink_->writer = std::make_shared<spdlog::details::thread_pool>(most_waiting_lines, 1);
    sink_->output = std::make_shared<spdlog::sinks::dist_sink_mt>();
    sink_->output->add_sink(open_sink(settings.file));
    sink_->logger = std::make_shared<spdlog::async_logger>(
        "postern", sink_->output, sink_->writer, spdlog::async_overflow_policy::overrun_oldest);
    sink_->logger->set_pattern("%v");
    sink_->logger->flush_on(spdlog::level::trace);
}

Log::~Log() = default;

void Log::write(const Event& event, std::initializer_list<Field> fields) {
    write(event, Subject{}, fields);
}

void Log::write(const Event& event, const Subject& subject, std::initializer_list<Field> fields) {
    if (!writes(event)) return;
    std::string text;
    text.reserve(256);
    append_time(text);
    text.append(" ").append(event.name);
    text.append(" ").append(subject.session.empty() ? "-" : subject.session);
    text.append(" ").append(subject.client.empty() ? "-" : subject.client);
    for (const auto& field : fields)
        append_field(text, field.key, field.value);
    line(event.level, text);
}

void Log::set_level(Level level) {
    level_ = level;
}

void Log::line(Level, const std::string& text) {
    sink_->logger->info("{}", text);
}

void Log::reopen() {
    if (!sink_ || sink_->file.empty()) return;
    sink_->output->set_sinks({open_sink(sink_->file)});
    sink_->output->set_pattern("%v");
}

void append_field(std::string& line, std::string_view key, std::string_view value) {
    constexpr char hex[] = "0123456789ABCDEF";
    line.append(" ").append(key).append("=\"");
    for (const char each : value.substr(0, most_value_octets)) {
        const auto octet = static_cast<unsigned char>(each);
        if (octet < 0x20 || octet > 0x7e || each == '"' || each == '\\')
            line.append({'\\', 'x', hex[octet >> 4], hex[octet & 15]});
        else
            line.push_back(each);
    }
    line.push_back('"');
}

std::string words_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "unknown exception";
    }
}

}  // namespace postern::observe
