#include "upstream/maildir_delivery.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace postern::upstream {

namespace {

namespace fs = std::filesystem;

std::error_code last_error() {
    return {errno, std::system_category()};
}

std::error_code sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return last_error();
    std::error_code error;
    if (::fsync(descriptor) != 0) error = last_error();
    ::close(descriptor);
    return error;
}

// A folder for its owner alone, and those above it that are missing.
std::error_code make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder.parent_path());
    if (errno == EEXIST) return {};
    if (errno != ENOENT || !folder.has_relative_path()) return last_error();
    if (auto error = make_folder(folder.parent_path())) return error;
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return last_error();
    return sync_folder(folder.parent_path());
}

std::error_code make_maildir(const fs::path& maildir) {
    for (const char* part : {"tmp", "new", "cur"}) {
        if (auto error = make_folder(maildir / part)) return error;
    }
    return {};
}

void remove_stale_in(const fs::path& temporary) {
    const auto oldest = fs::file_time_type::clock::now() - std::chrono::hours(36);
    std::error_code error;
    for (fs::directory_iterator each(temporary, error), end; !error && each != end;
         each.increment(error)) {
        std::error_code unreadable;
        const auto written = each->last_write_time(unreadable);
        if (unreadable || written >= oldest || !each->is_regular_file(unreadable)) continue;
        fs::remove(each->path(), unreadable);
    }
}

}  // namespace

MaildirDelivery::MaildirDelivery(std::vector<fs::path> maildirs, std::string name)
    : maildirs_(std::move(maildirs)), name_(std::move(name)) {}

std::error_code MaildirDelivery::begin() {
    for (const auto& maildir : maildirs_) {
        if (auto error = make_maildir(maildir)) return error;
    }
    const auto path = maildirs_.front() / "tmp" / name_;
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file_ < 0) return last_error();
    temporary_ = path;
    return {};
}

std::error_code MaildirDelivery::write(std::string_view octets) {
    while (!octets.empty()) {
        const auto written = ::write(file_, octets.data(), octets.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return last_error();
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

std::error_code MaildirDelivery::commit() {
    auto error = sync_and_close();
    if (!error) error = link_everywhere();
    if (error) {
        unlink_everywhere();
    } else {
        delivered_.clear();
    }
    discard();
    return error;
}

std::error_code MaildirDelivery::sync_and_close() {
    if (::fsync(file_) != 0) return last_error();
    // A network file system may report only here that it has no room.
    if (::close(std::exchange(file_, -1)) != 0) return last_error();
    return {};
}

std::error_code MaildirDelivery::link_everywhere() {
    for (const auto& maildir : maildirs_) {
        const auto path = maildir / "new" / name_;
        if (::link(temporary_.c_str(), path.c_str()) != 0) return last_error();
        delivered_.push_back(path);
    }
    // The disk is waited for only when all are there: until then any of them may have to go again,
    // and whoever reads the folder may have moved it by then.
    for (const auto& maildir : maildirs_) {
        if (auto error = sync_folder(maildir / "new")) return error;
    }
    return {};
}

void MaildirDelivery::unlink_everywhere() noexcept {
    for (const auto& path : delivered_)
        ::unlink(path.c_str());
    delivered_.clear();
}

void MaildirDelivery::discard() noexcept {
    if (file_ >= 0) ::close(std::exchange(file_, -1));
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
}

void remove_stale_files(const fs::path& maildir, bool per_recipient) {
    if (!per_recipient) return remove_stale_in(maildir / "tmp");
    std::error_code error;
    for (fs::directory_iterator each(maildir, error), end; !error && each != end;
         each.increment(error)) {
        remove_stale_in(each->path() / "tmp");
    }
}

}  // namespace postern::upstream
