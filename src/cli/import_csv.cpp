#include <algorithm>
#include <array>

#include "cli/import_file.hpp"

namespace postern::cli {

namespace {

constexpr std::array<std::string_view, 5> columns{"login", "password", "emails", "groups",
                                                  "status"};

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const auto end = std::min(list.find(';'), list.size());
        auto part = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        while (part.starts_with(' '))
            part.remove_prefix(1);
        while (part.ends_with(' '))
            part.remove_suffix(1);
        if (!part.empty()) parts.emplace_back(part);
    }
    return parts;
}

class Csv final : public AccountFile {
 public:
    explicit Csv(std::istream& stream) : stream_(stream) {}

    std::optional<ForeignAccount> next() override {
        if (header_.empty()) {
            auto mistake = read_header();
            if (!mistake.empty()) return ForeignAccount{.line = 1, .mistake = std::move(mistake)};
        }
        std::vector<std::string> cells;
        do {
            if (broken_ || !read_record(cells)) return std::nullopt;
        } while (cells.size() == 1 && cells.front().empty() && !overlong_);
        return account(cells);
    }

 private:
    std::string read_header() {
        if (!read_record(header_)) header_.assign(1, "");
        if (header_.front().starts_with("\xEF\xBB\xBF")) header_.front().erase(0, 3);
        broken_ = true;  // unless all is well: what follows is not read
        bool has_login = false;
        for (const auto& name : header_) {
            if (std::ranges::find(columns, name) == columns.end())
                return "the first line names the columns: login, password, emails, groups, status";
            has_login = has_login || name == "login";
        }
        if (!has_login) return "there is no column login";
        broken_ = false;
        return "";
    }

    ForeignAccount account(std::vector<std::string>& cells) const {
        ForeignAccount account;
        account.line = begin_;
        if (overlong_)
            account.mistake = "the line is too long, or a quote is not closed";
        else if (cells.size() != header_.size())
            account.mistake = "this line has not as many columns as the first one";
        if (!account.mistake.empty()) return account;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            auto& cell = cells[i];
            if (header_[i] == "login") account.login = cell;
            if (header_[i] == "password") account.password = crypto::Secret::take(cell);
            if (header_[i] == "emails") account.emails = split(cell);
            if (header_[i] == "groups") account.groups = split(cell);
            if (header_[i] == "status") account.status = cell;
        }
        return account;
    }

    // One record, which may go over several lines inside of quotes. False: the file is at its end.
    bool read_record(std::vector<std::string>& cells) {
        cells.assign(1, "");
        begin_ = line_;
        overlong_ = false;
        bool quoted = false, any = false;
        std::size_t size = 0;
        for (int octet = stream_.get(); octet != std::istream::traits_type::eof();
             octet = stream_.get()) {
            any = true;
            if (octet == '\n') ++line_;
            overlong_ = overlong_ || ++size > longest_line;
            if (octet == '"' && (!quoted || stream_.peek() != '"')) {
                quoted = !quoted;
                continue;
            }
            if (octet == '"') stream_.get();
            // What is too long ends with its line, whatever its quotes say.
            if (octet == '\n' && (!quoted || overlong_)) return true;
            if (octet == '\r' && !quoted && stream_.peek() == '\n') continue;
            if (octet == ',' && !quoted)
                cells.emplace_back();
            else if (!overlong_)
                cells.back() += static_cast<char>(octet);
        }
        overlong_ = overlong_ || quoted;
        return any;
    }

    std::istream& stream_;
    std::vector<std::string> header_;
    std::size_t line_ = 1, begin_ = 1;
    bool overlong_ = false, broken_ = false;
};

}  // namespace

std::unique_ptr<AccountFile> open_csv(std::istream& stream) {
    return std::make_unique<Csv>(stream);
}

}  // namespace postern::cli
