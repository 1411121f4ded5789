#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtp/address_field.hpp"

namespace postern::smtp {

// What the header of a message says about who sends it. One list of mailboxes per field; a field
// that occurs twice has two.
struct Header {
    std::vector<std::vector<WrittenMailbox>> from, sender, resent_from, resent_sender;
    bool date = false;
    bool message_id = false;
    std::size_t fields = 0;  // of any name

    friend bool operator==(const Header&, const Header&) = default;
};

// Why a header cannot be judged.
enum class HeaderFault : std::uint8_t {
    not_a_field,          // no colon, a blank before it, or a name that is none: mbox's "From " too
    nothing_to_continue,  // the first line begins with a blank
    blank_continuation,   // the end of the header, to some readers
    nul,
    bare_cr,
    bare_lf,
    line_break,  // VT, FF, FS, GS or RS, which end a line for some libraries
    unfinished,  // the message ends in the middle of a line
    line_too_long,
    field_too_long,
    too_many_address_fields,
    bad_address_field,
};
struct HeaderRefusal {
    HeaderFault fault = HeaderFault::not_a_field;
    std::string field;  // the field's name, as far as it is known; at most 32 octets
    std::optional<AddressFieldError> address;  // of a bad_address_field

    std::string text() const;  // a sentence for the log
    friend bool operator==(const HeaderRefusal&, const HeaderRefusal&) = default;
};

// Reads the header of a message as the strictest and the laxest reader would (BEHAVIOUR section 3):
// what two readers might take for two things is refused, never repaired. Pieces of any size may be
// fed, and how the octets are cut changes nothing. Of an address field its octets are kept while it
// lasts, of others none; whoever holds the octets back limits the block with `octets()`.
//
// What decides where a field begins and ends is checked in every line. The encoding is checked in
// From, Sender, Resent-From and Resent-Sender only: printers write Latin-1 into their subjects, and
// no reader finds an address there.
class HeaderReader {
 public:
    struct Rules {
        // As behind DATA, where ".From: x" arrives as "From: x" at the other end; not so in BDAT.
        bool dot_stuffed = true;
        bool smtputf8 = false;
    };
    explicit HeaderReader(Rules rules) : rules_(rules) {}

    // Takes what of `octets` belongs to the header, up to and with the empty line: how much that
    // was. Nothing is taken behind the end; what follows a refusal is not looked at.
    std::size_t feed(std::string_view octets);
    // The message ended. A header without an empty line is complete (RFC 5322 3.5), half a line is
    // a refusal.
    void finish();

    bool complete() const { return complete_; }
    const std::optional<HeaderRefusal>& refusal() const { return refusal_; }
    std::uint64_t octets() const { return octets_; }  // taken so far
    const Header& header() const { return header_; }  // whole once it is complete

 private:
    enum class Kind : std::uint8_t;
    enum class Place : std::uint8_t { line_start, name, value };

    void take_run(std::string_view run, bool ends);
    void take_text(std::string_view text);
    void start_line(std::string_view& text);
    void take_name(std::string_view& text);
    void take_value(std::string_view text);
    void end_line();
    void start_field();
    void end_field();
    void keep_mailboxes();
    bool count(std::size_t octets);
    void refuse(HeaderFault fault);
    static Kind kind_of(std::string_view name);
    std::vector<std::vector<WrittenMailbox>>* list_of(Kind kind);

    Rules rules_;
    Header header_;
    std::optional<HeaderRefusal> refusal_;
    bool complete_ = false;
    std::uint64_t octets_ = 0;

    Place place_ = Place::line_start;
    bool after_cr_ = false;
    bool dot_taken_ = false;  // this line's dot-stuffing
    bool blank_ = false;      // this line is a continuation with nothing in it so far
    std::size_t line_octets_ = 0;

    Kind kind_{};
    std::string name_;   // its first octets, enough to know it
    std::string value_;  // of an address field, folded as it came
    std::size_t field_octets_ = 0;
};

}  // namespace postern::smtp
