#include "directory/plugin_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace postern::directory {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path built = POSTERN_BINARY_DIR "/lib/postern/backends";

class PluginLoaderTest : public testing::Test {
 protected:
    void put(const std::string& name, std::string_view octets) {
        test::write_file(folder / name, octets);
    }

    // "<what>; <hint>" of the refusal.
    std::string refusal(const std::string& type) {
        try {
            PluginLoader(folder).load(type);
            return "loaded";
        } catch (const PluginError& error) {
            return std::string(error.what()) + "; " + error.hint();
        }
    }

    test::TemporaryDirectory directory;
    fs::path folder = directory.path();
};

TEST_F(PluginLoaderTest, LoadsAnInstalledBackend) {
    PluginLoader loader(built);
    const Plugin& plugin = loader.load("memory");
    EXPECT_STREQ(plugin.type, "memory");
    EXPECT_STREQ(plugin.abi, abi_tag());
    EXPECT_EQ(&loader.load("memory"), &plugin);
    EXPECT_THAT(loader.installed(), testing::Contains("memory"));
}

TEST_F(PluginLoaderTest, TypesThatAreNoNamesAreRefused) {
    put("postern-backend-.so", "");
    for (const std::string type : {"", ".", "..", "../memory", "/etc/passwd", "a/b", "Memory",
                                   "a b", "memory.so", "mem\nory", "caf\xc3\xa9"})
        EXPECT_THAT(refusal(type), HasSubstr("cannot be the type")) << type;
    EXPECT_THROW(PluginLoader(built).load(std::string("memory\0", 7)), PluginError);
    EXPECT_THAT(refusal(std::string(65, 'a')), HasSubstr("cannot be the type"));
}

TEST_F(PluginLoaderTest, AnUnknownTypeListsTheInstalledOnes) {
    for (const char* name : {"postern-backend-ldap.so", "postern-backend-imap.so", "libother.so",
                             "postern-backend-.so", "postern-backend-x.so.bak"})
        put(name, "");
    EXPECT_EQ(PluginLoader(folder).installed(), (std::vector<std::string>{"imap", "ldap"}));
    EXPECT_THAT(refusal("ldpa"), HasSubstr("no directory backend of type \"ldpa\" in " +
                                           folder.string() + "; installed: imap, ldap"));
}

TEST_F(PluginLoaderTest, AFolderThatIsNotThereHasNone) {
    folder /= "nowhere";
    EXPECT_THAT(PluginLoader(folder).installed(), testing::IsEmpty());
    EXPECT_THAT(refusal("memory"), HasSubstr("installed: none"));
}

TEST_F(PluginLoaderTest, AFileThatIsNoBackendIsRefused) {
    put("postern-backend-text.so", "This is no library.");
    EXPECT_THAT(refusal("text"), HasSubstr("is no Postern backend"));
    put("postern-backend-empty.so", "");
    EXPECT_THAT(refusal("empty"), HasSubstr("is no Postern backend"));
    fs::create_directory(folder / "postern-backend-folder.so");
    EXPECT_THAT(refusal("folder"), HasSubstr("no directory backend"));
}

TEST_F(PluginLoaderTest, AnotherAbiIsRefusedWithWhatToDo) {
    auto octets = test::read_file(built / "postern-backend-memory.so");
    std::string other = abi_tag();
    auto hash = other.find(POSTERN_ABI_HEADERS);
    other.replace(hash, 16, "0123456789abcdef");
    for (auto at = octets.find(abi_tag()); at != std::string::npos;
         at = octets.find(abi_tag(), at + 1))
        octets.replace(at, other.size(), other);
    put("postern-backend-memory.so", octets);
    auto words = refusal("memory");
    EXPECT_THAT(words, HasSubstr("was built for another Postern"));
    EXPECT_THAT(words, HasSubstr(other));
    EXPECT_THAT(words, HasSubstr(abi_tag()));
    EXPECT_THAT(words, HasSubstr("rebuild it against the headers of this Postern"));
}

// The tag is read before the library is loaded: this one could not be loaded at all.
TEST_F(PluginLoaderTest, TheAbiIsCheckedBeforeAnythingElse) {
    put("postern-backend-broken.so",
        "\x7f"
        "ELF rubbish postern-abi other\0 rubbish");
    EXPECT_THAT(refusal("broken"), HasSubstr("for \"postern-abi other"));
    put("postern-backend-broken.so", std::string("\x7f"
                                                 "ELF rubbish ") +
                                         abi_tag() + '\0');
    EXPECT_THAT(refusal("broken"), HasSubstr("cannot be loaded"));
}

TEST_F(PluginLoaderTest, AFileUnderAnothersNameIsRefused) {
    fs::copy(built / "postern-backend-memory.so", folder / "postern-backend-ldap.so");
    EXPECT_THAT(refusal("ldap"), HasSubstr("is a backend of type \"memory\""));
}

TEST_F(PluginLoaderTest, TheDefaultFolderIsBesideTheProgram) {
    auto program = fs::read_symlink("/proc/self/exe");
    EXPECT_EQ(PluginLoader::default_folder(),
              program.parent_path().parent_path() / "lib/postern/backends");
}

}  // namespace
}  // namespace postern::directory
