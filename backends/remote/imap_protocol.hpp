#pragma once

#include "remote/imap_capabilities.hpp"
#include "remote/imap_command.hpp"
#include "remote/imap_response_parser.hpp"
#include "remote/protocol.hpp"

namespace postern::remote {

// IMAP4rev1 and rev2 (RFC 3501, RFC 9051).
class ImapProtocol final : public Protocol {
 public:
    net::Task<> prepare(Wire& wire, const Security& security) override;
    net::Task<Judgement> authenticate(Wire& wire, std::string login,
                                      const crypto::Secret& password) override;
    net::Task<> leave(Wire& wire) override;
    std::string method() const override;

 private:
    net::Task<> hear_greeting(Wire& wire);
    net::Task<> start_tls(Wire& wire, const Security& security);
    net::Task<> ask_capabilities(Wire& wire);
    void require_a_method() const;

    crypto::Secret behind_id(const crypto::Secret& piece);
    std::string next_tag();
    net::Task<ImapResponse> hear(Wire& wire);
    // The tagged response to a command of plain words.
    net::Task<ImapResponse> ask(Wire& wire, std::string_view words);
    net::Task<ImapResponse> exchange(Wire& wire, std::string tag, ImapCommand command);

    ImapResponseParser parser_;
    ImapCapabilities offered_;
    unsigned tags_ = 0;
    std::string id_tag_;  // of an ID that is not answered yet
};

}  // namespace postern::remote
