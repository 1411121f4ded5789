#include <gtest/gtest.h>

#include "smtp/command.hpp"
#include "smtp/command_text.hpp"

namespace postern::smtp {

namespace {

struct Case {
    std::string line;
    Capabilities next_hop;
    std::string expected;
};

Capabilities without(bool Capabilities::* what) {
    Capabilities next_hop = everything();
    next_hop.*what = false;
    return next_hop;
}

std::string passed_on(const std::string& line, const Capabilities& next_hop, std::uint64_t extra) {
    const auto command = parse_command(line, everything());
    if (!command) return "refused: " + command.error().summary();
    if (const auto* mail = std::get_if<Mail>(&*command)) return format(*mail, next_hop, extra);
    return format(std::get<Rcpt>(*command), next_hop);
}

}  // namespace

TEST(Format, PassesOnWhatTheNextHopUnderstands) {
    const std::string full =
        "MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x";
    Capabilities no_size = everything();
    no_size.size.reset();
    const std::vector<Case> cases{
        {full, everything(), full},
        {full, {}, "MAIL FROM:<a@b.example>"},
        {full, no_size, "MAIL FROM:<a@b.example> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x"},
        {full, without(&Capabilities::eight_bit_mime),
         "MAIL FROM:<a@b.example> SIZE=100 SMTPUTF8 RET=HDRS ENVID=x"},
        {full, without(&Capabilities::smtputf8),
         "MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x"},
        {full, without(&Capabilities::dsn),
         "MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME SMTPUTF8"},
        {"MAIL FROM:<a@b.example> RET=full", everything(), "MAIL FROM:<a@b.example> RET=full"},
        {"mail from: <>  ", everything(), "MAIL FROM:<>"},
        {"MAIL FROM:<> BODY=8bitmime", everything(), "MAIL FROM:<> BODY=8BITMIME"},
        {"MAIL FROM:<\"a b\"@b.example>", everything(), "MAIL FROM:<\"a b\"@b.example>"},
        {"MAIL FROM:<@hop.example:a@b.example>", everything(), "MAIL FROM:<a@b.example>"},
        {"RCPT TO:<Bob@B.example> NOTIFY=NEVER ORCPT=rfc822;x+2By", everything(),
         "RCPT TO:<Bob@B.example> NOTIFY=NEVER ORCPT=rfc822;x+2By"},
        {"RCPT TO:<Bob@B.example> NOTIFY=NEVER ORCPT=rfc822;x", {}, "RCPT TO:<Bob@B.example>"},
        {"rcpt to: <Postmaster>", {}, "RCPT TO:<Postmaster>"},
        {"RCPT TO:<@hop.example:bob@b.example>", {}, "RCPT TO:<bob@b.example>"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.line);
        EXPECT_EQ(passed_on(c.line, c.next_hop, 0), c.expected);
    }
}

TEST(Format, CarriesOnlyWhatTheNextHopOffers) {
    const auto all = everything();
    Capabilities no_utf8 = all;
    no_utf8.smtputf8 = false;
    Capabilities no_dsn = all;
    no_dsn.dsn = false;
    Capabilities no_eight_bits = all;
    no_eight_bits.eight_bit_mime = false;
    const auto mail = [](auto change) {
        Mail mail;
        change(mail);
        return mail;
    };
    const auto utf8 = mail([](Mail& m) { m.smtputf8 = true; });
    const auto dsn = mail([](Mail& m) { m.envid = "1"; });
    const auto eight_bits = mail([](Mail& m) { m.body = "8BITMIME"; });
    EXPECT_TRUE(can_carry(utf8, all));
    EXPECT_FALSE(can_carry(utf8, no_utf8));
    EXPECT_TRUE(can_carry(dsn, all));
    EXPECT_FALSE(can_carry(dsn, no_dsn));
    EXPECT_TRUE(can_carry(eight_bits, no_eight_bits));
    EXPECT_TRUE(can_carry(Mail{}, Capabilities{}));
    Rcpt rcpt;
    EXPECT_TRUE(can_carry(rcpt, no_dsn));
    rcpt.notify = "NEVER";
    EXPECT_FALSE(can_carry(rcpt, no_dsn));
    EXPECT_TRUE(can_carry(rcpt, all));
}

TEST(Format, NeverPassesOnTheClientsAuthParameter) {
    EXPECT_EQ(passed_on("MAIL FROM:<a@b.example> AUTH=boss@b.example", everything(), 0),
              "MAIL FROM:<a@b.example>");
}

TEST(Format, AddsWhatWePutBeforeTheMessageToItsSize) {
    EXPECT_EQ(passed_on("MAIL FROM:<> SIZE=1000", everything(), 234), "MAIL FROM:<> SIZE=1234");
    EXPECT_EQ(passed_on("MAIL FROM:<>", everything(), 234), "MAIL FROM:<>");
    EXPECT_EQ(passed_on("MAIL FROM:<> SIZE=18446744073709551615", everything(), 1),
              "MAIL FROM:<> SIZE=18446744073709551615");
}

TEST(Format, IsReadBackAsTheSameCommand) {
    for (const auto* line : {"MAIL FROM:<a@b.example> SIZE=7 BODY=7BIT SMTPUTF8 RET=FULL ENVID=+2B",
                             "MAIL FROM:<>", "MAIL FROM:<\"<>\\\"\"@b.example>",
                             "RCPT TO:<\"x y\"@[192.0.2.1]> NOTIFY=DELAY ORCPT=rfc822;a"})
        EXPECT_EQ(passed_on(line, everything(), 0), line);
}

}  // namespace postern::smtp
