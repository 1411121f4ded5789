#include "support/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <regex>
#include <set>

#include "crypto/base64.hpp"
#include "observe/log_line.hpp"

namespace postern::test {

namespace {

constexpr std::size_t shortest_word = 8;   // octets
constexpr std::size_t shortest_code = 6;   // digits
constexpr std::size_t shortest_noted = 4;  // octets

struct Noted {
    std::mutex mutex;
    std::set<std::string> secrets, forms;
};

Noted& noted() {
    static Noted all;
    return all;
}

// RFC 3986 2.3
bool is_unreserved(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-._~").find(c) != std::string_view::npos;
}

// `format` for each octet but those that stand there `as_they_are`.
template <class AsTheyAre>
std::string escaped(std::string_view text, std::string_view format, AsTheyAre as_they_are) {
    std::string all;
    for (const char c : text) {
        if (as_they_are(c))
            all += c;
        else
            all += fmt::format(fmt::runtime(format), static_cast<unsigned char>(c));
    }
    return all;
}

// As the value of a field, without its quotes.
std::string as_in_our_log(std::string_view text) {
    std::string field;
    observe::append_field(field, "", text);
    return field.substr(3, field.size() - 4);
}

std::string as_in_our_json(std::string_view text) {
    std::string json;
    observe::append_json_text(json, text);
    return json.substr(1, json.size() - 2);
}

// JSON or C of somebody else, who leaves everything but quotes as it is.
std::string as_a_quotation(std::string_view text) {
    return std::regex_replace(std::string(text), std::regex(R"((["\\]))"), R"(\$1)");
}

std::string without_percent(std::string_view text) {
    const auto is_digit = [&](std::size_t at) {
        return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
    };
    std::string all;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && is_digit(i + 1) && is_digit(i + 2)) {
            all += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            all += text[i];
        }
    }
    return all;
}

// The text of a TOML string that has no escapes but those of a quote and of itself; a password in
// clear text without its scheme.
std::string plain_text(const std::string& text) {
    const auto bare = std::regex_replace(text, std::regex(R"(\\(["\\]))"), "$1");
    return std::regex_replace(bare, std::regex(R"(^\{(PLAIN|CLEAR|CLEARTEXT)\})"), "");
}

std::vector<std::string> all_matches(const std::string& text, const std::regex& pattern) {
    std::vector<std::string> all;
    for (auto each = std::sregex_iterator(text.begin(), text.end(), pattern);
         each != std::sregex_iterator(); ++each)
        all.push_back((*each)[1]);
    return all;
}

}  // namespace

void note_secret(std::string_view secret) {
    if (secret.size() < shortest_noted) return;
    const std::lock_guard lock(noted().mutex);
    if (!noted().secrets.emplace(secret).second) return;
    for (auto& form : forms_of(secret))
        noted().forms.insert(std::move(form));
}

std::vector<std::string> secrets_of(std::string_view settings) {
    static const std::regex line(
        R"((?:^|[\n{,.\s])(?:password|secret|key|previous-key)\s*=\s*(\[[^\]]*\]|"(?:[^"\\\n]|\\.)*"))");
    static const std::regex string(R"re("((?:[^"\\\n]|\\.)*)")re");
    static const std::regex url(R"re(://[^:/@\s"]*:([^/@\s"]+)@)re");
    const std::string text(settings);
    std::vector<std::string> secrets;
    for (const auto& value : all_matches(text, line))
        for (const auto& each : all_matches(value, string))
            secrets.push_back(plain_text(each));
    for (const auto& each : all_matches(text, url))
        secrets.push_back(without_percent(each));
    std::erase_if(secrets, [](const auto& each) {
        return each.size() < shortest_noted || each.starts_with("%{");  // from elsewhere
    });
    return secrets;
}

std::vector<std::string> forms_of(std::string_view secret) {
    std::set<std::string> forms;
    if (secret.size() >= shortest_word) {
        forms = {std::string(secret), as_in_our_log(secret), as_in_our_json(secret),
                 as_a_quotation(secret)};
        for (const auto* format : {"%{:02x}", "%{:02X}"})
            forms.insert(escaped(secret, format, is_unreserved));
    }
    for (const auto* format : {"{:02x}", "{:02X}"})
        forms.insert(escaped(secret, format, [](char) { return false; }));
    for (std::size_t before = 0; before < 3; ++before) {
        const auto encoded =
            crypto::base64_encode_unpadded(std::string(before, '\0') + std::string(secret));
        const auto first = (before * 8 + 5) / 6;  // the first digit that is of the secret alone
        const auto last = (before + secret.size()) * 8 / 6;
        auto digits = encoded.substr(first, last - first);
        if (digits.size() < shortest_code) continue;
        forms.insert(digits);
        std::ranges::replace(digits, '+', '-');
        std::ranges::replace(digits, '/', '_');
        forms.insert(digits);
    }
    return {forms.begin(), forms.end()};
}

std::string told_secret(std::string_view text, const std::vector<std::string>& secrets) {
    std::set<std::string> forms;
    for (const auto& secret : std::set(secrets.begin(), secrets.end()))
        for (auto& form : forms_of(secret))
            forms.insert(std::move(form));
    {
        const std::lock_guard lock(noted().mutex);
        forms.insert(noted().forms.begin(), noted().forms.end());
    }
    constexpr std::size_t around = 100;
    for (const auto& form : forms) {
        const auto at = text.find(form);
        if (at == text.npos) continue;
        const auto from = at - std::min(at, around);
        return std::string(text.substr(from, at - from + form.size() + around));
    }
    return {};
}

}  // namespace postern::test
