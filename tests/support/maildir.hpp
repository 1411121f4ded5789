#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace postern::test {

// A maildir that some server under test delivers into, read from outside.
class Maildir {
 public:
    explicit Maildir(std::filesystem::path path) : path_(std::move(path)) {}

    // Names of the files in new/.
    std::vector<std::filesystem::path> files() const;
    std::vector<std::string> messages() const;
    // The messages once there are `count`; throws std::runtime_error when they do not come.
    std::vector<std::string> wait_for(std::size_t count) const;
    // Waits for the message that contains `mark`.
    std::string wait_for_message_with(std::string_view mark) const;
    // Files in tmp/: what was begun and not finished.
    std::size_t unfinished() const;
    void clear() const;

 private:
    std::filesystem::path path_;
};

// The message without the trace fields that servers put in front: Return-Path, Delivered-To,
// X-Original-To and Received, folded lines included.
std::string without_trace(std::string_view message);

}  // namespace postern::test
