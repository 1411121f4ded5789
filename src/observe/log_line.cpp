#include "observe/log_line.hpp"

#include <fmt/format.h>
#include <time.h>

#include <cstdint>
#include <optional>

#include "observe/log.hpp"

namespace postern::observe {

namespace {

using Time = std::chrono::system_clock::time_point;

constexpr std::size_t most_value_octets = 128;
constexpr std::string_view hex = "0123456789ABCDEF";

// "2026-11-21T03:17:21.123Z"
void append_time(std::string& line, Time now) {
    const auto since = now.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(since - seconds);
    const std::time_t time = seconds.count();
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                   utc.tm_sec, milliseconds.count());
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

struct Character {
    std::uint32_t code_point = 0;
    std::size_t octets = 1;
};

// RFC 3629: the first character, when it is one in its shortest form and no surrogate.
std::optional<Character> first_character(std::string_view text) {
    const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const std::uint32_t lead = octet(0);
    if (lead < 0x80) return Character{lead, 1};
    const std::size_t octets = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < octets) return std::nullopt;
    std::uint32_t code_point = lead & (0x7fU >> octets);
    for (std::size_t i = 1; i < octets; ++i) {
        if ((octet(i) & 0xc0U) != 0x80U) return std::nullopt;
        code_point = code_point << 6U | (octet(i) & 0x3fU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < least[octets] || code_point > 0x10ffff || is_surrogate) return std::nullopt;
    return Character{code_point, octets};
}

void append_escape(std::string& line, std::uint32_t unit) {
    fmt::format_to(std::back_inserter(line), "\\u{:04x}", unit);
}

void append_json_character(std::string& line, std::uint32_t code_point) {
    if (code_point == '"' || code_point == '\\') {
        line.append({'\\', static_cast<char>(code_point)});
    } else if (code_point >= 0x20 && code_point < 0x7f) {
        line.push_back(static_cast<char>(code_point));
    } else if (code_point < 0x10000) {
        append_escape(line, code_point);
    } else {
        append_escape(line, 0xd800 + ((code_point - 0x10000) >> 10U));
        append_escape(line, 0xdc00 + ((code_point - 0x10000) & 0x3ffU));
    }
}

}  // namespace

std::string text_line(Time time, const Event& event, const Subject& subject,
                      std::initializer_list<Field> fields) {
    std::string text;
    text.reserve(256);
    append_time(text, time);
    text.append(" ").append(event.name);
    text.append(" ").append(subject.session.empty() ? "-" : subject.session);
    text.append(" ").append(subject.client.empty() ? "-" : subject.client);
    for (const auto& field : fields)
        append_field(text, field.key, field.value);
    return text;
}

std::string json_line(Time time, const Event& event, const Subject& subject,
                      std::initializer_list<Field> fields) {
    std::string json;
    json.reserve(256);
    json.append(R"({"time":")");
    append_time(json, time);
    json.append(R"(","event":")").append(event.name);
    json.append(R"(","level":")").append(name_of(event.level)).append("\"");
    const auto add = [&json](std::string_view key, std::string_view value) {
        json.append(",\"").append(key).append("\":");
        append_json_text(json, value);
    };
    if (!subject.session.empty()) add("session", subject.session);
    if (!subject.client.empty()) add("client", subject.client);
    for (const auto& field : fields) {
        if (field.is_number)
            json.append(",\"").append(field.key).append("\":").append(field.value);
        else
            add(field.key, field.value);
    }
    json.append("}");
    return json;
}

void append_field(std::string& line, std::string_view key, std::string_view value) {
    line.append(" ").append(key).append("=\"");
    for (const char each : value.substr(0, most_value_octets)) {
        const auto octet = static_cast<unsigned char>(each);
        if (octet < 0x20 || octet > 0x7e || each == '"' || each == '\\')
            line.append({'\\', 'x', hex[octet >> 4U], hex[octet & 15U]});
        else
            line.push_back(each);
    }
    line.push_back('"');
}

void append_json_text(std::string& line, std::string_view value) {
    value = value.substr(0, most_value_octets);
    line.push_back('"');
    while (!value.empty()) {
        const auto character = first_character(value);
        if (character) {
            append_json_character(line, character->code_point);
        } else {
            const auto octet = static_cast<unsigned char>(value.front());
            line.append({'\\', '\\', 'x', hex[octet >> 4U], hex[octet & 15U]});
        }
        value.remove_prefix(character ? character->octets : 1);
    }
    line.push_back('"');
}

}  // namespace postern::observe
