#include "upstream/maildir_connection.hpp"

#include <algorithm>

#include "observe/events.hpp"
#include "upstream/maildir_name.hpp"
#include "upstream/translation.hpp"

namespace postern::upstream {

namespace {

constexpr std::size_t buffer_size = 128 * 1024;

smtp::Reply too_big() {
    return {552, "5.3.4", "The message is too big"};
}

smtp::Reply refusal_for(std::error_code error) {
    if (error == std::errc::no_space_on_device || error.value() == EDQUOT) {
        return {452, "4.3.1", "No room for the message now, try later"};
    }
    return {451, "4.3.0", "The message cannot be stored now, try later"};
}

const char* to_string(std::uint8_t step) {
    constexpr std::array names{"begin", "write", "commit"};
    return names.at(step);
}

}  // namespace

MaildirConnection::MaildirConnection(std::shared_ptr<const MaildirNextHop::Store> store,
                                     observe::Subject subject)
    : store_(std::move(store)), subject_(std::move(subject)) {}

MaildirConnection::~MaildirConnection() {
    forget();
}

void MaildirConnection::mail(const smtp::Mail& mail) {
    forget();
    const auto most = store_->settings.message_size;
    mail_accepted_ = most == 0 || mail.size.value_or(0) <= most;
    reverse_path_ = mail.reverse_path.text;
    replies_.push_back(mail_accepted_ ? smtp::Reply(250, "2.1.0", "Ok") : too_big());
}

void MaildirConnection::rcpt(const smtp::Rcpt& rcpt) {
    if (!mail_accepted_) {
        replies_.push_back(out_of_order_reply());
        return;
    }
    if (store_->settings.per_recipient && rcpt.forward_path.mailbox) {
        folders_.insert(maildir_folder(*rcpt.forward_path.mailbox));
    }
    replies_.emplace_back(250, "2.1.5", "Ok");
}

net::Task<smtp::Reply> MaildirConnection::reply() {
    if (replies_.empty()) co_return out_of_order_reply();
    auto reply = std::move(replies_.front());
    replies_.pop_front();
    co_return reply;
}

std::vector<std::filesystem::path> MaildirConnection::maildirs() const {
    const auto& settings = store_->settings;
    if (!settings.per_recipient) return {settings.path};
    std::vector<std::filesystem::path> paths;
    for (const auto& folder : folders_)
        paths.push_back(settings.path / folder);
    return paths;
}

net::Task<smtp::Reply> MaildirConnection::data() {
    auto paths = maildirs();
    if (!mail_accepted_ || !replies_.empty() || paths.empty()) co_return out_of_order_reply();
    unique_name_ = maildir_unique_name(store_->hostname);
    delivery_ = std::make_shared<MaildirDelivery>(std::move(paths), unique_name_);
    content_ = {};
    buffer_ = "Return-Path: <" + reverse_path_ + ">\n";
    if (!co_await perform(Step::begin)) {
        auto refusal = std::move(refusal_);
        forget();
        co_return refusal;
    }
    co_return smtp::Reply(354, "", "Go ahead");
}

net::Task<bool> MaildirConnection::write(std::string_view octets) {
    while (!octets.empty() && delivery_ && refusal_.code == 0) {
        const auto piece = octets.substr(0, buffer_size);
        octets.remove_prefix(piece.size());
        size_ += piece.size();
        content_.append(piece, buffer_);
        const auto most = store_->settings.message_size;
        if (most != 0 && size_ > most) refusal_ = too_big();
        if (refusal_.code == 0 && buffer_.size() >= buffer_size) co_await perform(Step::write);
    }
    co_return delivery_&& refusal_.code == 0;
}

net::Task<smtp::Reply> MaildirConnection::finish() {
    if (!delivery_) co_return out_of_order_reply();
    const bool stored =
        refusal_.code == 0 && co_await perform(Step::write) && co_await perform(Step::commit);
    auto reply =
        stored ? smtp::Reply(250, "2.0.0", "Ok: stored as " + unique_name_) : std::move(refusal_);
    forget();
    co_return reply;
}

// One call into the file system, elsewhere. The job owns what it works on, for this connection may
// go while it runs.
net::Task<bool> MaildirConnection::perform(Step step) {
    const auto submit = [&pool = store_->blocking](std::function<void()> job) {
        return pool.submit(std::move(job));
    };
    const auto job = [delivery = delivery_, step,
                      octets = step == Step::write ? std::exchange(buffer_, {}) : std::string()] {
        switch (step) {
            case Step::begin:
                return delivery->begin();
            case Step::write:
                return delivery->write(octets);
            case Step::commit:
                return delivery->commit();
        }
        return std::error_code();
    };
    const auto result = co_await net::offload(submit, job);
    if (!result) {
        refusal_ = busy_reply();
    } else if (*result) {
        refusal_ = refusal_for(*result);
    }
    if (refusal_.code == 0) co_return true;
    store_->log.write(
        observe::events::relay_failed, subject_,
        {{"next-hop", store_->name},
         {"stage", to_string(static_cast<std::uint8_t>(step))},
         {"cause", result ? result->message() : "too many calls to the disk are waiting"}});
    co_return false;
}

net::Task<> MaildirConnection::abandon() {
    forget();
    co_return;
}

net::Task<> MaildirConnection::quit() {
    forget();
    co_return;
}

// What was not committed is removed; elsewhere too, but a full pool must not leave a file behind.
void MaildirConnection::forget() {
    if (delivery_) {
        store_->blocking.submit([delivery = delivery_] { delivery->discard(); });
        delivery_.reset();
    }
    replies_.clear();
    mail_accepted_ = false;
    reverse_path_.clear();
    folders_.clear();
    buffer_ = {};
    size_ = 0;
    refusal_ = {};
}

}  // namespace postern::upstream
