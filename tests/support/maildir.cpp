#include "support/maildir.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "support/eventually.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> regular_files(const fs::path& folder) {
    std::vector<fs::path> result;
    if (!fs::is_directory(folder)) return result;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_regular_file()) result.push_back(entry.path());
    }
    std::sort(result.begin(), result.end());
    return result;
}

bool begins_trace(std::string_view line) {
    constexpr std::array fields{"Return-Path:", "Delivered-To:", "X-Original-To:", "Received:"};
    return std::any_of(fields.begin(), fields.end(),
                       [&](const char* field) { return line.starts_with(field); });
}

}  // namespace

std::vector<fs::path> Maildir::files() const {
    return regular_files(path_ / "new");
}

std::vector<std::string> Maildir::messages() const {
    std::vector<std::string> result;
    for (const auto& file : files())
        result.push_back(read_file(file));
    return result;
}

std::vector<std::string> Maildir::wait_for(std::size_t count) const {
    if (!eventually([&] { return files().size() >= count; })) {
        throw std::runtime_error(std::to_string(files().size()) + " of " + std::to_string(count) +
                                 " messages in " + path_.string());
    }
    return messages();
}

std::string Maildir::wait_for_message_with(std::string_view mark) const {
    std::string found;
    const bool came = eventually([&] {
        for (auto& message : messages()) {
            if (message.find(mark) == std::string::npos) continue;
            found = std::move(message);
            return true;
        }
        return false;
    });
    if (!came) throw std::runtime_error("no message with '" + std::string(mark) + "'");
    return found;
}

std::size_t Maildir::unfinished() const {
    return regular_files(path_ / "tmp").size();
}

void Maildir::clear() const {
    for (const auto& file : files())
        fs::remove(file);
}

std::string without_trace(std::string_view message) {
    bool in_trace = false;
    while (!message.empty()) {
        const auto end = message.find('\n');
        const auto line = message.substr(0, end);
        const bool continues = in_trace && (line.starts_with(' ') || line.starts_with('\t'));
        in_trace = continues || begins_trace(line);
        if (!in_trace) break;
        message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    }
    return std::string(message);
}

}  // namespace postern::test
