#include "smtp/address_ambiguity.hpp"

#include <algorithm>

#include "address/unicode.hpp"
#include "smtp/ascii.hpp"
#include "smtp/encoded_word.hpp"

namespace postern::smtp {

namespace {

using Error = AddressFieldError;

constexpr auto npos = std::string_view::npos;
constexpr std::string_view replacement = "\uFFFD";

std::size_t count(std::string_view text, char c) {
    return static_cast<std::size_t>(std::ranges::count(text, c));
}

bool is_mailbox_of(std::string_view text, const std::vector<WrittenMailbox>& mailboxes) {
    const auto parsed = address::parse_mailbox(text);
    return parsed && std::ranges::any_of(mailboxes, [&](const WrittenMailbox& each) {
               return each.mailbox.domain == parsed->domain &&
                      address::to_lower(each.mailbox.local_part) ==
                          address::to_lower(parsed->local_part);
           });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// Whether some readers take more for the address than it is: they pass over blanks and comments
// around a dot and anywhere in a domain, and a quoted string is a word of a local part to them:
// "joe. jane@x.test .y.test".
bool reaches_further(std::string_view before, std::string_view behind) {
    before = trimmed(before);
    behind = trimmed(behind);
    const char last = before.empty() ? '\0' : before.back();
    const char next = behind.empty() ? '\0' : behind.front();
    if (last == '.' || last == ')' || last == '\\') return true;
    if (last == '"' && count(before, '"') % 2 == 0) return true;
    if (next == '(') return behind.find(')') != behind.size() - 1;
    return next == '.' || next == '[' || next == '\\' || address::is_atext(next);
}

// Whether whatever looks like an address, wherever it stands, is one of `mailboxes`.
bool names_only(const std::vector<WrittenMailbox>& mailboxes, std::string_view text) {
    for (std::size_t start = 0; start < text.size();) {
        const auto rest = text.substr(start);
        const auto* end = std::ranges::find_if(
            rest, [](char c) { return c != '.' && c != '@' && !address::is_atext(c); });
        const auto token = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        if (token.find('@') != npos &&
            (!is_mailbox_of(token, mailboxes) ||
             reaches_further(text.substr(0, start), rest.substr(token.size()))))
            return false;
        start += token.size() + 1;
    }
    return true;
}

}  // namespace

// The readers that differ: they decode before they parse, do not nest comments, forget about
// backslashes, end a quoted string with its line, or take what stands in the first "<" and ">". So
// an "@" outside of an addr-spec is either part of an address that the field names anyway, or
// stands in a quoted display name with nothing else of the grammar beside it.
std::optional<Error> ambiguity(std::string_view body, bool folded,
                               const std::vector<WrittenMailbox>& mailboxes) {
    const auto decoded = decode_words(body);
    // No more than that: what calls itself ISO-8859-1 is full of C1.
    if (std::ranges::any_of(decoded.text, [](char c) { return is_control(c) && c != '\t'; }))
        return Error::not_text;
    const auto brackets = std::max(count(body, '<'), count(body, '>'));
    if (!decoded.harmless || (folded && brackets > mailboxes.size())) return Error::ambiguous;

    std::size_t in_addresses = 0;
    for (const auto& each : mailboxes)
        in_addresses += count(each.text, '@');
    if (count(decoded.text, '@') == in_addresses && count(body, '@') == in_addresses)
        return std::nullopt;
    // What is no text in its charset one decoder replaces, another drops, with its neighbours.
    const bool whole = decoded.text.find(replacement) == std::string::npos;
    if (whole && names_only(mailboxes, body) && names_only(mailboxes, decoded.text) &&
        names_only(mailboxes, decode_words(body, Blanks::lost).text))
        return std::nullopt;
    const bool plain = !folded && decoded.text == body && brackets <= 1 &&
                       body.find_first_of("\\(),;:") == std::string_view::npos;
    return plain ? std::nullopt : std::optional(Error::ambiguous);
}

}  // namespace postern::smtp
