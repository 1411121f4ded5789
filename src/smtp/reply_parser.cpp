#include "smtp/reply_parser.hpp"

#include <algorithm>
#include <utility>

#include "smtp/ascii.hpp"
#include "smtp/utf8.hpp"

namespace postern::smtp {

namespace {

// Three digits 2xx to 5xx, or 0: a 1xx does not exist in SMTP (RFC 5321 4.2.1).
int read_code(std::string_view line) {
    if (line.size() < 3 || !std::ranges::all_of(line.substr(0, 3), is_digit)) return 0;
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    return code >= 200 && code < 600 ? code : 0;
}

// The length of the one to three digits that `text` starts with, or 0.
std::size_t short_number(std::string_view text) {
    const auto length =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    return length <= 3 ? length : 0;
}

// RFC 2034 section 3: class.subject.detail, its class the first digit of the reply code, which is
// 2, 4 or 5. Empty: the text starts with no such thing.
std::string_view enhanced_code(int code, std::string_view text) {
    const char kind = static_cast<char>('0' + code / 100);
    if (kind == '3' || text.size() < 5 || text[0] != kind || text[1] != '.') return {};
    const std::size_t subject = short_number(text.substr(2));
    const std::size_t dot = 2 + subject;
    if (subject == 0 || dot >= text.size() || text[dot] != '.') return {};
    const std::size_t detail = short_number(text.substr(dot + 1));
    const std::size_t end = dot + 1 + detail;
    if (detail == 0 || (end < text.size() && text[end] != ' ')) return {};
    return text.substr(0, end);
}

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        if (length == 0 || is_control(text[0]))
            result += '?';
        else
            result += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

}  // namespace

ReplyParser::Status ReplyParser::feed(std::string_view& input) {
    while (status_ == Status::incomplete && !input.empty()) {
        const std::size_t newline = input.find('\n');
        const std::string_view piece = input.substr(0, newline);
        // One octet more than a line may have: the CR before the LF.
        if (line_.size() + piece.size() > max_line + 1) return status_ = Status::garbage;
        line_ += piece;
        input.remove_prefix(piece.size());
        if (newline == std::string_view::npos) break;
        input.remove_prefix(1);
        status_ = end_of_line();
        line_.clear();
    }
    return status_;
}

Reply ReplyParser::take() {
    status_ = Status::incomplete;
    lines_ = 0;
    return std::exchange(reply_, {});
}

ReplyParser::Status ReplyParser::end_of_line() {
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const int code = read_code(line);
    const bool first = reply_.lines.empty();
    if (code == 0 || (!first && code != reply_.code)) return Status::garbage;
    if (line.size() > max_line || ++lines_ > max_lines) return Status::garbage;
    const char mark = line.size() == 3 ? ' ' : line[3];
    if (mark != ' ' && mark != '-') return Status::garbage;

    reply_.code = code;
    if (lines_ <= kept_lines) add(line.substr(std::min<std::size_t>(line.size(), 4)));
    return mark == '-' ? Status::incomplete : Status::complete;
}

// A reply has one enhanced code, that of its first line; a line with another one keeps it as text.
void ReplyParser::add(std::string_view text) {
    const std::string_view enhanced = enhanced_code(reply_.code, text);
    if (reply_.lines.empty()) reply_.enhanced = enhanced;
    if (!enhanced.empty() && enhanced == reply_.enhanced) {
        text.remove_prefix(enhanced.size());
        if (text.starts_with(' ')) text.remove_prefix(1);
    }
    reply_.lines.push_back(printable(text));
}

}  // namespace postern::smtp
