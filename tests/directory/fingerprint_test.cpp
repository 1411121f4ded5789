// What is remembered belongs to the settings whose answers it was.
#include <gtest/gtest.h>

#include "directory/stack.hpp"

namespace postern::directory {
namespace {

constexpr std::string_view settings = R"toml(
[directory.imap]
type = "imap"
address = "imap.example.org"
addresses = "people"
[directory.people]
type = "ldap"
url = "ldap://one"
)toml";

std::string changed(std::string_view what, std::string_view into) {
    std::string text(settings);
    if (!what.empty()) text.replace(text.find(what), what.size(), into);
    auto document = config::Document::parse(text, "t");
    auto root = document.root();
    auto directories = root.table("directory");
    auto imap = directories.table("imap"), people = directories.table("people");
    const auto print = fingerprint(
        imap, [&](const std::string& name) { return name == "people" ? &people : nullptr; });
    return print;
}

TEST(Fingerprint, IsOfWhatDecides) {
    EXPECT_EQ(changed("", ""), changed("", ""));
    EXPECT_NE(changed("", ""), changed("imap.example.org", "imap.example.net"));
    EXPECT_EQ(changed("", ""), changed("type = \"imap\"", "type = \"imap\"\ntimeout = \"9s\""));
}

TEST(Fingerprint, AlsoOfWhoListsTheAddresses) {
    EXPECT_NE(changed("", ""), changed("ldap://one", "ldap://two"));
    EXPECT_NE(changed("", ""), changed("\"people\"", "\"others\""));
    EXPECT_EQ(changed("", ""), changed("url = \"ldap://one\"", "url = \"ldap://one\"\nqueue = 9"));
}

}  // namespace
}  // namespace postern::directory
