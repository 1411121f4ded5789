#include "upstream/maildir_content.hpp"

namespace postern::upstream {

// The content ends with CRLF, so no CR is left behind at the end.
void MaildirContent::append(std::string_view wire, std::string& out) {
    for (const char c : wire) {
        if (at_ == At::behind_cr) {
            if (c == '\n') {
                out += '\n';
                at_ = At::line_start;
                continue;
            }
            out += '\r';
            at_ = At::in_line;
        }
        if (at_ == At::line_start && c == '.') {
            at_ = At::in_line;
        } else if (c == '\r') {
            at_ = At::behind_cr;
        } else {
            out += c;
            at_ = At::in_line;
        }
    }
}

}  // namespace postern::upstream
