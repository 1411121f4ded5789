#pragma once

#include "remote/protocol.hpp"
#include "remote/smtp_command.hpp"
#include "smtp/capabilities.hpp"
#include "smtp/reply_parser.hpp"

namespace postern::remote {

// SMTP submission (RFC 6409) with AUTH (RFC 4954), and LMTP (RFC 2033), which says hello in another
// word.
class SmtpProtocol final : public Protocol {
 public:
    explicit SmtpProtocol(std::string_view hello) : hello_(hello) {}

    net::Task<> prepare(Wire& wire, const Security& security) override;
    net::Task<Judgement> authenticate(Wire& wire, std::string login,
                                      const crypto::Secret& password) override;
    net::Task<> leave(Wire& wire) override;
    std::string method() const override;

 private:
    net::Task<> hear_greeting(Wire& wire);
    net::Task<> say_hello(Wire& wire);
    net::Task<> start_tls(Wire& wire, const Security& security);
    void require_a_method() const;
    bool offers(std::string_view mechanism) const;

    net::Task<smtp::Reply> hear(Wire& wire);
    net::Task<smtp::Reply> ask(Wire& wire, std::string command);

    std::string_view hello_;  // "EHLO" or "LHLO"
    smtp::ReplyParser parser_;
    smtp::Capabilities offered_;
};

}  // namespace postern::remote
