#include "upstream/maildir_next_hop.hpp"

#include "upstream/maildir_connection.hpp"
#include "upstream/maildir_delivery.hpp"

namespace postern::upstream {

MaildirSettings MaildirSettings::read(config::Section& section) {
    MaildirSettings settings;
    settings.path = section.required_text("path");
    if (!settings.path.empty() && !settings.path.is_absolute()) {
        section.problem("path", "\"" + settings.path.string() + "\" is no absolute path",
                        "path = \"/var/lib/postern/mail\"");
    }
    settings.per_recipient = section.boolean("per-recipient", false);
    settings.message_size = section.size("message-size", 0);
    return settings;
}

MaildirNextHop::MaildirNextHop(std::string name, MaildirSettings settings, std::string hostname,
                               net::BlockingPool& blocking, observe::Log& log)
    : store_(new Store{std::move(name), std::move(settings), std::move(hostname), blocking, log}) {}

const std::string& MaildirNextHop::name() const {
    return store_->name;
}

smtp::Capabilities MaildirNextHop::offered() const {
    smtp::Capabilities offered;
    offered.pipelining = true;
    offered.enhanced_status_codes = true;
    offered.eight_bit_mime = true;
    offered.smtputf8 = true;
    offered.size = store_->settings.message_size;
    return offered;
}

net::Task<NextHop::Opened> MaildirNextHop::open(const ClientIdentity& client) {
    co_return Opened{std::make_unique<MaildirConnection>(store_, client.subject), {}};
}

net::Task<> MaildirNextHop::run() {
    for (;;) {
        store_->blocking.submit([settings = store_->settings] {
            remove_stale_files(settings.path, settings.per_recipient);
        });
        co_await net::sleep_for(std::chrono::hours(24));
    }
}

}  // namespace postern::upstream
