// Reader, address fields and judgement together, over whole messages.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/header.hpp"
#include "support/mails.hpp"

namespace postern::policy {
namespace {

using smtp::HeaderReader;

const identity::Principal jane{.name = "jane", .addresses = {"jane@example.org"}};

struct Reading {
    std::string verdict;
    smtp::Header header;
    std::optional<smtp::HeaderRefusal> refusal;
    std::uint64_t octets = 0;  // of the header, where it is complete

    friend bool operator==(const Reading&, const Reading&) = default;
};

std::string judge(const HeaderReader& reader) {
    if (reader.refusal()) return "cannot be judged: " + reader.refusal()->text();
    const auto verdict = judge_header(reader.header(), jane, {});
    if (const auto* unclear = std::get_if<CannotBeJudged>(&verdict))
        return "cannot be judged: " + unclear->why;
    if (const auto* foreign = std::get_if<NotOwned>(&verdict))
        return "not owned: " + foreign->field + " " + foreign->address;
    return "accepted";
}

Reading read(const std::vector<std::string_view>& pieces, HeaderReader::Rules rules) {
    HeaderReader reader(rules);
    for (const auto piece : pieces)
        reader.feed(piece);
    reader.finish();
    return {judge(reader), reader.refusal() ? smtp::Header{} : reader.header(), reader.refusal(),
            reader.complete() ? reader.octets() : 0};
}

Reading read(std::string_view octets, bool smtputf8) {
    return read({octets}, {.dot_stuffed = false, .smtputf8 = smtputf8});
}

TEST(Mails, OfRealClientsPass) {
    const auto all = test::mails("own");
    EXPECT_GE(all.size(), 60U);
    for (const auto& [name, octets] : all) {
        const bool smtputf8 = name.find("smtputf8") != std::string::npos;
        EXPECT_EQ(read(octets, true).verdict, "accepted") << name;
        EXPECT_EQ(read(octets, false).verdict == "accepted", !smtputf8) << name;
    }
}

TEST(Mails, ThatSomebodyReadsAsAnotherNeverPass) {
    const auto all = test::mails("foreign");
    EXPECT_GE(all.size(), 60U);
    for (const auto& [name, octets] : all) {
        for (const bool smtputf8 : {false, true}) {
            const auto verdict = read(octets, smtputf8).verdict;
            EXPECT_NE(verdict, "accepted") << name;
        }
    }
}

TEST(Mails, AreReadTheSameWithTheirDotsStuffed) {
    for (const auto* set : {"own", "foreign"}) {
        for (const auto& [name, octets] : test::mails(set)) {
            const auto stuffed = test::dot_stuffed(octets);
            EXPECT_EQ(read({stuffed}, {.dot_stuffed = true}).verdict, read(octets, false).verdict)
                << name;
        }
    }
}

TEST(Mails, AreReadTheSameHoweverTheyAreCut) {
    for (const auto* set : {"own", "foreign"}) {
        for (const auto& [name, octets] : test::mails(set)) {
            const HeaderReader::Rules rules{.dot_stuffed = true, .smtputf8 = true};
            const auto whole = read({octets}, rules);
            std::vector<std::string_view> single;
            for (std::size_t i = 0; i < octets.size(); ++i)
                single.push_back(std::string_view(octets).substr(i, 1));
            EXPECT_EQ(read(single, rules), whole) << name << " octet by octet";
            // Every place would take minutes for the largest, whose lines are all alike.
            const auto step = octets.size() > 10000 ? std::size_t{997} : std::size_t{1};
            for (std::size_t i = 0; i < octets.size(); i += step) {
                const auto head = std::string_view(octets).substr(0, i);
                ASSERT_EQ(read({head, std::string_view(octets).substr(i)}, rules), whole)
                    << name << " cut at " << i;
            }
        }
    }
}

}  // namespace
}  // namespace postern::policy
