#include "postgresql/administration_settings.hpp"

#include <gtest/gtest.h>

namespace postern::postgresql {
namespace {

class Noted final : public observe::Log {
 public:
    std::string text;

 private:
    void line(observe::Level, const std::string& each) override { text += each + "\n"; }
};

struct Reading {
    std::optional<ConnectionSettings> settings;
    std::string problems, log;
};

Reading read(const std::string& admin) {
    auto document = config::Document::parse(
        "[directory.sql]\nurl = \"postgresql://mx1:gate@db/mail?sslmode=verify-full\"\n" + admin,
        "t");
    auto section = document.root().table("directory").table("sql");
    Noted log;
    Reading reading{administration_connection(section, log), "", ""};
    reading.log = log.text;
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        reading.problems += problem.text() + "\n";
    return reading;
}

TEST(AdministrationSettings, AreTheDirectorysOwnWithoutATable) {
    const auto reading = read("");
    ASSERT_TRUE(reading.settings) << reading.problems;
    EXPECT_EQ(reading.settings->keywords.at("user"), "mx1");
    EXPECT_EQ(reading.settings->password.reveal(), "gate");
    EXPECT_EQ(reading.settings->target_session_attributes, "read-write");
}

TEST(AdministrationSettings, ReplaceWhoWeAre) {
    const auto reading = read(R"(admin = { user = "helpdesk", password = "desk" })");
    ASSERT_TRUE(reading.settings) << reading.problems;
    EXPECT_EQ(reading.problems, "");
    EXPECT_EQ(reading.settings->keywords.at("user"), "helpdesk");
    EXPECT_EQ(reading.settings->keywords.at("dbname"), "mail");
    EXPECT_EQ(reading.settings->password.reveal(), "desk");
    EXPECT_EQ(reading.settings->hosts.at(0).host, "db");
    EXPECT_TRUE(read("admin.user = \"helpdesk\"").settings->password.empty())
        << "the gateway's password is nobody else's";
}

TEST(AdministrationSettings, MayNameAnotherPlaceUnderTheSameTls) {
    const auto reading = read(R"(admin.url = "postgresql://helpdesk:desk@primary/other")");
    ASSERT_TRUE(reading.settings) << reading.problems;
    EXPECT_EQ(reading.settings->hosts.at(0).host, "primary");
    EXPECT_EQ(reading.settings->keywords.at("dbname"), "other");
    EXPECT_EQ(reading.settings->keywords.at("sslmode"), "verify-full");
    EXPECT_EQ(reading.settings->password.reveal(), "desk");
    EXPECT_EQ(reading.log, "") << "nobody can be in between";
}

TEST(AdministrationSettings, MaySayOtherwiseOfTls) {
    const auto reading =
        read(R"(admin.url = "postgresql://ssl:ssl@primary/other?sslmode=require")");
    ASSERT_TRUE(reading.settings) << reading.problems;
    EXPECT_EQ(reading.settings->keywords.at("sslmode"), "require");
    EXPECT_NE(reading.log.find("directory.sql.admin"), std::string::npos) << reading.log;
    EXPECT_EQ(read(R"(admin.url = "postgresql://ssl:ssl@primary/other")").log, "");
}

TEST(AdministrationSettings, AreNotGuessed) {
    EXPECT_NE(read("admin.password = \"desk\"").problems, "");
    EXPECT_NE(read("admin.usr = \"helpdesk\"").problems, "");
    EXPECT_NE(read("admin.url = \"http://x\"").problems, "");
}

}  // namespace
}  // namespace postern::postgresql
