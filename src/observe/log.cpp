#include "observe/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <stdexcept>

#include "observe/log_line.hpp"

namespace postern::observe {

namespace {

constexpr std::size_t most_waiting_lines = 8192;

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

Log::Log(const LogSettings& settings)
    : level_(settings.level), format_(settings.format), sink_(std::make_unique<Sink>()) {
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
    events_.add(event);
    if (!writes(event)) return;
    const auto now = std::chrono::system_clock::now();
    line(event.level, format_ == LogFormat::json ? json_line(now, event, subject, fields)
                                                 : text_line(now, event, subject, fields));
}

void Log::set_level(Level level) {
    level_ = level;
}

void Log::set_format(LogFormat format) {
    format_ = format;
}

void Log::line(Level, const std::string& text) {
    sink_->logger->info("{}", text);
}

void Log::reopen() {
    if (!sink_ || sink_->file.empty()) return;
    sink_->output->set_sinks({open_sink(sink_->file)});
    sink_->output->set_pattern("%v");
}

void Log::finish() {
    if (sink_) sink_->writer.reset();
}

std::uint64_t Log::lost_lines() const {
    return sink_ && sink_->writer ? sink_->writer->overrun_counter() : 0;
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
