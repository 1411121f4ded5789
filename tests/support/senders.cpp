#include "support/senders.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "support/eventually.hpp"
#include "support/gateway.hpp"

namespace postern::test {
namespace {

constexpr int messages_of_a_connection = 4;
constexpr std::string_view mark = "Subject: sent-";

std::map<std::string, int> subjects(const Maildir& maildir) {
    std::map<std::string, int> count;
    for (const auto& message : maildir.messages()) {
        const auto at = message.find(mark) + std::string_view("Subject: ").size();
        ++count[message.substr(at, message.find_first_of("\r\n", at) - at)];
    }
    return count;
}

}  // namespace

Senders::Senders(std::uint16_t port, std::size_t count) {
    for (std::size_t number = 0; number < count; ++number)
        threads_.emplace_back([this, port, number] { work(port, number); });
}

Senders::~Senders() {
    stop();
}

bool Senders::wait_for(std::size_t more) const {
    const auto goal = accepted() + more;
    return eventually([&] { return accepted() >= goal; }, std::chrono::minutes(1));
}

Told Senders::stop() {
    stopping_ = true;
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
    return told_;
}

void Senders::work(std::uint16_t port, std::size_t number) {
    for (std::size_t connection = 0; !stopping_; ++connection) {
        std::string under_way;  // its data have gone, its reply has not come
        try {
            converse(port, fmt::format("sent-{}-{}", number, connection), under_way);
        } catch (const std::exception&) {
            const std::lock_guard lock(mutex_);
            ++told_.broken;
            if (!under_way.empty()) told_.in_doubt.insert(under_way);
        }
    }
}

void Senders::converse(std::uint16_t port, const std::string& name, std::string& under_way) {
    SmtpClient client(port, std::chrono::seconds(15));
    const auto went_well = [this](const SmtpClient::Reply& reply, int expected) {
        if (reply.code == expected) return true;
        const std::lock_guard lock(mutex_);
        ++(reply.code == 421 ? told_.sent_away : told_.refused);
        return false;
    };
    if (!went_well(client.read_reply(), 220)) return;
    if (!went_well(client.command("EHLO sender.example"), 250)) return;
    if (!went_well(client.auth_plain("jane", jane_password), 235)) return;
    for (int message = 0; message < messages_of_a_connection && !stopping_; ++message) {
        const auto subject = fmt::format("{}-{}", name, message);
        if (!went_well(client.command("MAIL FROM:<jane@example.org>"), 250)) return;
        if (!went_well(client.command("RCPT TO:<bob@example.org>"), 250)) return;
        if (!went_well(client.command("DATA"), 354)) return;
        under_way = subject;
        client.send(
            fmt::format("From: jane@example.org\r\nSubject: {}\r\n\r\nHello\r\n.\r\n", subject));
        const auto reply = client.read_reply();
        under_way.clear();
        if (!went_well(reply, 250)) continue;
        ++accepted_;
        const std::lock_guard lock(mutex_);
        told_.accepted.insert(subject);
    }
    went_well(client.command("QUIT"), 221);
}

void expect_none_lost(const Told& told, const Maildir& arrived, const std::string& what) {
    const auto there = subjects(arrived);
    std::size_t missing = 0, twice = 0, unexpected = 0, made_it = 0;
    for (const auto& subject : told.accepted)
        missing += there.contains(subject) ? 0 : 1;
    for (const auto& [subject, count] : there) {
        twice += count > 1 ? 1 : 0;
        if (told.in_doubt.contains(subject))
            ++made_it;
        else if (!told.accepted.contains(subject))
            ++unexpected;
    }
    fmt::print(
        "{}: {} accepted, {} of them missing; {} in doubt, {} of them arrived; {} twice; {} there "
        "that nobody sent; {} refused, {} sent away, {} connections broken\n",
        what, told.accepted.size(), missing, told.in_doubt.size(), made_it, twice, unexpected,
        told.refused, told.sent_away, told.broken);
    EXPECT_EQ(missing, 0U) << what;
    EXPECT_EQ(twice, 0U) << what;
    EXPECT_EQ(unexpected, 0U) << what;
}

}  // namespace postern::test
