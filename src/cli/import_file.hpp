#pragma once

#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/account_input.hpp"
#include "directory/administration.hpp"

namespace postern::cli {

// An account as a file has it, not judged yet.
struct FileAccount {
    std::size_t line = 0;  // where it begins
    std::string login, status;
    crypto::Secret password;  // a hash or a clear text; empty: none
    std::vector<std::string> emails, groups;
    std::string mistake;  // why this is no account at all; the others are empty then
};

// Reads one form of file, account by account, however long the file is. Pure but for the stream.
class AccountFile {
 public:
    virtual ~AccountFile() = default;
    virtual std::optional<FileAccount> next() = 0;
};

// `form` is one of "csv" "ldif" "passwd"; the stream outlives what is returned.
// csv (RFC 4180): a header names the columns, of login, password, emails, groups and status; emails
//   and groups have ";" between them.
// ldif (RFC 2849): uid, mail, mailAlias, mailAlternateAddress, userPassword of entries with a uid.
// passwd: user:hash:..., as Dovecot's passwd-file and /etc/shadow have it; "*", "!", "x": none.
std::unique_ptr<AccountFile> open_account_file(std::string_view form, std::istream& stream);
std::unique_ptr<AccountFile> open_csv(std::istream& stream);
std::unique_ptr<AccountFile> open_ldif(std::istream& stream);
std::unique_ptr<AccountFile> open_passwd(std::istream& stream);

// Longer ones are refused: a file that is none of these has such lines.
inline constexpr std::size_t longest_line = 64 * 1024;

// In its normal form, with every address judged. A password in clear text is refused unless
// `clear_text`, and left to the caller then: the account comes without a hash. Hashes are within
// `limits`.
Read<directory::Account> read_file_account(const FileAccount& file, bool clear_text,
                                           const crypto::HashLimits& limits);

}  // namespace postern::cli
