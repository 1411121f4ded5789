#include "support/recording_next_hop.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "smtp/replies.hpp"

namespace postern::test {

class RecordingNextHop::Connection final : public upstream::Connection {
 public:
    explicit Connection(RecordingNextHop& hop) : hop_(hop) {}
    ~Connection() override {
        if (in_message_) hop_.hear("CUT");
    }

    void mail(const smtp::Mail& mail) override {
        hop_.hear("MAIL " + mail.reverse_path.text);
        queue_.push_back(hop_.reply_to("MAIL", smtp::replies::sender_ok()));
        refused_ = !queue_.back().positive();
    }
    void rcpt(const smtp::Rcpt& rcpt) override {
        hop_.hear("RCPT " + rcpt.forward_path.text);
        queue_.push_back(refused_ ? smtp::replies::mail_first()
                                  : hop_.reply_to("RCPT", smtp::replies::recipient_ok()));
    }
    net::Task<smtp::Reply> reply() override {
        auto reply = queue_.front();
        queue_.pop_front();
        co_return reply;
    }
    net::Task<smtp::Reply> data() override {
        hop_.hear("DATA");
        if (hop_.pause_.count() > 0) co_await net::sleep_for(hop_.pause_);
        auto reply = hop_.reply_to("DATA", smtp::replies::start_mail());
        in_message_ = reply.code == 354;
        co_return reply;
    }
    net::Task<bool> write(std::string_view octets) override {
        message_ += octets;
        broken_ = message_.size() > hop_.break_after_;
        co_return !broken_;
    }
    net::Task<smtp::Reply> finish() override {
        in_message_ = false;
        if (broken_) {
            hop_.hear("CUT");
            co_return smtp::replies::next_hop_lost();
        }
        hop_.hear("END");
        auto reply = hop_.reply_to("END", smtp::replies::message_accepted("id"));
        if (reply.positive()) {
            const std::lock_guard lock(hop_.mutex_);
            hop_.messages_.push_back(message_);
        }
        message_.clear();
        co_return reply;
    }
    net::Task<> abandon() override {
        hop_.hear(in_message_ ? "CUT" : "RSET");
        broken_ = broken_ || in_message_;
        in_message_ = false;
        queue_.clear();
        message_.clear();
        co_return;
    }
    bool usable() const override { return !broken_; }
    net::Task<> quit() override {
        hop_.hear(std::exchange(in_message_, false) ? "CUT" : "QUIT");
        co_return;
    }

 private:
    RecordingNextHop& hop_;
    std::deque<smtp::Reply> queue_;
    std::string message_;
    bool refused_ = false;
    bool in_message_ = false;
    bool broken_ = false;
};

net::Task<upstream::NextHop::Opened> RecordingNextHop::open(
    const upstream::ClientIdentity& client) {
    hear("OPEN " + client.login);
    if (surprises_.exchange(false)) throw std::logic_error("a surprise");
    auto reply = reply_to("OPEN", smtp::replies::ok());
    if (!reply.positive()) co_return Opened{nullptr, reply};
    co_return Opened{std::make_unique<Connection>(*this), {}};
}

void RecordingNextHop::answer(const std::string& command, smtp::Reply reply) {
    const std::lock_guard lock(mutex_);
    answers_[command] = std::move(reply);
}

smtp::Reply RecordingNextHop::reply_to(const std::string& command, smtp::Reply fallback) {
    const std::lock_guard lock(mutex_);
    const auto found = answers_.find(command);
    return found == answers_.end() ? fallback : found->second;
}

void RecordingNextHop::hear(std::string line) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(line));
}

std::vector<std::string> RecordingNextHop::heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
}

std::size_t RecordingNextHop::count(const std::string& line) const {
    const auto all = heard();
    return static_cast<std::size_t>(std::ranges::count(all, line));
}

std::vector<std::string> RecordingNextHop::messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
}

}  // namespace postern::test
