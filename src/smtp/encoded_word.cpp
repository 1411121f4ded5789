#include "smtp/encoded_word.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "address/unicode.hpp"
#include "smtp/ascii.hpp"

namespace postern::smtp {

namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct EncodedWord {
    std::string_view before;  // what stands in front of it
    std::string_view charset;
    char encoding;  // B or Q
    std::string_view content;
};

// Takes everything up to and with the first encoded word off the front of `text`. What is between
// its question marks is not looked at: programs that search for the pattern do not either.
std::optional<EncodedWord> take_word(std::string_view& text) {
    for (auto start = text.find("=?"); start != std::string_view::npos;
         start = text.find("=?", start + 1)) {
        const auto encoding = text.find('?', start + 2);
        if (encoding == std::string_view::npos || encoding + 2 >= text.size()) return std::nullopt;
        const auto letter = upper(text[encoding + 1]);
        if (text[encoding + 2] != '?' || (letter != 'B' && letter != 'Q')) continue;
        const auto end = text.find("?=", encoding + 3);
        if (end == std::string_view::npos) return std::nullopt;
        const EncodedWord word{text.substr(0, start), text.substr(start + 2, encoding - start - 2),
                               letter, text.substr(encoding + 3, end - encoding - 3)};
        text.remove_prefix(end + 2);
        return word;
    }
    return std::nullopt;
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char letter = upper(c);
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

// RFC 2047 4.2. A "=" without two digits behind it stands for itself.
std::string decode_q(std::string_view content) {
    std::string octets;
    for (std::size_t i = 0; i < content.size(); ++i) {
        const bool escape = content[i] == '=' && i + 2 < content.size() &&
                            hex_digit(content[i + 1]) >= 0 && hex_digit(content[i + 2]) >= 0;
        if (escape) {
            octets += static_cast<char>(hex_digit(content[i + 1]) * 16 + hex_digit(content[i + 2]));
            i += 2;
        } else {
            octets += content[i] == '_' ? ' ' : content[i];
        }
    }
    return octets;
}

// RFC 4648 section 4, without a word about what is not in its alphabet.
std::string decode_b(std::string_view content) {
    std::string octets;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : content) {
        const auto value = base64_alphabet.find(c);
        if (value == std::string_view::npos) continue;
        bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFF;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        octets += static_cast<char>(bits >> held & 0xFF);
    }
    return octets;
}

bool is_base64(std::string_view text) {
    const auto padding = text.size() - std::min(text.find('='), text.size());
    return padding <= 2 && text.find_first_not_of(base64_alphabet) >= text.size() - padding &&
           text.substr(text.size() - padding).find_first_not_of('=') == std::string_view::npos;
}

// Whether all decoders find the same word, and the same in it. A blank in it is a mistake that some
// clients make; it ends the word for some readers.
bool is_harmless(const EncodedWord& word, std::string_view decoded) {
    const bool blank = word.content.find_first_of(" \t") != std::string_view::npos;
    return word.content.find_first_of("\"\\<>()?") == std::string_view::npos &&
           (word.encoding == 'Q' || is_base64(word.content)) &&
           (!blank || decoded.find('"') == std::string_view::npos);
}

std::string_view trimmed(std::string_view text, bool front, bool back) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (front && !text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (back && !text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

class Decoder {
 public:
    explicit Decoder(Blanks blanks) : lost_(blanks == Blanks::lost) {}

    void add(const EncodedWord& word) {
        // RFC 2047 6.2: blanks between two encoded words are not shown.
        const bool between = behind_word_ && trimmed(word.before, true, true).empty();
        if (!between) add_text(trimmed(word.before, lost_ && behind_word_, lost_));
        behind_word_ = true;
        const auto octets = word.encoding == 'Q' ? decode_q(word.content) : decode_b(word.content);
        // RFC 2231 section 5: a language may stand behind the charset.
        const auto known = address::to_utf8(octets, word.charset.substr(0, word.charset.find('*')));
        const auto decoded = known.value_or(octets);
        result_.harmless = result_.harmless && known && is_harmless(word, decoded);
        quotes_ += std::ranges::count(decoded, '"');
        result_.text += decoded;
    }

    DecodedText finish(std::string_view rest) {
        add_text(trimmed(rest, lost_ && behind_word_, false));
        return std::move(result_);
    }

 private:
    void add_text(std::string_view text) {
        const bool half_word = text.find("=?") != std::string_view::npos;
        result_.harmless = result_.harmless && !half_word && quotes_ % 2 == 0;
        result_.text += text;
    }

    bool lost_;
    bool behind_word_ = false;
    std::ptrdiff_t quotes_ = 0;  // in the words so far
    DecodedText result_;
};

}  // namespace

DecodedText decode_words(std::string_view text, Blanks blanks) {
    Decoder decoder(blanks);
    while (const auto word = take_word(text))
        decoder.add(*word);
    return decoder.finish(text);
}

}  // namespace postern::smtp
