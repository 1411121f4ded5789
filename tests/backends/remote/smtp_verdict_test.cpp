#include "remote/smtp_verdict.hpp"

#include <gtest/gtest.h>

#include "backends/remote/judgement_words.hpp"
#include "smtp/reply_parser.hpp"

namespace postern::remote {
namespace {

using identity::Unavailable;

smtp::Reply parsed(std::string_view octets) {
    smtp::ReplyParser parser;
    const auto lines = std::string(octets) + "\r\n";
    std::string_view input = lines;
    EXPECT_EQ(parser.feed(input), smtp::ReplyParser::Status::complete) << octets;
    return parser.take();
}

std::string judged(std::string_view octets) {
    return in_words(judge_login(parsed(octets)));
}

TEST(SmtpVerdict, OnlyAClearNoIsOne) {
    const std::pair<const char*, const char*> cases[] = {
        {"235 2.7.0 Authentication successful", "proved"},
        {"235", "proved"},
        {"235 2.7.0 Accepted, after too many tries", "proved"},
        // as servers say it
        {"535 5.7.8 Error: authentication failed: authentication failure", "bad_credentials"},
        {"535 5.7.8 Error: authentication failed: (reason unavailable)", "bad_credentials"},
        {"535 5.7.8 Authentication failed.", "bad_credentials"},
        {"535-5.7.8 Username and Password not accepted. For more information, go to\r\n"
         "535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp",
         "bad_credentials"},
        {"535 5.7.3 Authentication unsuccessful [AM0PR01CA0034.eurprd01.prod.outlook.com]",
         "bad_credentials"},
        {"535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
         "bad_credentials"},
        {"535 Incorrect authentication data", "bad_credentials"},
        {"535 5.7.0 (#AUTH001) Invalid username or password", "bad_credentials"},
        {"535 5.7.1 Authentication failed", "bad_credentials"},
        {"535 authentication failed (#5.7.1)", "bad_credentials"},
        {"535", "bad_credentials"},
        {"525 5.7.13 User Account Disabled", "disabled"},
        // the same code, and no word about the password
        {"535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "question"},
        {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
         "Tenant.",
         "question"},
        {"535 5.7.139 the request did not meet the criteria to be authenticated", "question"},
        {"535 5.7.13 Disabled", "question"},
        {"535 5.1.1 What?", "question"},
        {"535 5.7.8 Error: authentication failed: generic failure", "directory"},
        {"535 5.7.8 Temporary authentication failure", "directory"},
        {"535-5.7.8 Not now\r\n535 5.7.8 please TRY AGAIN later", "directory"},
        {"535 Account temporarily locked", "directory"},
        {"535 5.7.0 (#AUTH005) Too many bad auth attempts.", "directory, slower"},
        {"535 5.7.8 Rate limit exceeded", "directory, slower"},
        {"525 5.7.13 Internal error", "directory"},
        {"525 Disabled", "question"},
        {"525 5.7.8 Disabled", "question"},
        // RFC 4954, RFC 5248
        {"432 4.7.12 A password transition is needed", "question"},
        {"454 4.7.0 Temporary authentication failure", "directory"},
        {"454 4.7.0 Too many login attempts, please try again later.", "directory, slower"},
        {"450 4.7.0 Error: too many AUTH commands from 192.0.2.1", "directory, slower"},
        {"432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "directory, slower"},
        {"435 Unable to authenticate at present", "directory"},
        {"421 4.3.2 Closing", "directory"},
        {"451 4.3.0 Error", "directory"},
        {"500 5.5.6 Authentication Exchange line is too long", "question"},
        {"501 5.5.2 Cannot decode response", "question"},
        {"502 5.5.1 Not implemented", "directory"},
        {"503 5.5.1 Error: authentication not enabled", "directory"},
        {"504 5.5.4 Unrecognized authentication type", "directory"},
        {"523 5.7.10 Encryption needed", "directory"},
        {"530 5.7.0 Must issue a STARTTLS command first", "directory"},
        {"534 5.7.9 Authentication mechanism is too weak", "question"},
        {"534-5.7.9 Application-specific password required.\r\n534 5.7.9 - gsmtp", "question"},
        {"534-5.7.14 Please log in via your web browser and then try again.\r\n534 5.7.14 -",
         "question"},
        {"538 5.7.11 Encryption required", "directory"},
        {"538 Encryption required", "directory"},
        // of something else
        {"550 5.7.1 Access denied", "question"},
        {"550 5.1.1 No such user", "question"},
        {"554 5.7.1 Too many connections", "directory, slower"},
        {"599 ?", "question"},
        {"250 2.0.0 Ok", "directory"},
        {"220 ready", "directory"},
        {"354 go on", "directory"},
    };
    for (const auto& [octets, expected] : cases)
        EXPECT_EQ(judged(octets), expected) << octets;
}

TEST(SmtpVerdict, TheOperatorReadsTheWords) {
    const auto why = [](std::string_view octets) {
        return std::get<Unavailable>(judge_login(parsed(octets)).verdict).why;
    };
    EXPECT_EQ(why("454-4.7.0 Not now\r\n454 4.7.0 Later"), "454 4.7.0 Not now / Later");
    EXPECT_EQ(why("454 " + std::string(1000, 'x')).size(), 200U);
    // Who does not understand a line may say it again.
    EXPECT_EQ(why("501 5.5.2 AUTH PLAIN AGphbmUA"), "501 5.5.2");
}

}  // namespace
}  // namespace postern::remote
