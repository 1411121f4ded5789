#include "remote/imap_command.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "remote/plain_response.hpp"

namespace postern::remote {

namespace {

constexpr std::size_t longest_minus = 4096;  // RFC 7888 section 5

class Writer {
 public:
    explicit Writer(const ImapCapabilities& offered) : offered_(offered) {}
    ~Writer() { crypto::wipe(piece_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void add(std::string_view octets) {
        // A string that grows leaves what it was behind.
        if (piece_.size() + octets.size() > piece_.capacity()) {
            std::string larger;
            larger.reserve(2 * (piece_.size() + octets.size()));
            larger += piece_;
            crypto::wipe(piece_);
            piece_ = std::move(larger);
        }
        piece_ += octets;
    }

    // RFC 9051 section 4.3: quoted where that can be, otherwise a literal.
    void add_string(std::string_view octets) {
        const bool quotable =
            std::ranges::all_of(octets, [](char c) { return c >= ' ' && c <= '~'; });
        if (!quotable) return add_literal(octets);
        add("\"");
        for (const char& c : octets) {
            if (c == '"' || c == '\\') add("\\");
            add({&c, 1});
        }
        add("\"");
    }

    ImapCommand end() {
        ask_for_more();
        return std::move(pieces_);
    }

    // Ends the line, and what comes next has to wait.
    void ask_for_more() {
        add("\r\n");
        pieces_.push_back(crypto::Secret::take(piece_));
    }

 private:
    void add_literal(std::string_view octets) {
        const bool at_once =
            offered_.literal_plus || (offered_.literal_minus && octets.size() <= longest_minus);
        add(fmt::format("{{{}{}}}", octets.size(), at_once ? "+" : ""));
        if (at_once)
            add("\r\n");
        else
            ask_for_more();
        add(octets);
    }

    const ImapCapabilities& offered_;
    ImapCommand pieces_;
    std::string piece_;
};

}  // namespace

ImapCommand login_command(std::string_view tag, std::string_view login,
                          const crypto::Secret& password, const ImapCapabilities& offered) {
    Writer writer(offered);
    writer.add(tag);
    writer.add(" LOGIN ");
    writer.add_string(login);
    writer.add(" ");
    writer.add_string(password.reveal());
    return writer.end();
}

ImapCommand authenticate_command(std::string_view tag, std::string_view login,
                                 const crypto::Secret& password, const ImapCapabilities& offered) {
    const auto response = plain_response(login, password);
    Writer writer(offered);
    writer.add(tag);
    writer.add(" AUTHENTICATE PLAIN");
    if (offered.initial_response)
        writer.add(" ");
    else
        writer.ask_for_more();
    writer.add(response.reveal());
    return writer.end();
}

}  // namespace postern::remote
