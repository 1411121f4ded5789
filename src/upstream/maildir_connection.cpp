#include "upstream/maildir_connection.hpp"

#include <algorithm>

#include "observe/events.hpp"
#include "smtp/replies.hpp"
#include "upstream/maildir_name.hpp"
#include "upstream/translation.hpp"

namespace postern::upstream {

namespace {

namespace replies = smtp::replies;
constexpr std::size_t buffer_size = 128 * 1024;

}  // namespace

smtp::Reply storage_refusal(std::error_code error) {
    const bool full = error == std::errc::no_space_on_device || error.value() == EDQUOT;
    return full ? replies::storage_full() : replies::local_error();
}

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
    replies_.push_back(mail_accepted_ ? replies::sender_ok() : replies::message_too_big());
}

void MaildirConnection::rcpt(const smtp::Rcpt& rcpt) {
    if (!mail_accepted_) {
        replies_.push_back(replies::mail_first());
        return;
    }
    if (store_->settings.per_recipient && rcpt.forward_path.mailbox) {
        folders_.insert(maildir_folder(*rcpt.forward_path.mailbox));
    }
    replies_.push_back(replies::recipient_ok());
}

net::Task<smtp::Reply> MaildirConnection::reply() {
    if (replies_.empty()) co_return replies::mail_first();
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
    if (!mail_accepted_ || !replies_.empty() || paths.empty()) co_return replies::mail_first();
    unique_name_ = maildir_unique_name(store_->hostname);
    delivery_ = std::make_shared<MaildirDelivery>(std::move(paths), unique_name_);
    content_ = {};
    buffer_ = "Return-Path: <" + reverse_path_ + ">\n";
    if (!co_await perform("begin", &MaildirDelivery::begin)) {
        auto refusal = std::move(refusal_);
        forget();
        co_return refusal;
    }
    co_return replies::start_mail();
}

net::Task<bool> MaildirConnection::write(std::string_view octets) {
    while (!octets.empty() && delivery_ && refusal_.code == 0) {
        const auto piece = octets.substr(0, buffer_size);
        octets.remove_prefix(piece.size());
        size_ += piece.size();
        content_.append(piece, buffer_);
        const auto most = store_->settings.message_size;
        if (most != 0 && size_ > most) refusal_ = replies::message_too_big();
        if (refusal_.code == 0 && buffer_.size() >= buffer_size) co_await flush();
    }
    co_return delivery_ != nullptr&& refusal_.code == 0;
}

net::Task<smtp::Reply> MaildirConnection::finish() {
    if (!delivery_) co_return replies::mail_first();
    const bool stored = refusal_.code == 0 && co_await flush() &&
                        co_await perform("commit", &MaildirDelivery::commit);
    auto reply = stored ? replies::message_accepted(unique_name_) : std::move(refusal_);
    forget();
    co_return reply;
}

net::Task<bool> MaildirConnection::flush() {
    auto write = [octets = std::exchange(buffer_, {})](MaildirDelivery& delivery) {
        return delivery.write(octets);
    };
    co_return co_await perform("write", std::move(write));
}

// One call into the file system, elsewhere. The job owns what it works on, for this connection may
// go while it runs.
net::Task<bool> MaildirConnection::perform(const char* stage, Work work) {
    const auto submit = [&pool = store_->blocking](std::function<void()> job) {
        return pool.submit(std::move(job));
    };
    auto job = [delivery = delivery_, work = std::move(work)] { return work(*delivery); };
    const auto result = co_await net::offload(submit, std::move(job));
    if (result && !*result) co_return true;
    refusal_ = result ? storage_refusal(*result) : replies::next_hop_busy();
    store_->log.write(
        observe::events::relay_failed, subject_,
        {{"next-hop", store_->name},
         {"stage", stage},
         {"why", result ? result->message() : "too many calls to the disk are waiting"}});
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

// What was not committed is removed with the last reference: elsewhere, or here when the pool is
// full.
void MaildirConnection::forget() {
    if (auto delivery = std::exchange(delivery_, nullptr)) {
        store_->blocking.submit([last = std::move(delivery)] {});
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
