// Any octets as a settings file, read the way the program reads one: no mistake shows a replaced
// secret or a control character.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/section.hpp"

namespace {

using namespace postern::config;
using postern::expr::Context;
using postern::expr::Kind;
using std::chrono::milliseconds;

constexpr std::string_view secret = "s3cr3t-v4lu3";

class FixedEnvironment final : public Document::Environment {
 public:
    std::optional<std::string> variable(const std::string& name) const override {
        if (name == "S") return std::string(secret);
        return std::nullopt;
    }
    std::optional<std::string> file(const std::string& path, std::string& why) const override {
        why = "it is not there";
        if (path == "/s") return std::string(secret) + "\n";
        if (path == "/l") return "# friends\n10.0.0.0/8\r\n\nsmtp";
        return std::nullopt;
    }
};

enum class Word { one, two };

void read(Section section, int depth) {
    for (const char* key : {"a", "b", "hostname"}) {
        section.text(key);
        section.secret(key);
        section.boolean(key, true);
        section.integer(key, 1, 0, 100);
        section.duration(key, milliseconds(1));
        section.size(key, 1);
        section.texts(key);
        section.choice<Word>(key, {{"one", Word::one}, {"two", Word::two}}, Word::one);
    }
    section.expression("require", {}, Context{.stage = postern::expr::Stage::auth});
    section.expression("directory", {}, Context{.kind = Kind::text, .false_means_none = true});
    section.expression("wait", {}, Context{.kind = Kind::duration});
    section.expression("mechanisms", {},
                       Context{.kind = Kind::constants, .constants = {"plain", "login"}});
    section.required_text("type");
    section.problem("a", "a is odd", "");
    if (depth == 0) return;
    read(section.table("t"), depth - 1);
    for (auto& [name, inner] : section.tables("next-hop"))
        read(inner, depth - 1);
    for (auto& inner : section.list("people"))
        read(inner, depth - 1);
}

bool is_printable(const std::string& text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return false;
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    auto document = Document::parse(content, "fuzz.toml", FixedEnvironment());
    read(document.root(), 2);
    document.report_unknown_keys();
    const bool shown_in_file = content.find(secret) != content.npos;
    for (const auto& problem : document.problems()) {
        const std::string text = problem.text();
        if (!is_printable(text)) std::abort();
        if (!shown_in_file && text.find(secret) != text.npos) std::abort();
    }
    return 0;
}
