#include "upstream/maildir_name.hpp"

#include <gtest/gtest.h>

#include <set>

namespace postern::upstream {
namespace {

using address::Mailbox;

TEST(MaildirName, AFolderIsOneSafeComponent) {
    struct Case {
        Mailbox mailbox;
        std::string expected;
    };
    const Case cases[] = {
        {{"jane", "example.org"}, "jane@example.org"},
        {{"Jane.Doe+tag", "example.org"}, "Jane.Doe+tag@example.org"},
        {{"postmaster", ""}, "postmaster"},
        {{"../../x", "example.org"}, "%2E.%2F..%2Fx@example.org"},
        {{".", ""}, "%2E"},
        {{"..", ""}, "%2E."},
        {{".hidden", "example.org"}, "%2Ehidden@example.org"},
        {{"a/b", "example.org"}, "a%2Fb@example.org"},
        {{std::string("a\0b", 3), "example.org"}, "a%00b@example.org"},
        {{"a\r\nb", "example.org"}, "a%0D%0Ab@example.org"},
        {{"a b", "example.org"}, "a%20b@example.org"},
        {{"a%2Fb", "example.org"}, "a%252Fb@example.org"},
        {{"a@b", "example.org"}, "a%40b@example.org"},
        {{"a\\b\"", "example.org"}, "a%5Cb%22@example.org"},
        {{"j\xC3\xA4ne", "example.org"}, "j%C3%A4ne@example.org"},
        {{"-rf", "example.org"}, "-rf@example.org"},
        {{"~root", "example.org"}, "%7Eroot@example.org"},
        {{"jane", "[192.0.2.1]"}, "jane@%5B192.0.2.1%5D"},
        {{"jane", "[IPv6:2001:db8::1]"}, "jane@%5BIPv6%3A2001%3Adb8%3A%3A1%5D"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(maildir_folder(each.mailbox), each.expected);
}

TEST(MaildirName, LongNamesAreCutAndHashedAndStayApart) {
    std::set<std::string> folders;
    for (const auto& tail : {"a", "b", "c"}) {
        folders.insert(maildir_folder({std::string(255, 'x') + tail, "example.org"}));
        folders.insert(maildir_folder({std::string(64, '/') + tail, "example.org"}));
        folders.insert(maildir_folder({"j", std::string(255, 'd') + tail}));
    }
    EXPECT_EQ(folders.size(), 9U);
    for (const auto& folder : folders) {
        EXPECT_LE(folder.size(), 255U);
        EXPECT_NE(folder.find("%~"), std::string::npos) << folder;
        // The cut is not inside a "%XX".
        EXPECT_EQ(folder.find("%%"), std::string::npos) << folder;
        EXPECT_EQ(folder.find("%2%"), std::string::npos) << folder;
    }
}

TEST(MaildirName, NoTwoMailboxesShareAFolder) {
    std::vector<Mailbox> mailboxes;
    for (int first = 0; first < 256; ++first) {
        for (const char* rest : {"", "2F", "%", ".", "@", "x"}) {
            mailboxes.push_back({std::string(1, static_cast<char>(first)) + rest, ""});
            mailboxes.push_back({std::string(1, static_cast<char>(first)) + rest, "example.org"});
        }
    }
    std::set<std::string> folders;
    for (const auto& mailbox : mailboxes) {
        const auto folder = maildir_folder(mailbox);
        EXPECT_TRUE(folders.insert(folder).second) << folder;
        EXPECT_FALSE(folder.empty() || folder.starts_with('.')) << folder;
        EXPECT_EQ(folder.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789-_+=.@%"),
                  std::string::npos);
    }
}

TEST(MaildirName, UniqueNamesAreUniqueAndSafe) {
    std::set<std::string> names;
    for (int i = 0; i < 1000; ++i) {
        const auto name = maildir_unique_name("../evil host:" + std::string(300, 'h'));
        EXPECT_TRUE(names.insert(name).second);
        EXPECT_EQ(name.find_first_of("/: "), std::string::npos) << name;
        EXPECT_LE(name.size(), 255U);
        EXPECT_NE(name.front(), '.');
    }
}

}  // namespace
}  // namespace postern::upstream
