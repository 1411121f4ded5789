#include "remote/imap_verdict.hpp"

#include <gtest/gtest.h>

#include "backends/remote/judgement_words.hpp"

namespace postern::remote {
namespace {

using identity::Unavailable;

std::string judged(std::string_view line) {
    ImapResponseParser parser;
    const auto octets = std::string(line) + "\r\n";
    std::string_view input = octets;
    EXPECT_EQ(parser.feed(input), ImapResponseParser::Status::complete) << line;
    return in_words(judge_login(parser.take()));
}

TEST(ImapVerdict, OnlyAClearNoIsOne) {
    const std::pair<const char*, const char*> cases[] = {
        {"A1 OK Logged in", "proved"},
        {"A1 OK [CAPABILITY IMAP4rev1] Logged in", "proved"},
        {"A1 OK [ALERT] too many mails, try again", "proved"},
        // as servers say it
        {"A1 NO [AUTHENTICATIONFAILED] Authentication failed.", "bad_credentials"},
        {"A1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "bad_credentials"},
        {"A1 NO Login failed.", "bad_credentials"},
        {"A1 NO Login failed: authentication failure", "bad_credentials"},
        {"A1 NO LOGIN failed", "bad_credentials"},
        {"A1 NO AUTHENTICATE failed.", "bad_credentials"},
        {"A1 NO", "bad_credentials"},
        {"A1 NO [ALERT] Application-specific password required", "bad_credentials"},
        {"A1 NO [WEBALERT https://x] Web login required.", "question"},
        {"A1 NO [CAPABILITY IMAP4rev1] Invalid login", "bad_credentials"},
        // RFC 5530
        {"A1 NO [AUTHORIZATIONFAILED] no such authorization-ID", "not_permitted"},
        {"A1 NO [EXPIRED] That password isn't valid any more", "expired"},
        {"A1 NO [UNAVAILABLE] User's backend down for maintenance", "directory"},
        {"A1 NO [PRIVACYREQUIRED] Connection offers no privacy", "directory"},
        {"A1 NO [CONTACTADMIN]", "question"},
        {"A1 NO [SERVERBUG] This should not happen", "directory"},
        {"A1 NO [CLIENTBUG] LOGIN twice", "question"},
        {"A1 NO [LIMIT] At most 32 flags in one mailbox supported", "directory, slower"},
        {"A1 NO [INUSE] Mailbox in use", "question"},
        {"A1 NO [CORRUPTION] Cannot open mailbox", "question"},
        {"A1 NO [OVERQUOTA] Sorry", "question"},
        {"A1 NO [CANNOT] Adjacent slashes are not supported", "question"},
        {"A1 NO [NONEXISTENT] No such mailbox", "question"},
        {"A1 NO [REFERRAL imap://user@other/] Elsewhere", "question"},
        {"A1 NO [NOBODYKNOWSTHIS] Login failed.", "question"},
        // words
        {"A1 NO Temporary authentication failure.", "directory"},
        {"A1 NO [AUTHENTICATIONFAILED] temporarily unavailable", "directory"},
        {"A1 NO Please TRY AGAIN", "directory"},
        {"A1 NO Server Unavailable. 15", "directory"},
        {"A1 NO Internal error occurred. Refer to server log", "directory"},
        {"A1 NO Login failed: generic failure", "directory"},
        {"A1 NO backend timeout", "directory"},
        {"A1 NO Timed out", "directory"},
        {"A1 NO [EXPIRED] try again later", "directory"},
        {"A1 NO [AUTHENTICATIONFAILED] LOGIN Rate limit hit.", "directory, slower"},
        {"A1 NO [ALERT] Too many simultaneous connections. (Failure)", "directory, slower"},
        {"A1 NO Maximum number of connections from user+IP exceeded", "directory, slower"},
        {"A1 NO [THROTTLED] no", "directory, slower"},
        {"A1 NO [CONTACTADMIN] too many failures", "directory, slower"},
        // what is no "no"
        {"A1 BAD Error in IMAP command", "question"},
        {"A1 BAD [AUTHENTICATIONFAILED] wrong password", "question"},
        {"A1 BYE Authentication failed", "question"},
        {"A1 PREAUTH Logged in", "question"},
        {"* BYE Too many connections", "directory, slower"},
    };
    for (const auto& [line, expected] : cases)
        EXPECT_EQ(judged(line), expected) << line;
}

TEST(ImapVerdict, TheOperatorReadsTheWords) {
    const ImapResponse response{
        ImapResponse::Kind::tagged, "A1", "NO", "UNAVAILABLE", "", "Not now"};
    EXPECT_EQ(std::get<Unavailable>(judge_login(response).verdict).why, "NO [UNAVAILABLE] Not now");
}

}  // namespace
}  // namespace postern::remote
