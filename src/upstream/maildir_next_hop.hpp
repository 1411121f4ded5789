#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "config/section.hpp"
#include "net/offload.hpp"
#include "observe/log.hpp"
#include "upstream/next_hop.hpp"

namespace postern::upstream {

// [next-hop.x] with type = "maildir".
struct MaildirSettings {
    std::filesystem::path path;      // absolute
    bool per_recipient = false;      // one maildir per recipient below `path`
    std::uint64_t message_size = 0;  // the largest message; 0: no limit of its own

    // Mistakes become Problems of the section.
    static MaildirSettings read(config::Section& section);
};

// A maildir, or one for each recipient: the embedded default, which needs no other server. A
// message is acknowledged when it is on the disk.
class MaildirNextHop final : public NextHop {
 public:
    // `blocking` runs every call to the file system; when it is full the answer is 451. It and the
    // log must outlive the connections.
    MaildirNextHop(std::string name, MaildirSettings settings, std::string hostname,
                   net::BlockingPool& blocking, observe::Log& log);

    const std::string& name() const override;
    smtp::Capabilities offered() const override;
    bool safe_for_strangers() const override { return true; }
    net::Task<Opened> open(const ClientIdentity& client) override;
    net::Task<> run() override;

    struct Store;

 private:
    std::shared_ptr<const Store> store_;
};

}  // namespace postern::upstream
