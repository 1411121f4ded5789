#include "policy/header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace postern::policy {
namespace {

using Table = std::vector<std::pair<std::string, std::string>>;

const identity::Principal jane{.name = "jane",
                               .addresses = {"jane@x.test", "@jane.test", "odd%one@x.test"},
                               .on_behalf_of = {"boss@x.test", "@board.test"}};

std::string text(const HeaderVerdict& verdict) {
    if (const auto* unclear = std::get_if<CannotBeJudged>(&verdict)) return unclear->why;
    if (const auto* foreign = std::get_if<NotOwned>(&verdict))
        return "not " + foreign->field + " " + foreign->address;
    const auto& added = std::get<HeaderAccepted>(verdict).add_from;
    return added ? "add " + added->text() : "accepted";
}

// `fields` without their line ends: "From: a@x.test|Sender: b@x.test".
smtp::Header header(std::string_view fields) {
    std::string octets;
    for (const char c : fields)
        octets += c == '|' ? "\r\n" : std::string(1, c);
    smtp::HeaderReader reader({.dot_stuffed = true, .smtputf8 = true});
    reader.feed(octets + (octets.empty() ? "\r\n" : "\r\n\r\n"));
    EXPECT_TRUE(reader.complete()) << fields;
    return reader.header();
}

void expect_verdicts(const Table& table, const HeaderRules& rules = {},
                     const identity::Principal& principal = jane) {
    for (const auto& [fields, expected] : table)
        EXPECT_EQ(text(judge_header(header(fields), principal, rules)), expected) << fields;
}

const std::string two_froms = "there are several From fields";
const std::string two_senders = "there are several Sender fields";
const std::string no_from = "there is no From";
const std::string no_sender = "From has several addresses, and there is no Sender";
const std::string route = ": a local part may be read as a route";

TEST(HeaderVerdict, NeedsOneFromWhoseMailboxesAreOwned) {
    expect_verdicts({
        {"From: jane@x.test", "accepted"},
        {"From: Jane <JANE@X.TEST>", "accepted"},
        {"From: jane+tag@x.test", "accepted"},
        {"From: anybody@jane.test", "accepted"},
        {"From: sales: jane@x.test;", "accepted"},
        {"From: joe@x.test", "not From joe@x.test"},
        {"From: jane@y.test", "not From jane@y.test"},
        {"From: Joe <Joe@X.Test>", "not From Joe@X.Test"},
        {"From: jane@x.test|From: jane@x.test", two_froms},
        {"From: jane@x.test|From: joe@x.test", two_froms},
        {"From: joe@x.test|From: jane@x.test", two_froms},
        {"From: jane@x.test, joe@x.test", "not From joe@x.test"},
        {"From: joe@x.test, jane@x.test|Sender: jane@x.test", "not From joe@x.test"},
        {"To: joe@x.test|Reply-To: joe@x.test|From: jane@x.test|Return-Path: <joe@x.test>",
         "accepted"},
    });
}

TEST(HeaderVerdict, NeedsASenderWhereThereAreSeveralAuthors) {
    expect_verdicts({
        {"From: jane@x.test, jane+a@x.test", no_sender},
        {"From: a: jane@x.test;, b: jane+a@x.test;", no_sender},
        {"From: jane@x.test, jane@x.test", no_sender},
        {"From: jane@x.test, jane+a@x.test|Sender: jane@x.test", "accepted"},
        {"Sender: a@jane.test|From: jane@x.test, boss@x.test", "accepted"},
    });
}

TEST(HeaderVerdict, NeedsSenderAndResentFieldsToBeOwnedAlways) {
    expect_verdicts({
        {"From: jane@x.test|Sender: jane@x.test", "accepted"},
        {"From: jane@x.test|Sender: joe@x.test", "not Sender joe@x.test"},
        {"From: jane@x.test|Sender: boss@x.test", "not Sender boss@x.test"},
        {"From: jane@x.test|Sender: jane@x.test|Sender: jane@x.test", two_senders},
        {"From: jane@x.test|Sender: jane@x.test|Sender: joe@x.test", two_senders},
        {"Sender: jane@x.test", no_from},
        {"Sender: joe@x.test", "not Sender joe@x.test"},
        {"Resent-From: jane@x.test|From: jane@x.test", "accepted"},
        {"Resent-From: joe@x.test|From: jane@x.test", "not Resent-From joe@x.test"},
        {"Resent-From: boss@x.test|From: jane@x.test", "not Resent-From boss@x.test"},
        {"Resent-From: jane@x.test|Resent-From: joe@x.test|From: jane@x.test",
         "not Resent-From joe@x.test"},
        {"Resent-From: jane@x.test, joe@x.test|From: jane@x.test", "not Resent-From joe@x.test"},
        {"Resent-Sender: joe@x.test|From: jane@x.test", "not Resent-Sender joe@x.test"},
        {"Resent-Sender: jane@x.test|Resent-Sender: joe@x.test|From: jane@x.test",
         "not Resent-Sender joe@x.test"},
    });
}

TEST(HeaderVerdict, LetsSpeakForOthersOnlyWithASender) {
    expect_verdicts({
        {"From: boss@x.test", "not From boss@x.test"},
        {"From: boss@x.test|Sender: jane@x.test", "accepted"},
        {"From: BOSS+tag@x.test|Sender: jane+a@x.test", "accepted"},
        {"From: chair@board.test|Sender: jane@x.test", "accepted"},
        {"From: boss@x.test|Sender: boss@x.test", "not Sender boss@x.test"},
        {"From: boss@x.test|Sender: joe@x.test", "not Sender joe@x.test"},
        {"From: joe@x.test|Sender: jane@x.test", "not From joe@x.test"},
        {"From: boss@x.test, chair@board.test|Sender: jane@x.test", "accepted"},
        {"From: boss@x.test, joe@x.test|Sender: jane@x.test", "not From joe@x.test"},
        {"From: boss%y.test@board.test|Sender: jane@x.test", "From" + route},
    });
}

TEST(HeaderVerdict, CannotBeGivenWhereALocalPartRoutes) {
    expect_verdicts({
        {"From: odd%one@x.test", "accepted"},
        {"From: odd%one+a@x.test", "From" + route},
        {"From: joe%x.test@jane.test", "From" + route},
        {"From: x.test!joe@jane.test", "From" + route},
        {"From: \"joe@x.test\"@jane.test", "From" + route},
        {"From: \"a:joe\"@jane.test", "From" + route},
        {"From: \"jane+x@evil.test\"@x.test", "From" + route},
        {"From: jane@x.test|Sender: joe%x.test@jane.test", "Sender" + route},
    });
}

TEST(HeaderVerdict, AddsAMissingFromWhereTheRulesSaySo) {
    const HeaderRules add{.add_missing_from = true};
    expect_verdicts({{"", no_from}, {"To: joe@x.test", no_from}});
    expect_verdicts({{"", "add jane@x.test"},
                     {"To: joe@x.test", "add jane@x.test"},
                     {"Sender: jane@x.test", "add jane@x.test"},
                     {"Sender: joe@x.test", "not Sender joe@x.test"},
                     {"From: jane+a@x.test", "accepted"},
                     {"From: joe@x.test", "not From joe@x.test"}},
                    add);
    const auto added = [&](identity::Principal principal, bool name_is_address, bool smtputf8) {
        const HeaderRules rules{.sender = {.name_is_address = name_is_address},
                                .add_missing_from = true,
                                .smtputf8 = smtputf8};
        return text(judge_header(header(""), principal, rules));
    };
    const std::string nothing = "there is no From, and no address to put there";
    EXPECT_EQ(added({.name = "a@x.test", .addresses = {"@x.test", "b@x.test"}}, true, false),
              "add b@x.test");
    EXPECT_EQ(added({.name = "a@x.test", .addresses = {"@x.test"}}, true, false), "add a@x.test");
    EXPECT_EQ(added({.name = "a@x.test", .addresses = {"@x.test"}}, false, false), nothing);
    EXPECT_EQ(added({.name = "a", .addresses = {}}, true, false), nothing);
    EXPECT_EQ(added({.name = "a", .addresses = {"\"\"@x.test"}}, false, false), nothing);
    EXPECT_EQ(added({.name = "a", .addresses = {"jan\u00e9@x.test"}}, false, false), nothing);
    EXPECT_EQ(added({.name = "a", .addresses = {"jan\u00e9@x.test"}}, false, true),
              "add jan\u00e9@x.test");
    EXPECT_EQ(added({.name = "a", .addresses = {"a@b\u00fccher.example"}}, false, false),
              "add a@xn--bcher-kva.example");
}

TEST(HeaderVerdict, MayLetAForeignFromPassWhenItIsResent) {
    const Table table = {
        {"Resent-From: jane@x.test|From: joe@x.test", "not From joe@x.test"},
        {"Resent-From: jane@x.test|From: jane@x.test", "accepted"},
    };
    expect_verdicts(table);
    expect_verdicts(
        {
            {"Resent-From: jane@x.test|From: joe@x.test", "accepted"},
            {"From: joe@x.test|Resent-From: jane@x.test|Resent-Sender: jane@x.test", "accepted"},
            {"Resent-From: jane@x.test|Resent-From: a@jane.test|From: joe@x.test", "accepted"},
            {"From: joe@x.test", "not From joe@x.test"},
            {"Resent-To: jane@x.test|From: joe@x.test", "not From joe@x.test"},
            {"Resent-Sender: jane@x.test|From: joe@x.test", "not From joe@x.test"},
            {"Resent-From: joe@x.test|From: joe@x.test", "not Resent-From joe@x.test"},
            {"Resent-From: jane@x.test|Resent-From: joe@x.test|From: joe@x.test",
             "not Resent-From joe@x.test"},
            {"Resent-From: jane@x.test|From: joe@x.test|Sender: joe@x.test",
             "not Sender joe@x.test"},
            {"Resent-From: jane@x.test|From: joe@x.test|From: jane@x.test", two_froms},
            {"Resent-From: jane@x.test|From: joe@x.test, ann@x.test", no_sender},
            {"Resent-From: jane@x.test|From: a%b@y.test", "From" + route},
            {"Resent-From: jane@x.test", no_from},
        },
        {.allow_resent = true});
}

TEST(HeaderVerdict, LetsAnyoneSendAsAnyoneWhereTheRulesSaySo) {
    expect_verdicts({{"From: joe@x.test", "accepted"},
                     {"From: joe@x.test|Sender: ann@x.test", "accepted"},
                     {"Resent-From: joe@x.test|From: ann@x.test", "accepted"},
                     {"From: a%b@y.test", "accepted"},
                     {"From: joe@x.test|From: joe@x.test", two_froms},
                     {"From: joe@x.test, ann@x.test", no_sender},
                     {"To: joe@x.test", no_from}},
                    {.send_as_anyone = true});
}

TEST(HeaderVerdict, FollowsTheRulesForSenders) {
    expect_verdicts({{"From: jane+a@x.test", "not From jane+a@x.test"}},
                    {.sender = {.subaddress = ""}});
    expect_verdicts({{"From: Jane@x.test", "not From Jane@x.test"}},
                    {.sender = {.local_part_case = true}});
    expect_verdicts({{"From: jane@y.test", "accepted"}}, {.sender = {.name_is_address = true}},
                    {.name = "jane@y.test"});
    expect_verdicts({{"From: jane@y.test", "not From jane@y.test"}}, {}, {.name = "jane@y.test"});
}

TEST(HeaderVerdict, FailsClosedBeforeItIsGiven) {
    EXPECT_EQ(text(HeaderVerdict()), "the header has not been judged");
    expect_verdicts({{"From: jane@x.test", "not From jane@x.test"}}, {}, {});
}

TEST(HeaderVerdict, KeepsStrangersFromBeingLocal) {
    const std::vector<std::string> local = {"x.test", "xn--bcher-kva.example"};
    const Table table = {
        {"From: joe@y.test", "accepted"},
        {"From: joe@y.test, ann@z.test", "accepted"},
        {"From: joe@y.test|Sender: list@z.test|Resent-From: a@z.test", "accepted"},
        {"To: jane@x.test", "accepted"},
        {"From: jane@x.test", "not From jane@x.test"},
        {"From: Jane@X.TEST", "not From Jane@X.TEST"},
        {"From: jane@b\u00fccher.example", "not From jane@b\u00fccher.example"},
        {"From: joe@y.test, jane@x.test", "not From jane@x.test"},
        {"From: joe@y.test|Sender: jane@x.test", "not Sender jane@x.test"},
        {"From: joe@y.test|Resent-From: jane@x.test", "not Resent-From jane@x.test"},
        {"From: joe@y.test|Resent-Sender: jane@x.test", "not Resent-Sender jane@x.test"},
        {"From: joe@y.test|From: jane@x.test", two_froms},
        {"From: joe@y.test|From: ann@y.test", two_froms},
        {"From: joe@y.test|Sender: a@y.test|Sender: b@y.test", two_senders},
        {"From: jane%x.test@y.test", "From" + route},
        {"From: \"jane@x.test\"@y.test", "From" + route},
        {"From: joe@sub.x.test", "accepted"},
    };
    for (const auto& [fields, expected] : table)
        EXPECT_EQ(text(judge_strangers_header(header(fields), local)), expected) << fields;
}

}  // namespace
}  // namespace postern::policy
