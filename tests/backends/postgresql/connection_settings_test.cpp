#include "postgresql/connection_settings.hpp"

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

Reading read(std::string_view toml) {
    auto document = config::Document::parse("[directory.sql]\n" + std::string(toml), "t");
    auto section = document.root().table("directory").table("sql");
    Noted log;
    Reading reading{ConnectionSettings::read(section), "", ""};
    if (reading.settings) reading.settings->warn_of_impostors(section, log);
    document.report_unknown_keys();
    for (const auto& problem : document.problems())
        reading.problems += problem.text() + "\n";
    reading.log = log.text;
    return reading;
}

std::string hosts_of(const Reading& reading) {
    std::string all;
    for (const auto& host : reading.settings->hosts)
        all += host.host + " " + std::to_string(host.port) + ";";
    return all;
}

TEST(PostgresqlConnectionSettings, ReadsAUrl) {
    const auto reading = read(
        R"(url = "postgresql://gate:s%40fe@db1,db2:5433/mail?sslmode=verify-full&target_session_attrs=read-write")");
    ASSERT_TRUE(reading.settings) << reading.problems;
    EXPECT_EQ(reading.problems, "");
    EXPECT_EQ(reading.log, "");
    EXPECT_EQ(hosts_of(reading), "db1 5432;db2 5433;");
    EXPECT_EQ(reading.settings->password.reveal(), "s@fe");
    EXPECT_EQ(reading.settings->keywords.at("user"), "gate");
    EXPECT_EQ(reading.settings->keywords.at("dbname"), "mail");
    EXPECT_EQ(reading.settings->keywords.at("sslmode"), "verify-full");
    EXPECT_EQ(reading.settings->keywords.count("password"), 0U);
    EXPECT_EQ(reading.settings->target_session_attributes, "read-write");
}

TEST(PostgresqlConnectionSettings, PartsWinOverTheUrl) {
    const auto reading = read(
        "url = \"postgresql://gate@db1/mail\"\n"
        "host = [\"/run/postgresql\", \"[::1]:5433\"]\nuser = \"other\"\npassword = \"p\"\n"
        "tls.mode = \"disable\"");
    ASSERT_TRUE(reading.settings) << reading.problems;
    EXPECT_EQ(reading.problems, "");
    EXPECT_EQ(reading.log, "") << "neither a socket nor loopback has anybody in between";
    EXPECT_EQ(hosts_of(reading), "/run/postgresql 5432;::1 5433;");
    EXPECT_EQ(reading.settings->keywords.at("user"), "other");
    EXPECT_EQ(reading.settings->keywords.at("dbname"), "mail");
    EXPECT_EQ(reading.settings->password.reveal(), "p");
}

TEST(PostgresqlConnectionSettings, TellsWhatIsWrongAndWhatWouldBeRight) {
    struct Case {
        const char* toml;
        const char* problem;
    };
    for (const auto& [toml, problem] : {
             Case{"", "without a database"},
             Case{"url = \"mysql://db\"", "no address of a PostgreSQL database"},
             Case{"url = \"postgresql:///mail\"", "no host is named"},
             Case{"url = \"postgresql://db:99999/mail\"", "\"99999\" is no port"},
             Case{"url = \"postgresql://db/mail?service=x\"", "no service file is read"},
             Case{"host = \"db:port\"", "\"db:port\" is no host"},
             Case{"host = \"db\"\ntls.mode = \"on\"", "\"on\" is no TLS mode"},
             Case{"host = \"db\"\ntarget-session-attrs = \"master\"", "\"master\" is none"},
             Case{"host = \"db\"\nhots = \"x\"", "hots"},
         }) {
        EXPECT_NE(read(toml).problems.find(problem), std::string::npos) << toml << "\n"
                                                                        << read(toml).problems;
    }
}

TEST(PostgresqlConnectionSettings, AMistakeInTheUrlDoesNotQuoteThePassword) {
    const auto reading = read(R"(url = "postgresql://gate:sesame@db/mail?nonsense=1")");
    EXPECT_NE(reading.problems, "");
    EXPECT_EQ(reading.problems.find("sesame"), std::string::npos) << reading.problems;
}

TEST(PostgresqlConnectionSettings, WarnsOfWhoMayStandInBetween) {
    EXPECT_NE(read("host = \"db.internal\"").log.find("db.internal"), std::string::npos);
    EXPECT_NE(read("host = \"db.internal\"\ntls.mode = \"require\"").log, "");
    EXPECT_EQ(read("host = \"db.internal\"\ntls.mode = \"verify-full\"").log, "");
}

}  // namespace
}  // namespace postern::postgresql
