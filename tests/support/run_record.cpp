#include "support/run_record.hpp"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <string>

#include "observe/exposition.hpp"

namespace postern::test::run_record {

namespace {

// One file a process, so that nobody waits for anybody; written at once, for a test may crash.
class Record {
 public:
    static Record& mine() {
        static Record record;
        return record;
    }
    void add(const std::string& line) {
        const std::lock_guard lock(mutex_);
        if (file_.is_open() && known_.insert(line).second) file_ << line << std::endl;
    }

 private:
    Record() {
        const char* folder = std::getenv("TEST_RUN_RECORD");
        if (folder == nullptr) return;
        std::filesystem::create_directories(folder);
        file_.open(std::filesystem::path(folder) / (std::string(::program_invocation_short_name) +
                                                    "." + std::to_string(::getpid())));
    }

    std::mutex mutex_;
    std::set<std::string> known_;
    std::ofstream file_;
};

// "2026-11-21T03:17:21.123Z auth.rejected ..." or {"time":"...","event":"auth.rejected",...}
std::string_view event_of(std::string_view line) {
    constexpr std::string_view json = R"({"time":")", json_event = R"(","event":")";
    constexpr std::size_t time = 24;
    if (line.starts_with(json)) {
        line.remove_prefix(json.size());
        if (line.substr(std::min(time, line.size())).starts_with(json_event))
            line = line.substr(time + json_event.size());
        else
            return {};
    } else if (line.size() > time && line[10] == 'T' && line.substr(time - 1, 2) == "Z ") {
        line = line.substr(time + 1);
    } else {
        return {};
    }
    return line.substr(0, line.find_first_of(" \""));
}

template <class Take>
void for_each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void add_events(const std::string& origin, std::string_view log) {
    for_each_line(log, [&](std::string_view line) {
        const auto event = event_of(line);
        if (!event.empty()) Record::mine().add("event " + origin + " " + std::string(event));
    });
}

void add_samples(const std::string& origin, std::string_view page) {
    for_each_line(page, [&](std::string_view line) {
        const auto blank = line.rfind(' ');
        if (line.starts_with('#') || blank == line.npos) return;
        const std::string value(line.substr(blank + 1)), name(line.substr(0, blank));
        const bool zero = std::strtod(value.c_str(), nullptr) == 0;
        Record::mine().add((zero ? "zero " : "more ") + origin + " " + name);
    });
}

}  // namespace

void add_log(std::string_view log) {
    add_events("program", log);
}

void add_metrics(std::string_view page) {
    add_samples("program", page);
}

void add_code(observe::Log& log, std::string_view text) {
    add_events("code", text);
    add_samples("code", observe::exposition(log.registry().samples()));
}

}  // namespace postern::test::run_record
