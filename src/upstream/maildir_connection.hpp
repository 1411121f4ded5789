#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include "net/offload.hpp"
#include "observe/log.hpp"
#include "upstream/maildir_content.hpp"
#include "upstream/maildir_delivery.hpp"
#include "upstream/maildir_next_hop.hpp"
#include "upstream/next_hop.hpp"

namespace postern::upstream {

// What all connections to one maildir next hop share.
struct MaildirNextHop::Store {
    std::string name;
    MaildirSettings settings;
    std::string hostname;
    net::BlockingPool& blocking;
    observe::Log& log;
};

// What our client hears when the file system says no: 452 when it is full, 451 otherwise.
smtp::Reply storage_refusal(std::error_code error);

// One session's deliveries. There is no wire, so replies are ready at once; the message is written
// as it comes, in pieces of bounded size.
class MaildirConnection final : public Connection {
 public:
    MaildirConnection(std::shared_ptr<const MaildirNextHop::Store> store, observe::Subject subject);
    ~MaildirConnection() override;

    void mail(const smtp::Mail& mail) override;
    void rcpt(const smtp::Rcpt& rcpt) override;
    net::Task<smtp::Reply> reply() override;

    net::Task<smtp::Reply> data() override;
    net::Task<bool> write(std::string_view octets) override;
    net::Task<smtp::Reply> finish() override;
    net::Task<> abandon() override;

    bool usable() const override { return replies_.empty() && !delivery_; }
    net::Task<> quit() override;

 private:
    using Work = std::function<std::error_code(MaildirDelivery&)>;

    std::vector<std::filesystem::path> maildirs() const;
    net::Task<bool> perform(const char* stage, Work work);
    net::Task<bool> flush();
    void forget();

    std::shared_ptr<const MaildirNextHop::Store> store_;
    const observe::Subject subject_;

    // The transaction.
    std::deque<smtp::Reply> replies_;
    bool mail_accepted_ = false;
    std::string reverse_path_;
    std::set<std::string> folders_;
    std::string unique_name_;
    std::shared_ptr<MaildirDelivery> delivery_;  // shared with the job that works on it
    MaildirContent content_;
    std::string buffer_;
    std::uint64_t size_ = 0;
    smtp::Reply refusal_;  // code 0: none
};

}  // namespace postern::upstream
