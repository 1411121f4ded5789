#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

namespace postern::observe {

struct Event;
struct Field;
struct Subject;

// One line of the log, without its end. Whatever the values hold, it is one line, all ASCII, and
// what belongs to no value is ours.
std::string text_line(std::chrono::system_clock::time_point time, const Event& event,
                      const Subject& subject, std::initializer_list<Field> fields);
std::string json_line(std::chrono::system_clock::time_point time, const Event& event,
                      const Subject& subject, std::initializer_list<Field> fields);

// ` key="value"`: everything outside printable ASCII, `"` and `\` as \xNN, 128 octets of the value
// at most.
void append_field(std::string& line, std::string_view key, std::string_view value);
// `"value"`, 128 octets of the value at most; what is no UTF-8 as the text \xNN.
void append_json_text(std::string& line, std::string_view value);

}  // namespace postern::observe
