#include "support/senders.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "support/eventually.hpp"
#include "support/gateway.hpp"
#include "support/mails.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {
namespace {

using Reply = SmtpClient::Reply;

constexpr int messages_of_a_connection = 4;
constexpr std::size_t kibi = 1024;
constexpr std::array sizes{kibi, 2 * kibi, kibi, 8 * kibi, kibi, 32 * kibi, kibi, 200 * kibi};
constexpr std::size_t chunk = 48 * kibi;
constexpr auto before_another_try = std::chrono::milliseconds(20);

constexpr const char* mail = "MAIL FROM:<jane@example.org>";
constexpr const char* rcpt = "RCPT TO:<bob@example.org>";

enum class Manner { one_by_one, pipelining, chunking };

Manner manner_of(std::size_t sender) {
    constexpr std::array all{Manner::one_by_one, Manner::pipelining, Manner::chunking};
    return all[sender % all.size()];
}

// BDAT needs no dots: the size says where it ends.
std::vector<std::string> chunks_of(std::string_view text) {
    std::vector<std::string> chunks;
    while (!text.empty()) {
        const auto piece = text.substr(0, chunk);
        text.remove_prefix(piece.size());
        chunks.push_back(fmt::format("BDAT {}{}\r\n", piece.size(), text.empty() ? " LAST" : ""));
        chunks.back() += piece;
    }
    return chunks;
}

// Replies to what has been sent in one piece: all of them are read, and the first refusal counts.
// Behind 421 there are no more.
Reply verdict(SmtpClient& client, std::size_t replies) {
    Reply result;
    for (; replies > 0 && result.code != 421; --replies) {
        auto next = client.read_reply();
        if (result.code < 400) result = std::move(next);
    }
    return result;
}

// The reply to what stands before the message.
Reply envelope(SmtpClient& client, Manner manner) {
    if (manner == Manner::pipelining) {
        client.send(fmt::format("{}\r\n{}\r\nDATA\r\n", mail, rcpt));
        return verdict(client, 3);
    }
    if (manner == Manner::chunking) {
        client.send(fmt::format("{}\r\n{}\r\n", mail, rcpt));
        return verdict(client, 2);
    }
    for (const char* command : {mail, rcpt})
        if (const auto reply = client.command(command); reply.code != 250) return reply;
    return client.command("DATA");
}

bool leaves_doubt(const Reply& reply) {
    return reply.code == 421 || reply.text().starts_with("451 4.4.2");
}

struct Arrival {
    std::set<std::string> copies;
    bool is_whole = true;
};

// A Postfix that is killed may deliver once more what it has just delivered; its queue id tells how
// often it was given the message.
std::string name_of_copy(const std::string& message, const std::filesystem::path& file) {
    const auto by = message.find(" (Postfix) with ");
    if (by == std::string::npos) return file.filename();
    const auto id = message.find(" id ", by) + 4;
    return message.substr(id, message.find('\n', id) - id);
}

std::string_view body(std::string_view message, std::string_view empty_line) {
    const auto at = message.find(empty_line);
    return at == message.npos ? "" : message.substr(at + empty_line.size());
}

bool is_whole(std::string arrived, const std::string& subject) {
    NumberedLetter letter;
    if (std::sscanf(subject.c_str(), "sent-%zu-%zu", &letter.sender, &letter.number) != 2)
        return false;
    auto sent = letter.text();
    std::erase(arrived, '\r');
    std::erase(sent, '\r');
    return body(arrived, "\n\n") == body(sent, "\n\n");
}

std::map<std::string, Arrival> arrivals(const std::vector<Maildir>& maildirs) {
    constexpr std::string_view mark = "Subject: ";
    std::map<std::string, Arrival> found;
    for (const auto& maildir : maildirs) {
        for (const auto& file : maildir.files()) {
            const auto message = read_file(file);
            const auto at = message.find(mark) + mark.size();
            const auto subject = message.substr(at, message.find_first_of("\r\n", at) - at);
            auto& arrival = found[subject];
            arrival.copies.insert(name_of_copy(message, file));
            arrival.is_whole = arrival.is_whole && is_whole(message, subject);
        }
    }
    return found;
}

}  // namespace

std::string NumberedLetter::subject() const {
    return fmt::format("sent-{}-{}", sender, number);
}

std::string NumberedLetter::text() const {
    const auto size = sizes[(sender + number) % sizes.size()];
    auto text = fmt::format("From: jane@example.org\r\nSubject: {}\r\n\r\n", subject());
    for (std::size_t line = 0; text.size() < size; ++line)
        text += fmt::format("{}line {} of {} {:-<{}}\r\n", line % 5 == 0 ? "." : "", line,
                            subject(), "", line * 13 % 80);
    return text;
}

void Told::doubt(const NumberedLetter& letter) {
    ++messages[letter.subject()].doubts;
}

void Told::hear(const NumberedLetter& letter, const Reply& reply) {
    auto& fate = messages[letter.subject()];
    if (reply.code == 250) fate.accepted = true;
    if (leaves_doubt(reply)) ++fate.doubts;
}

std::size_t Told::accepted() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(messages, [](const auto& each) { return each.second.accepted; }));
}

std::size_t Told::in_doubt() const {
    std::size_t doubts = 0;
    for (const auto& [subject, fate] : messages)
        doubts += fate.doubts;
    return doubts;
}

Senders::Senders(std::uint16_t port, std::size_t count, Transport transport)
    : transport_(transport) {
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
    NumberedLetter next{number, 0};
    while (!stopping_) {
        try {
            converse(port, next);
        } catch (const std::exception&) {
            const std::lock_guard lock(mutex_);
            ++told_.broken;
        }
    }
}

bool Senders::went_well(const Reply& reply, int expected) {
    if (reply.code == expected) return true;
    const std::lock_guard lock(mutex_);
    ++(reply.code == 421 ? told_.sent_away : told_.refused);
    return false;
}

void Senders::converse(std::uint16_t port, NumberedLetter& next) {
    SmtpClient client(port, std::chrono::seconds(15));
    if (!went_well(client.read_reply(), 220)) return;
    if (!went_well(client.command("EHLO sender.example"), 250)) return;
    if (transport_ == Transport::starttls) {
        if (!went_well(client.command("STARTTLS"), 220)) return;
        client.handshake();
        if (!went_well(client.command("EHLO sender.example"), 250)) return;
    }
    if (!went_well(client.auth_plain("jane", jane_password), 235)) return;
    for (int message = 0; message < messages_of_a_connection && !stopping_; ++message) {
        const auto reply = transact(client, next);
        if (went_well(reply, 250)) {
            ++accepted_;
            ++next.number;
            continue;
        }
        if (reply.code == 421) return;
        std::this_thread::sleep_for(before_another_try);
        if (!went_well(client.command("RSET"), 250)) return;
    }
    went_well(client.command("QUIT"), 221);
}

// The reply that decides what becomes of the message.
Reply Senders::transact(SmtpClient& client, const NumberedLetter& letter) {
    const auto manner = manner_of(letter.sender);
    if (auto reply = envelope(client, manner); reply.code >= 400) return reply;
    const auto pieces = manner == Manner::chunking
                            ? chunks_of(letter.text())
                            : std::vector{dot_stuffed(letter.text()) + ".\r\n"};
    for (const auto& each : pieces)
        client.send(each);
    try {
        const auto before = verdict(client, pieces.size() - 1);
        if (before.code == 421) return before;
        auto reply = client.read_reply();
        if (before.code >= 400) return before;  // a message without its end
        const std::lock_guard lock(mutex_);
        told_.hear(letter, reply);
        return reply;
    } catch (const std::exception&) {
        const std::lock_guard lock(mutex_);
        told_.doubt(letter);
        throw;
    }
}

void expect_none_lost(const Told& told, const std::vector<Maildir>& arrived,
                      const std::string& what) {
    const auto there = arrivals(arrived);
    std::size_t missing = 0, twice = 0, too_often = 0, damaged = 0;
    for (const auto& [subject, fate] : told.messages)
        missing += fate.accepted && !there.contains(subject) ? 1 : 0;
    for (const auto& [subject, arrival] : there) {
        const auto found = told.messages.find(subject);
        const auto fate = found == told.messages.end() ? Fate{} : found->second;
        twice += arrival.copies.size() > 1 ? 1 : 0;
        too_often += arrival.copies.size() > fate.doubts + (fate.accepted ? 1 : 0) ? 1 : 0;
        damaged += arrival.is_whole ? 0 : 1;
    }
    fmt::print(
        "{}: {} sent, {} told 250, {} of them missing; {} times in doubt; {} there twice; {} there "
        "more often than anybody was left in doubt; {} damaged; {} refused, {} sent away, {} "
        "connections broken\n",
        what, told.messages.size(), told.accepted(), missing, told.in_doubt(), twice, too_often,
        damaged, told.refused, told.sent_away, told.broken);
    EXPECT_EQ(missing, 0U) << what;
    EXPECT_EQ(too_often, 0U) << what;
    EXPECT_EQ(damaged, 0U) << what;
}

}  // namespace postern::test
