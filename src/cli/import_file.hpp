#pragma once

#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/import_source.hpp"

namespace postern::cli {

// Reads one form of file, account by account, however long the file is. Pure but for the stream.
class AccountFile {
 public:
    virtual ~AccountFile() = default;
    virtual std::optional<ForeignAccount> next() = 0;
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

// A file as a source. nullptr: it cannot be read.
std::unique_ptr<AccountSource> open_file_source(const std::string& form, const std::string& path);

}  // namespace postern::cli
