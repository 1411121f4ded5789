#include "cli/import_file.hpp"

namespace postern::cli {

namespace {

// The oldest hashes of crypt(3) have no scheme: two characters of salt and eleven of DES.
bool is_bare_des(std::string_view hash) {
    constexpr std::string_view alphabet =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return hash.size() == 13 && hash.find_first_not_of(alphabet) == hash.npos;
}

// shadow(5): a password that nobody can type.
bool is_none(std::string_view hash) {
    return hash == "x" || hash.starts_with('*') || hash.starts_with('!');
}

class Passwd final : public AccountFile {
 public:
    explicit Passwd(std::istream& stream) : stream_(stream) {}

    std::optional<ForeignAccount> next() override {
        std::string line;
        const crypto::WipeAtEnd wiped(line);
        while (std::getline(stream_, line)) {
            ++number_;
            if (line.ends_with('\r')) line.pop_back();
            if (!line.empty() && !line.starts_with('#')) return account(line);
        }
        return std::nullopt;
    }

 private:
    ForeignAccount account(std::string_view line) const {
        ForeignAccount account;
        account.line = number_;
        const auto colon = line.find(':');
        if (colon == line.npos || line.size() > longest_line) {
            account.mistake = "user:hash:... is expected";
            return account;
        }
        account.login = line.substr(0, colon);
        const auto rest = line.substr(colon + 1);
        const auto hash = rest.substr(0, rest.find(':'));
        if (is_bare_des(hash)) {
            auto named = "{CRYPT}" + std::string(hash);
            account.password = crypto::Secret::take(named);
        } else if (!is_none(hash)) {
            account.password = crypto::Secret(hash);
        }
        return account;
    }

    std::istream& stream_;
    std::size_t number_ = 0;
};

}  // namespace

std::unique_ptr<AccountFile> open_passwd(std::istream& stream) {
    return std::make_unique<Passwd>(stream);
}

}  // namespace postern::cli
