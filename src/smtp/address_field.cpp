#include "smtp/address_field.hpp"

#include <algorithm>

#include "address/unicode.hpp"
#include "smtp/address_ambiguity.hpp"

namespace postern::smtp {

namespace {

using Error = AddressFieldError;

constexpr std::size_t most_mailboxes = 100;
constexpr int deepest_comment = 8;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// A tab is a blank; every other control character is one that somebody takes for the end.
bool is_header_text(std::string_view text) {
    while (!text.empty()) {
        const auto piece = text.substr(0, text.find('\t'));
        if (!address::is_text(piece)) return false;
        text.remove_prefix(std::min(piece.size() + 1, text.size()));
    }
    return true;
}

// RFC 5322 2.2.3. A line end that folds nothing stays, and is no text.
std::string unfold(std::string_view body) {
    std::string unfolded;
    while (!body.empty()) {
        const auto line = body.substr(0, body.find("\r\n"));
        unfolded += line;
        body.remove_prefix(line.size());
        const bool folds = body.size() > 2 && is_blank(body[2]);
        if (!folds) return unfolded += body;
        body.remove_prefix(2);
    }
    return unfolded;
}

// RFC 5322 3.4 by recursive descent. Every function takes its part off the front of `rest_`; false:
// it is not there, and `error_` says why.
class Parser {
 public:
    explicit Parser(std::string_view body) : rest_(body) {}

    bool parse() {
        if (!skip_cfws()) return false;
        if (rest_.empty()) return fail(Error::no_mailbox);
        if (!address_list(false)) return false;
        return !mailboxes_.empty() || fail(Error::no_mailbox);
    }
    Error error() const { return error_; }
    std::vector<WrittenMailbox>& mailboxes() { return mailboxes_; }

 private:
    // Atoms, quoted strings and dots in a row: a display name, or a local part, as it turns out.
    struct Words {
        std::string_view text;
        bool apart = false;  // something stands between them
    };

    bool fail(Error error) {
        error_ = error;
        return false;
    }
    bool at(char c) const { return rest_.starts_with(c); }
    bool take(char c) {
        if (!at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // RFC 5322 3.2.2
    bool skip_cfws() {
        for (;;) {
            while (!rest_.empty() && is_blank(rest_.front()))
                rest_.remove_prefix(1);
            if (!at('(')) return true;
            if (!skip_comment()) return false;
        }
    }

    bool skip_comment() {
        int depth = 0;
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            if (rest_[i] == '\\')
                ++i;
            else if (rest_[i] == '(' && ++depth > deepest_comment)
                return fail(Error::comment_too_deep);
            else if (rest_[i] == ')' && --depth == 0) {
                rest_.remove_prefix(i + 1);
                return true;
            }
        }
        return fail(Error::syntax);
    }

    bool skip_quoted_string() {
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '\\')
                ++i;
            else if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return true;
            }
        }
        return fail(Error::syntax);
    }

    std::string_view take_atoms() {
        const auto* end =
            std::ranges::find_if(rest_, [](char c) { return c != '.' && !address::is_atext(c); });
        const auto atoms = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(atoms.size());
        return atoms;
    }

    bool take_words(Words& words) {
        const auto all = rest_;
        for (bool gap = false;;) {
            const auto before = rest_.size();
            if (!at('"'))
                take_atoms();
            else if (!skip_quoted_string())
                return false;
            if (rest_.size() == before) return true;
            words.apart = words.apart || gap;
            words.text = all.substr(0, all.size() - rest_.size());
            const auto behind = rest_.size();
            if (!skip_cfws()) return false;
            gap = rest_.size() != behind;
        }
    }

    bool address_list(bool in_group) {
        for (;;) {
            if (!address(in_group) || !skip_cfws()) return false;
            if (in_group ? at(';') : rest_.empty()) return true;
            if (!take(',') || !skip_cfws()) return fail(Error::syntax);
        }
    }

    bool address(bool in_group) {
        Words words;
        if (!take_words(words)) return false;
        // obs-phrase has dots, but does not begin with one
        const bool phrase = !words.text.starts_with('.');
        if (at('@')) return addr_spec(words);
        if (at('<')) return phrase ? angle_address() : fail(Error::syntax);
        if (words.text.empty()) return fail(Error::syntax);
        if (at(':')) return phrase && !in_group ? group() : fail(Error::syntax);
        const bool ends = rest_.empty() || at(',') || at(';');
        return fail(ends ? Error::no_domain : Error::syntax);
    }

    bool group() {
        rest_.remove_prefix(1);
        if (!skip_cfws()) return false;
        if (!at(';') && !address_list(true)) return false;
        return take(';') || fail(Error::syntax);
    }

    bool angle_address() {
        rest_.remove_prefix(1);
        if (!skip_cfws()) return false;
        if (at('@')) return fail(Error::source_route);
        Words words;
        if (!take_words(words)) return false;
        if (!at('@'))
            return fail(at('>') && !words.text.empty() ? Error::no_domain : Error::syntax);
        if (!addr_spec(words) || !skip_cfws()) return false;
        return take('>') || fail(Error::syntax);
    }

    bool addr_spec(const Words& local_part) {
        rest_.remove_prefix(1);
        if (local_part.apart) return fail(Error::syntax);
        if (!skip_cfws()) return false;
        auto text = std::string(local_part.text) + '@' + std::string(take_domain());
        if (text.find("=?") != std::string::npos) return fail(Error::encoded_address);
        auto mailbox = address::parse_mailbox(text);
        if (!mailbox) return fail(Error::syntax);
        if (mailboxes_.size() == most_mailboxes) return fail(Error::too_many_mailboxes);
        mailboxes_.push_back({*std::move(mailbox), std::move(text)});
        return true;
    }

    std::string_view take_domain() {
        if (!at('[')) return take_atoms();
        const auto literal = rest_.substr(0, rest_.find(']'));
        const auto length = std::min(literal.size() + 1, rest_.size());
        const auto taken = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return taken;
    }

    std::string_view rest_;
    Error error_ = Error::syntax;
    std::vector<WrittenMailbox> mailboxes_;
};

}  // namespace

const char* to_string(AddressFieldError error) {
    switch (error) {
        case Error::syntax:
            return "it is not a list of addresses";
        case Error::not_text:
            return "it is not UTF-8, or has a control character";
        case Error::eight_bit:
            return "it is not ASCII, and the transaction has no SMTPUTF8";
        case Error::no_mailbox:
            return "it has no address";
        case Error::no_domain:
            return "an address has no domain";
        case Error::source_route:
            return "it has a source route";
        case Error::encoded_address:
            return "an address has an encoded word";
        case Error::comment_too_deep:
            return "its comments are nested too deep";
        case Error::too_many_mailboxes:
            return "it has too many addresses";
        case Error::several_senders:
            return "it has several addresses";
        case Error::ambiguous:
            return "it can be read in several ways";
    }
    return "it cannot be read";
}

boost::system::result<std::vector<WrittenMailbox>, AddressFieldError> parse_address_field(
    std::string_view body, bool smtputf8) {
    const auto text = unfold(body);
    if (!is_header_text(text)) return Error::not_text;
    if (!smtputf8 && !address::is_ascii(text)) return Error::eight_bit;
    Parser parser(text);
    if (!parser.parse()) return parser.error();
    const bool folded = text.size() < body.size();
    if (const auto error = ambiguity(text, folded, parser.mailboxes())) return *error;
    return std::move(parser.mailboxes());
}

}  // namespace postern::smtp
