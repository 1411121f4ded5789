#include "smtp/address_ambiguity.hpp"

#include <algorithm>

#include "address/unicode.hpp"
#include "smtp/ascii.hpp"
#include "smtp/encoded_word.hpp"

namespace postern::smtp {

namespace {

using Error = AddressFieldError;

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

// Whether whatever looks like an address, wherever it stands, is one of `mailboxes`.
bool names_only(const std::vector<WrittenMailbox>& mailboxes, std::string_view text) {
    while (!text.empty()) {
        const auto* end = std::ranges::find_if(
            text, [](char c) { return c != '.' && c != '@' && !address::is_atext(c); });
        const auto token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        if (token.find('@') != std::string_view::npos && !is_mailbox_of(token, mailboxes))
            return false;
        text.remove_prefix(std::min(token.size() + 1, text.size()));
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
    if (names_only(mailboxes, body) && names_only(mailboxes, decoded.text) &&
        names_only(mailboxes, decode_words(body, Blanks::lost).text))
        return std::nullopt;
    const bool plain = !folded && decoded.text == body && brackets <= 1 &&
                       body.find_first_of("\\(),;:") == std::string_view::npos;
    return plain ? std::nullopt : std::optional(Error::ambiguous);
}

}  // namespace postern::smtp
