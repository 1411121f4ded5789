#include "config/toml_limits.hpp"

namespace postern::config {
namespace {

class Scan {
 public:
    explicit Scan(std::string_view content) : content_(content) {
        if (content_.starts_with("\xef\xbb\xbf")) position_ = 3;  // a byte order mark is no content
    }

    std::optional<TomlExcess> run() {
        while (position_ < content_.size()) {
            const char c = content_[position_];
            if (c == '#')
                skip_comment();
            else if (c == '"' || c == '\'')
                skip_text(c);
            else if (static_cast<unsigned char>(c) >= 0x80)
                return TomlExcess{line_, column_, true};
            else if (!structure(c))
                return TomlExcess{line_, column_};
            else
                step();
        }
        return std::nullopt;
    }

 private:
    void step() {
        const char c = content_[position_++];
        if (c == '\n') {
            ++line_;
            column_ = 1;
        } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
            ++column_;
        }
    }
    void steps(std::size_t count) {
        while (count-- > 0 && position_ < content_.size())
            step();
    }

    // False when this character is one too many.
    bool structure(char c) {
        if (c == '.') return ++parts_ <= most_key_parts;
        if (c == '[' || c == '{') ++depth_;
        if ((c == ']' || c == '}') && depth_ > 0) --depth_;
        if (c == '[' || c == '{' || c == ',' || c == '=' || c == '\n') parts_ = 1;
        return depth_ <= deepest_nesting;
    }

    void skip_comment() {
        while (position_ < content_.size() && content_[position_] != '\n')
            step();
    }

    void skip_text(char quote) {
        const std::string_view rest = content_.substr(position_);
        const bool several_lines = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
        steps(several_lines ? 3 : 1);
        while (position_ < content_.size()) {
            const char c = content_[position_];
            if (c == '\n' && !several_lines) return;  // a mistake, which the parser reports
            if (c == '\\' && quote == '"')
                steps(2);
            else if (c != quote)
                step();
            else if (end_of_text(quote, several_lines))
                return;
        }
    }

    // Behind the quotes when they close the text. Three close a long one, and up to two more before
    // them belong to it.
    bool end_of_text(char quote, bool several_lines) {
        std::size_t quotes = 0;
        while (quotes < 5 && position_ + quotes < content_.size() &&
               content_[position_ + quotes] == quote)
            ++quotes;
        if (!several_lines) quotes = 1;
        steps(quotes);
        return !several_lines || quotes >= 3;
    }

    std::string_view content_;
    std::size_t position_ = 0;
    unsigned line_ = 1, column_ = 1;
    unsigned depth_ = 0, parts_ = 1;
};

}  // namespace

std::optional<TomlExcess> find_excess(std::string_view content) {
    return Scan(content).run();
}

}  // namespace postern::config
