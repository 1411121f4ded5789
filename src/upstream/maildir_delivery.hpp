#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace postern::upstream {

// One message on its way into one or several maildirs: written once below tmp/, then linked into
// every new/. Blocking: for the threads of a pool, one call at a time. Whatever was not committed
// leaves no trace.
class MaildirDelivery {
 public:
    // `name` is the unique name of the message; at least one maildir.
    MaildirDelivery(std::vector<std::filesystem::path> maildirs, std::string name);
    ~MaildirDelivery() { discard(); }
    MaildirDelivery(const MaildirDelivery&) = delete;
    MaildirDelivery& operator=(const MaildirDelivery&) = delete;

    // Makes the maildirs that are missing, and the file below tmp/.
    std::error_code begin();
    std::error_code write(std::string_view octets);
    // The message is in every new/, file and folders synced to the disk; or in none.
    std::error_code commit();
    void discard() noexcept;

 private:
    std::error_code sync_and_close();
    std::error_code link_everywhere();
    void unlink_everywhere() noexcept;

    std::vector<std::filesystem::path> maildirs_;
    std::string name_;
    std::filesystem::path temporary_;               // empty: there is none
    std::vector<std::filesystem::path> delivered_;  // not yet committed
    int file_ = -1;
};

// Removes what crashes have left below tmp/ longer than 36 hours ago (the maildir specification),
// in `maildir` itself or, `per_recipient`, in every maildir below it. Blocking.
void remove_stale_files(const std::filesystem::path& maildir, bool per_recipient);

}  // namespace postern::upstream
