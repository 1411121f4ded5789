#include "smtp/header_reader.hpp"

#include <algorithm>

#include "smtp/ascii.hpp"

namespace postern::smtp {

enum class HeaderReader::Kind : std::uint8_t {
    other,
    date,
    message_id,
    from,  // from here on address fields, with tighter limits
    sender,
    resent_from,
    resent_sender,
    resent_other,
};

namespace {

constexpr std::size_t longest_line = 998;  // RFC 5322 2.1.1
constexpr std::size_t longest_address_field = 8192;
constexpr std::size_t longest_field = 65536;
constexpr std::size_t longest_known_name = 32;
constexpr std::size_t most_address_fields = 16;  // of one name

// CR and LF count where they are not the end of a line. The others end one for some readers:
// Python's str.splitlines is in many of them.
constexpr bool breaks_line(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == 0 || (octet >= 0x0A && octet <= 0x0D) || (octet >= 0x1C && octet <= 0x1E);
}

std::size_t find_line_break(std::string_view text) {
    // Without a way out of the loop, so that the compiler makes vectors of it.
    bool found = false;
    for (const char c : text)
        found |= breaks_line(c);
    if (!found) return text.size();
    return static_cast<std::size_t>(std::ranges::find_if(text, breaks_line) - text.begin());
}

HeaderFault fault_of(char line_break) {
    if (line_break == '\0') return HeaderFault::nul;
    return line_break == '\r' ? HeaderFault::bare_cr : HeaderFault::line_break;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// RFC 5322 2.2; the colon ends it.
bool is_name_octet(char c) {
    return c >= 33 && c <= 126;
}

const char* sentence(HeaderFault fault) {
    switch (fault) {
        case HeaderFault::not_a_field:
            return "a line is no field";
        case HeaderFault::nothing_to_continue:
            return "the first line begins with a blank";
        case HeaderFault::blank_continuation:
            return "a line has nothing but blanks";
        case HeaderFault::nul:
            return "it has a NUL";
        case HeaderFault::bare_cr:
            return "it has a CR without LF";
        case HeaderFault::bare_lf:
            return "it has a LF without CR";
        case HeaderFault::line_break:
            return "it has a control character that may end a line";
        case HeaderFault::unfinished:
            return "the message ends within it";
        case HeaderFault::line_too_long:
            return "a line is too long";
        case HeaderFault::field_too_long:
            return "it is too long";
        case HeaderFault::too_many_address_fields:
            return "there are too many of it";
        case HeaderFault::bad_address_field:
            return "it is no address field";
    }
    return "it cannot be read";
}

}  // namespace

std::string HeaderRefusal::text() const {
    const std::string where = field.empty() ? "header" : field;
    return where + ": " + (address ? to_string(*address) : sentence(fault));
}

std::size_t HeaderReader::feed(std::string_view octets) {
    auto rest = octets;
    while (!rest.empty() && !complete_ && !refusal_) {
        const auto run = rest.substr(0, rest.find('\n'));
        const bool ends = run.size() < rest.size();
        rest.remove_prefix(run.size() + (ends ? 1 : 0));
        take_run(run, ends);
    }
    const auto taken = octets.size() - rest.size();
    octets_ += taken;
    return taken;
}

void HeaderReader::finish() {
    if (complete_ || refusal_) return;
    if (after_cr_ || dot_taken_ || place_ != Place::line_start)
        return refuse(HeaderFault::unfinished);
    end_field();
    complete_ = !refusal_;
}

// Octets of one line, and whether the LF behind them has been seen. A CR may stand at the end of
// one piece and its LF at the beginning of the next.
void HeaderReader::take_run(std::string_view run, bool ends) {
    if (after_cr_ && !(run.empty() && ends)) return refuse(HeaderFault::bare_cr);
    if (run.ends_with('\r')) {
        run.remove_suffix(1);
        after_cr_ = true;
    }
    take_text(run);
    if (refusal_ || !ends) return;
    if (!after_cr_) return refuse(HeaderFault::bare_lf);
    after_cr_ = false;
    end_line();
}

// What comes first is refused first, wherever the octets are cut.
void HeaderReader::take_text(std::string_view text) {
    const auto good = find_line_break(text);
    auto rest = text.substr(0, good);
    if (place_ == Place::line_start) start_line(rest);
    if (place_ == Place::name && !refusal_) take_name(rest);
    if (place_ == Place::value && !refusal_) take_value(rest);
    if (good < text.size() && !refusal_) refuse(fault_of(text[good]));
}

void HeaderReader::start_line(std::string_view& text) {
    // RFC 5321 4.5.2: whoever reads the message will not see this dot.
    if (rules_.dot_stuffed && !dot_taken_ && text.starts_with('.')) {
        dot_taken_ = true;
        text.remove_prefix(1);
    }
    if (text.empty()) return;
    if (!is_blank(text.front())) return start_field();
    if (header_.fields == 0) return refuse(HeaderFault::nothing_to_continue);
    place_ = Place::value;
    blank_ = true;
    if (list_of(kind_)) value_ += "\r\n";
}

void HeaderReader::take_name(std::string_view& text) {
    const auto name = text.substr(0, text.find(':'));
    const auto* end = std::ranges::find_if_not(name, is_name_octet);
    const auto good = name.substr(0, static_cast<std::size_t>(end - name.begin()));
    name_ += good.substr(0, longest_known_name - name_.size());
    if (!count(good.size())) return;
    if (good.size() < name.size()) return refuse(HeaderFault::not_a_field);
    const bool colon = name.size() < text.size();
    text.remove_prefix(name.size() + (colon ? 1 : 0));
    if (!colon) return;
    if (name_.empty()) return refuse(HeaderFault::not_a_field);
    kind_ = kind_of(name_);
    header_.date = header_.date || kind_ == Kind::date;
    header_.message_id = header_.message_id || kind_ == Kind::message_id;
    ++header_.fields;
    place_ = Place::value;
    count(1);
}

void HeaderReader::take_value(std::string_view text) {
    if (!count(text.size())) return;
    blank_ = blank_ && std::ranges::all_of(text, is_blank);
    if (list_of(kind_)) value_ += text;
}

void HeaderReader::end_line() {
    if (place_ == Place::line_start && !dot_taken_) {
        end_field();
        complete_ = !refusal_;
        return;
    }
    if (place_ != Place::value) return refuse(HeaderFault::not_a_field);
    if (blank_) return refuse(HeaderFault::blank_continuation);
    place_ = Place::line_start;
    dot_taken_ = false;
    line_octets_ = 0;
}

void HeaderReader::start_field() {
    end_field();
    place_ = Place::name;
    blank_ = false;
    kind_ = Kind::other;
    name_.clear();
    field_octets_ = 0;
}

void HeaderReader::end_field() {
    if (list_of(kind_)) keep_mailboxes();
    value_.clear();
}

void HeaderReader::keep_mailboxes() {
    auto& lists = *list_of(kind_);
    if (lists.size() == most_address_fields) return refuse(HeaderFault::too_many_address_fields);
    const auto refuse_for = [&](AddressFieldError error) {
        refuse(HeaderFault::bad_address_field);
        refusal_->address = error;
    };
    auto mailboxes = parse_address_field(value_, rules_.smtputf8);
    if (!mailboxes) return refuse_for(mailboxes.error());
    // RFC 5322 3.6.2 and 3.6.6
    const bool one = kind_ == Kind::sender || kind_ == Kind::resent_sender;
    if (one && mailboxes->size() > 1) return refuse_for(AddressFieldError::several_senders);
    lists.push_back(*std::move(mailboxes));
}

// Counts octets of the line and of the field; false: there are too many, and that is refused.
bool HeaderReader::count(std::size_t octets) {
    const bool tight = kind_ >= Kind::from;
    const auto limit = tight ? longest_address_field : longest_field;
    const auto line_room = longest_line - std::min(longest_line, line_octets_);
    const auto field_room = limit - std::min(limit, field_octets_);
    line_octets_ += octets;
    field_octets_ += octets;
    if (tight && octets > line_room && line_room <= field_room)
        refuse(HeaderFault::line_too_long);
    else if (octets > field_room)
        refuse(HeaderFault::field_too_long);
    return !refusal_;
}

void HeaderReader::refuse(HeaderFault fault) {
    refusal_ = HeaderRefusal{fault, name_, std::nullopt};
}

HeaderReader::Kind HeaderReader::kind_of(std::string_view name) {
    const auto lower = upper(name);
    if (lower == "FROM") return Kind::from;
    if (lower == "SENDER") return Kind::sender;
    if (lower == "DATE") return Kind::date;
    if (lower == "MESSAGE-ID") return Kind::message_id;
    if (lower == "RESENT-FROM") return Kind::resent_from;
    if (lower == "RESENT-SENDER") return Kind::resent_sender;
    return lower.starts_with("RESENT-") ? Kind::resent_other : Kind::other;
}

std::vector<std::vector<WrittenMailbox>>* HeaderReader::list_of(Kind kind) {
    switch (kind) {
        case Kind::from:
            return &header_.from;
        case Kind::sender:
            return &header_.sender;
        case Kind::resent_from:
            return &header_.resent_from;
        case Kind::resent_sender:
            return &header_.resent_sender;
        default:
            return nullptr;
    }
}

}  // namespace postern::smtp
