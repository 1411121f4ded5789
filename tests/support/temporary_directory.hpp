#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace postern::test {

// A new empty directory below the system's, removed with all that is in it at the end. Everybody
// may walk through it but not list it, for servers under test give up root.
class TemporaryDirectory {
 public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
    std::filesystem::path path_;
};

// The octets of a file; throws std::runtime_error when it cannot be read.
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view octets);

}  // namespace postern::test
