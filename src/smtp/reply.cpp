#include "smtp/reply.hpp"

#include "smtp/utf8.hpp"

namespace postern::smtp {

namespace {

// A line end inside a line would be a reply that nobody gave.
char harmless(char c) {
    return c == '\r' || c == '\n' || c == '\0' ? '?' : c;
}

void append(std::string& wire, const Reply& reply, std::string_view text, bool last) {
    wire += std::to_string(reply.code);
    wire += last ? ' ' : '-';
    if (!reply.enhanced.empty()) {
        wire += reply.enhanced;
        wire += ' ';
    }
    for (const char c : text)
        wire += harmless(c);
    wire += "\r\n";
}

}  // namespace

std::string Reply::wire() const {
    std::string wire;
    if (lines.empty()) append(wire, *this, {}, true);
    for (std::size_t i = 0; i < lines.size(); ++i)
        append(wire, *this, lines[i], i + 1 == lines.size());
    return wire;
}

std::string Reply::summary() const {
    std::string summary = std::to_string(code);
    if (!enhanced.empty()) summary += ' ' + enhanced;
    const char* separator = " ";
    for (const std::string& line : lines) {
        if (line.empty()) continue;
        summary += separator;
        for (const char c : line)
            summary += harmless(c);
        separator = " / ";
    }
    return summary;
}

Reply Reply::in_ascii() const {
    Reply reply = *this;
    for (std::string& line : reply.lines) {
        std::string ascii;
        for (std::string_view rest = line; !rest.empty();) {
            const std::size_t length = utf8_character(rest);
            ascii += length == 1 ? rest[0] : '?';
            rest.remove_prefix(length == 0 ? 1 : length);
        }
        line = std::move(ascii);
    }
    return reply;
}

}  // namespace postern::smtp
