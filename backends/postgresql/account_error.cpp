#include "postgresql/account_error.hpp"

#include <fmt/format.h>

#include <array>

namespace postern::postgresql {

namespace {

using directory::AdministrationError;
using Kind = AdministrationError::Kind;

struct Sentence {
    const char* constraint;
    Kind kind;
    const char* what;
};

// What the constraints of migrations/ mean.
constexpr std::array sentences{
    Sentence{"accounts_pkey", Kind::conflict, "there is an account of that name already"},
    Sentence{"addresses_pkey", Kind::conflict, "the address belongs to somebody already"},
    Sentence{"account_named_like_an_address_owns_it", Kind::conflict,
             "an account whose name looks like an address must own that address"},
    Sentence{"account_name_is_lower_case", Kind::refused, "the name is not in lower case"},
    Sentence{"account_name_is_a_login", Kind::refused, "the name cannot be a login"},
    Sentence{"secret_is_a_hash", Kind::refused, "the password is not stored as a hash"},
    Sentence{"delegation_is_between_two", Kind::refused,
             "an account needs no permission to act for itself"},
    Sentence{"address_local_part_is_valid", Kind::refused, "an address has no valid local part"},
    Sentence{"address_domain_is_valid", Kind::refused, "an address has no valid domain"},
    Sentence{"app_password_label_is_text", Kind::refused,
             "a label has 1 to 100 characters, and no control characters"},
    Sentence{"group_name_is_text", Kind::refused, "that cannot be the name of a group"},
};

Kind kind_of(std::string_view state) {
    // Class 08: connection; 53: resources; 57P: shutdown; 55P03: a lock; 40: serialization.
    if (state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") ||
        state.starts_with("40") || state == "55P03")
        return Kind::unreachable;
    if (state.starts_with("28") || state == "3D000") return Kind::settings;
    return state == "23505" ? Kind::conflict : Kind::refused;
}

// "... FATAL:  28P01: password authentication failed ...": five of A-Z and 0-9 between ":  " and
// ": ".
std::string_view state_in(std::string_view words) {
    const auto is_state = [](std::string_view text) {
        return text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == text.npos;
    };
    for (auto at = words.find(":  "); at != words.npos; at = words.find(":  ", at + 1)) {
        const auto behind = words.substr(at + 3);
        if (behind.find(": ") == 5 && is_state(behind.substr(0, 5))) return behind.substr(0, 5);
    }
    return "";
}

std::string first_line(std::string_view words) {
    return std::string(words.substr(0, words.find('\n')));
}

}  // namespace

AdministrationError server_error(const ServerWords& words) {
    for (const auto& sentence : sentences)
        if (words.constraint == sentence.constraint)
            return {sentence.kind, sentence.what, words.hint};
    // The schema, one of its tables or functions.
    if (words.state == "3F000" || words.state == "42P01" || words.state == "42883")
        return {Kind::refused, "this database has no schema of Postern, or an older one",
                "postern migrate"};
    if (words.state == "42501" && words.hint.empty())
        return {Kind::refused, "the database refuses it: " + words.message,
                "the accounts are written by a role that postern_admin was granted to; "
                "admin.url names who we are there"};
    return {kind_of(words.state), "the database says: " + words.message, words.hint};
}

AdministrationError connect_error(std::string_view words) {
    const auto state = state_in(words);
    if (!state.empty() && kind_of(state) == Kind::settings)
        return {Kind::settings, "the database does not let us in: " + first_line(words),
                "admin.url, or url, of the directory: user, password, database"};
    if (words.empty()) return {Kind::unreachable, "the database does not answer", ""};
    return {Kind::unreachable, "the database cannot be reached: " + first_line(words), ""};
}

}  // namespace postern::postgresql
