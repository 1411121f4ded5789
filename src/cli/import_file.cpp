#include "cli/import_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace postern::cli {

namespace {

class FileSource final : public AccountSource {
 public:
    FileSource(const std::string& form, const std::string& path)
        : path_(path),
          stream_(path, std::ios::binary),
          size_(std::filesystem::file_size(path)),
          file_(open_account_file(form, stream_)) {}

    std::optional<ForeignAccount> next() override {
        auto account = file_->next();
        if (account) line_ = account->line;
        return account;
    }

    std::string place() const override { return fmt::format("{}:{}", path_, line_); }

    std::optional<unsigned> percent() override {
        const auto at = stream_.tellg();
        if (at < 0 || size_ == 0) return 100;
        return static_cast<unsigned>(100 * static_cast<std::uintmax_t>(at) / size_);
    }

 private:
    const std::string path_;
    std::ifstream stream_;
    const std::uintmax_t size_;
    const std::unique_ptr<AccountFile> file_;
    std::size_t line_ = 0;
};

}  // namespace

std::unique_ptr<AccountFile> open_account_file(std::string_view form, std::istream& stream) {
    if (form == "ldif") return open_ldif(stream);
    if (form == "passwd") return open_passwd(stream);
    return open_csv(stream);
}

std::unique_ptr<AccountSource> open_file_source(const std::string& form, const std::string& path) {
    // A folder opens, too, and reads as nothing.
    std::error_code none;
    if (!std::filesystem::is_regular_file(path, none) || !std::ifstream(path)) return nullptr;
    return std::make_unique<FileSource>(form, path);
}

}  // namespace postern::cli
