#include "smtp/command_text.hpp"

#include <gtest/gtest.h>

namespace postern::smtp {

namespace {

struct Writer {
    std::string operator()(const Noop&) const { return "NOOP"; }
    std::string operator()(const Ehlo& c) const { return "EHLO " + c.domain; }
    std::string operator()(const Helo& c) const { return "HELO " + c.domain; }
    std::string operator()(const StartTls&) const { return "STARTTLS"; }
    std::string operator()(const Auth& c) const {
        const std::string response =
            c.initial_response ? " [" + std::string(c.initial_response->reveal()) + "]" : "";
        return "AUTH " + c.mechanism + response;
    }
    std::string operator()(const Mail& c) const {
        std::string text = "MAIL " + path(c.reverse_path);
        if (c.size) text += " size=" + std::to_string(*c.size);
        if (!c.body.empty()) text += " body=" + c.body;
        if (c.smtputf8) text += " utf8";
        if (!c.ret.empty()) text += " ret=" + c.ret;
        if (!c.envid.empty()) text += " envid=" + c.envid;
        if (c.auth) text += " auth";
        return text;
    }
    std::string operator()(const Rcpt& c) const {
        std::string text = "RCPT " + path(c.forward_path);
        if (!c.notify.empty()) text += " notify=" + c.notify;
        if (!c.orcpt.empty()) text += " orcpt=" + c.orcpt;
        return text;
    }
    std::string operator()(const Data&) const { return "DATA"; }
    std::string operator()(const Bdat& c) const {
        return "BDAT " + std::to_string(c.octets) + (c.last ? " last" : "");
    }
    std::string operator()(const Rset&) const { return "RSET"; }
    std::string operator()(const Vrfy& c) const { return "VRFY " + c.argument; }
    std::string operator()(const Expn& c) const { return "EXPN " + c.argument; }
    std::string operator()(const Help& c) const {
        return c.topic.empty() ? "HELP" : "HELP " + c.topic;
    }
    std::string operator()(const Quit&) const { return "QUIT"; }

    static std::string path(const address::Path& path) {
        std::string text = "<";
        if (path.source_route) text += "(route)";
        if (path.mailbox) text += path.mailbox->text();
        return text + ">";
    }
};

}  // namespace

std::string text_of(const boost::system::result<Command, Reply>& parsed) {
    if (parsed) return std::visit(Writer(), *parsed);
    return std::to_string(parsed.error().code) + " " + parsed.error().enhanced;
}

Capabilities everything() {
    Capabilities all;
    all.pipelining = all.enhanced_status_codes = all.eight_bit_mime = all.chunking = true;
    all.smtputf8 = all.dsn = all.starttls = true;
    all.size = 50'000'000;
    all.auth = {"PLAIN", "LOGIN"};
    return all;
}

TEST(CommandText, ShowsWhatTheTablesCompare) {
    EXPECT_EQ(text_of(Command(Auth{"PLAIN", crypto::Secret("=")})), "AUTH PLAIN [=]");
    EXPECT_EQ(text_of(Reply(501, "5.5.4", "no")), "501 5.5.4");
}

}  // namespace postern::smtp
