#include "upstream/conversation.hpp"

#include "address/mailbox.hpp"

namespace postern::test {

smtp::Mail mail_from(std::string_view address) {
    smtp::Mail mail;
    mail.reverse_path = address::parse_path(address).value();
    return mail;
}

smtp::Rcpt rcpt_to(std::string_view address) {
    smtp::Rcpt rcpt;
    rcpt.forward_path = address::parse_path(address).value();
    return rcpt;
}

upstream::ClientIdentity jane() {
    upstream::ClientIdentity client;
    client.subject = {"s1", "192.0.2.1"};
    client.address = "192.0.2.1";
    client.port = 51234;
    client.local_address = "198.51.100.7";
    client.local_port = 587;
    client.helo = "my_pc";
    client.login = "jane";
    return client;
}

std::string Heard::text() const {
    std::string all;
    for (const auto& reply : replies)
        all += reply.summary() + "\n";
    return all;
}

net::Task<Heard> transact(upstream::Connection& connection, Letter letter) {
    Heard heard;
    connection.mail(letter.mail);
    for (const auto& recipient : letter.recipients)
        connection.rcpt(recipient);
    bool any = false;
    for (std::size_t i = 0; i <= letter.recipients.size(); ++i) {
        heard.replies.push_back(co_await connection.reply());
        any = any || (i > 0 && heard.replies.back().positive());
    }
    if (!any) {
        co_await connection.abandon();
        co_return heard;
    }
    auto reply = co_await connection.data();
    if (reply.code == 354) {
        for (const auto& piece : letter.pieces) {
            if (!co_await connection.write(piece)) break;
        }
        reply = co_await connection.finish();
        heard.delivered = reply.positive();
    }
    heard.replies.push_back(std::move(reply));
    co_return heard;
}

net::Task<Heard> deliver(upstream::NextHop& hop, Letter letter) {
    auto opened = co_await hop.open(jane());
    if (!opened.connection) {
        Heard heard;
        heard.replies.push_back(opened.refusal);
        co_return heard;
    }
    auto heard = co_await transact(*opened.connection, std::move(letter));
    co_await opened.connection->quit();
    co_return heard;
}

}  // namespace postern::test
