#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "upstream/next_hop.hpp"
#include "upstream/smtp_dial.hpp"
#include "upstream/translation.hpp"

namespace postern::upstream {

// One session's connection to a mail server. A connection that has carried a transaction and turns
// out to be closed before any reply of the next one (EOF, reset, 421) is replaced once, unseen.
class SmtpConnection final : public Connection {
 public:
    SmtpConnection(std::shared_ptr<SmtpDestination> destination, ClientIdentity client,
                   net::Slots::Slot slot, Dialled dialled);

    void mail(const smtp::Mail& mail) override;
    void rcpt(const smtp::Rcpt& rcpt) override;
    net::Task<smtp::Reply> reply() override;

    net::Task<smtp::Reply> data() override;
    net::Task<bool> write(std::string_view octets) override;
    net::Task<smtp::Reply> finish() override;
    net::Task<> abandon() override;

    bool usable() const override;
    net::Task<> quit() override;

 private:
    // A command that our client awaits a reply to. Kept until then, for it may have to be said
    // again.
    struct Queued {
        std::variant<smtp::Mail, smtp::Rcpt> command;
        bool sent = false;

        bool is_mail() const { return command.index() == 0; }
        Stage stage() const { return is_mail() ? Stage::mail : Stage::rcpt; }
    };

    net::Task<smtp::Reply> answer_to(const Queued& oldest);
    net::Task<> send_queued();
    net::Task<> skip_answer();
    bool can_carry(const Queued& queued) const;
    smtp::Reply cannot_carry(Stage stage);
    bool may_replace() const;
    net::Task<std::optional<smtp::Reply>> replace();

    net::Task<std::optional<smtp::Reply>> exchange(net::Task<> sending,
                                                   SmtpTimeouts::Duration patience);
    net::Task<> say(std::string_view line);
    net::Task<> send_piece(std::string_view octets, bool& go_on);
    net::Task<smtp::Reply> early_answer();
    net::Task<> reset();
    smtp::Reply conclude(Stage stage, const smtp::Reply& reply);
    smtp::Reply lost(Stage stage);
    net::Task<bool> attempt(net::Task<> step);
    net::Task<> hear(smtp::Reply& reply);
    void cut(std::string why, bool by_peer);
    void log(const observe::Event& event, Stage stage, const std::string& why);

    const SmtpTimeouts& timeouts() const { return destination_->settings.timeouts; }

    std::shared_ptr<SmtpDestination> destination_;
    const ClientIdentity client_;
    std::optional<net::Slots::Slot> slot_;
    std::unique_ptr<SmtpWire> wire_;  // nullptr: lost, or ended
    smtp::Capabilities offered_;
    std::string why_cut_;
    bool closed_by_peer_ = false;  // rather than slow, or talking garbage
    bool carried_before_ = false;  // an earlier transaction went over this wire

    // The transaction.
    std::deque<Queued> queue_;
    bool utf8_ = false;
    bool begun_ = false;     // the next hop may have heard of it
    bool answered_ = false;  // a reply of it has arrived
    bool mail_accepted_ = false;
    bool in_message_ = false;
    bool stopped_ = false;  // in the message: the next hop has spoken, or the wire broke
};

}  // namespace postern::upstream
