#include "config/substitution.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace postern::config {
namespace {

void remove_newline(std::string& text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}

// RFC 3986 2.3: all but the unreserved characters.
std::string percent_encoded(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved)
            result += c;
        else
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

class Substitution {
 public:
    Substitution(Text& text, const Document::Environment& environment)
        : text_(text),
          environment_(environment),
          in_url_(text.written.find("://") != std::string::npos) {}

    void run() {
        std::string_view rest = text_.written;
        std::string result;
        while (true) {
            const auto begin = rest.find("%{");
            if (begin == rest.npos) break;
            result += rest.substr(0, begin);
            rest.remove_prefix(begin);
            const auto end = rest.find("}%");
            const auto colon = rest.find(':');
            if (end == rest.npos && is_macro(rest)) fail("a macro ends with }%");
            if (end == rest.npos || colon > end) {  // nothing that looks like one
                result += rest.substr(0, 2);
                rest.remove_prefix(2);
                continue;
            }
            replace(rest.substr(0, end + 2), rest.substr(2, colon - 2),
                    rest.substr(colon + 1, end - colon - 1), result);
            rest.remove_prefix(end + 2);
        }
        if (!text_.has_macro) return;
        result += rest;
        text_.replaced = crypto::Secret::take(result);
    }

 private:
    static bool is_macro(std::string_view text) {
        return text.starts_with("%{env:") || text.starts_with("%{file:");
    }

    void replace(std::string_view macro, std::string_view kind, std::string_view name,
                 std::string& result) {
        text_.has_macro = true;
        const std::string key(name);
        std::optional<std::string> value;
        std::string why;
        if (kind == "env")
            value = environment_.variable(key);
        else if (kind == "file")
            value = environment_.file(key, why);
        else
            return fail(fmt::format("{} is neither %{{env:NAME}}% nor %{{file:/path}}%", macro));
        if (!value)
            return fail(kind == "env"
                            ? fmt::format("the environment variable of {} is not set", macro)
                            : fmt::format("the file of {} cannot be read: {}", macro, why));
        remove_newline(*value);
        std::string encoded = in_url_ ? percent_encoded(*value) : *value;
        result += encoded;
        crypto::wipe(encoded);
        crypto::wipe(*value);
    }

    void fail(std::string why) {
        if (text_.failure.empty()) text_.failure = std::move(why);
    }

    Text& text_;
    const Document::Environment& environment_;
    bool in_url_;
};

void substitute(Value& value, const Document::Environment& environment) {
    if (auto* text = value.as<Text>()) Substitution(*text, environment).run();
    if (auto* table = value.table()) substitute(*table, environment);
    if (auto* list = value.as<Values>())
        for (auto& item : *list)
            substitute(item, environment);
}

}  // namespace

void substitute(Table& table, const Document::Environment& environment) {
    for (auto& [key, entry] : table.entries)
        substitute(entry.value, environment);
}

std::optional<std::string> Document::Environment::variable(const std::string& name) const {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

// Regular files only: a pipe might never end, a device never begin.
std::optional<std::string> Document::Environment::file(const std::string& path,
                                                       std::string& why) const {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        why = std::generic_category().message(errno);
        return std::nullopt;
    }
    std::string content(largest_file + 1, '\0');
    struct stat status{};
    std::size_t size = 0;
    bool good = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    while (good && size < content.size()) {
        const auto count = ::read(descriptor, content.data() + size, content.size() - size);
        good = count >= 0;
        if (count <= 0) break;
        size += static_cast<std::size_t>(count);
    }
    ::close(descriptor);
    std::optional<std::string> result;
    if (good && size <= largest_file)
        result.emplace(content, 0, size);
    else
        why = fmt::format("it is no regular file of at most {} octets", largest_file);
    crypto::wipe(content);
    return result;
}

}  // namespace postern::config
