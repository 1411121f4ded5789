#include "directory/plugin_loader.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace postern::directory {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "postern-backend-", suffix = ".so";
constexpr std::size_t longest_type = 64, longest_tag = 512;

// Letters, digits, "-" and "_": whatever the settings say, the file is one in the plugin folder.
bool is_type(std::string_view text) {
    auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= longest_type && std::ranges::all_of(text, allowed);
}

// The ABI tag as it stands in the file, read before the file is loaded: loading alone runs
// constructors.
std::optional<std::string> tag_in(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string octets(std::istreambuf_iterator<char>(stream), {});
    auto start = octets.find(POSTERN_ABI_MARK);
    if (start == std::string::npos) return std::nullopt;
    auto tag = octets.substr(start, longest_tag);
    return tag.substr(0, tag.find('\0'));
}

std::string list_of(const std::vector<std::string>& types) {
    return types.empty() ? "none" : fmt::format("{}", fmt::join(types, ", "));
}

void check_abi(const std::string& type, const fs::path& file, std::string_view theirs) {
    if (theirs == abi_tag()) return;
    throw PluginError(
        fmt::format(
            "the backend \"{}\" ({}) was built for another Postern: for \"{}\", this is \"{}\"",
            type, file.string(), theirs, abi_tag()),
        "rebuild it against the headers of this Postern, with the same compiler and flags");
}

const Plugin& open(const std::string& type, const fs::path& file) {
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
        throw PluginError(
            fmt::format("the backend \"{}\" cannot be loaded: {}", type, dlerror()),
            "a library that it needs may be missing, or it was built for another Postern");
    auto entry = reinterpret_cast<PluginEntry>(dlsym(library, "postern_plugin"));
    const Plugin* plugin = entry ? entry() : nullptr;
    if (!plugin)
        throw PluginError(fmt::format("{} has no entry point postern_plugin", file.string()),
                          "its plugin.cpp needs POSTERN_PLUGIN(\"<type>\", <function>)");
    return *plugin;
}

}  // namespace

PluginLoader::PluginLoader(fs::path folder) : folder_(std::move(folder)) {}

fs::path PluginLoader::default_folder() {
    auto program = fs::read_symlink("/proc/self/exe");
    return (program.parent_path() / POSTERN_BACKENDS_BESIDE_PROGRAM).lexically_normal();
}

const Plugin& PluginLoader::load(const std::string& type) const {
    if (!is_type(type))
        throw PluginError(fmt::format("\"{}\" cannot be the type of a directory", type),
                          "lower-case letters, digits, \"-\" and \"_\"");
    auto file = file_of(type);
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        throw PluginError(
            fmt::format("no directory backend of type \"{}\" in {}", type, folder_.string()),
            fmt::format("installed: {}; built in: chain, migrate", list_of(installed())));
    auto tag = tag_in(file);
    if (!tag)
        throw PluginError(fmt::format("{} is no Postern backend", file.string()),
                          "it carries no ABI tag; is it built with postern_add_backend()?");
    check_abi(type, file, *tag);
    const Plugin& plugin = open(type, file);
    check_abi(type, file, plugin.abi);
    if (plugin.type != type)
        throw PluginError(fmt::format("{} is a backend of type \"{}\"", file.string(), plugin.type),
                          "rename the file, or write that type");
    return plugin;
}

std::vector<std::string> PluginLoader::installed() const {
    std::vector<std::string> types;
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
         entry.increment(error)) {
        auto name = entry->path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
        auto type = name.substr(prefix.size());
        type.resize(type.size() - suffix.size());
        if (is_type(type)) types.push_back(type);
    }
    std::ranges::sort(types);
    return types;
}

fs::path PluginLoader::file_of(const std::string& type) const {
    return folder_ / fmt::format("{}{}{}", prefix, type, suffix);
}

}  // namespace postern::directory
