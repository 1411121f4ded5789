#include <algorithm>

#include "address/unicode.hpp"
#include "cli/import_file.hpp"
#include "crypto/base64.hpp"

namespace postern::cli {

namespace {

class Ldif final : public AccountFile {
 public:
    explicit Ldif(std::istream& stream) : stream_(stream) {}

    // Entries without a uid are no people: organizational units, groups.
    std::optional<ForeignAccount> next() override {
        ForeignAccount account;
        while (read_entry(account)) {
            account.emails.insert(account.emails.end(), aliases_.begin(), aliases_.end());
            if (!account.login.empty() || !account.mistake.empty()) return account;
        }
        return std::nullopt;
    }

 private:
    // False: the file is at its end.
    bool read_entry(ForeignAccount& account) {
        account = ForeignAccount();
        aliases_.clear();
        std::string line;
        const crypto::WipeAtEnd wiped(line);
        while (read_line(line)) {
            if (line.empty() && account.line == 0) continue;
            if (line.empty()) return true;
            if (account.line == 0) account.line = begin_;
            add(line, account);
        }
        return account.line != 0;
    }

    // RFC 2849: a line that begins with a space continues the one before it; "#" is a comment, and
    // goes on like any line.
    bool read_line(std::string& line) {
        do {
            if (!read_physical(line)) return false;
            begin_ = number_;
            std::string more;
            while (stream_.peek() == ' ' && read_physical(more))
                if (line.size() <= longest_line) line.append(more, 1);
        } while (line.starts_with('#'));
        return true;
    }

    bool read_physical(std::string& line) {
        if (!std::getline(stream_, line)) return false;
        ++number_;
        if (line.ends_with('\r')) line.pop_back();
        return true;
    }

    void add(const std::string& line, ForeignAccount& account) {
        const auto colon = line.find(':');
        if (colon == std::string::npos || line.size() > longest_line) {
            account.mistake = "this is no line of LDIF, or a long one: attribute: value";
            return;
        }
        // Options behind ";" name a language, which is one value more to us.
        auto attribute = address::to_lower(line.substr(0, std::min(colon, line.find(';'))));
        auto value = line.substr(colon + 1);
        const crypto::WipeAtEnd wiped(value);
        const char form = value.empty() ? ' ' : value.front();
        if (form == ':' || form == '<') value.erase(0, 1);
        value.erase(0, std::min(value.find_first_not_of(' '), value.size()));
        if (form == '<') {
            account.mistake = attribute + " is at a URL, which is not followed";
        } else if (form == ':') {
            auto decoded = crypto::base64_decode(value);
            if (decoded)
                set(attribute, *decoded, account);
            else
                account.mistake = attribute + " is not in base64";
        } else {
            set(attribute, value, account);
        }
    }

    void set(const std::string& attribute, std::string& value, ForeignAccount& account) {
        if (attribute == "changetype" && value != "add")
            account.mistake = "this is a change, not an entry";
        else if (attribute == "uid" && account.login.empty())
            account.login = value;
        else if (attribute == "userpassword" && account.password.empty())
            account.password = crypto::Secret::take(value);
        else if (attribute == "mail")
            account.emails.push_back(value);
        else if (attribute == "mailalias" || attribute == "mailalternateaddress")
            aliases_.push_back(value);
    }

    std::istream& stream_;
    std::size_t number_ = 0, begin_ = 0;
    std::vector<std::string> aliases_;  // of the entry; behind its mails, whatever their order is
};

}  // namespace

std::unique_ptr<AccountFile> open_ldif(std::istream& stream) {
    return std::make_unique<Ldif>(stream);
}

}  // namespace postern::cli
