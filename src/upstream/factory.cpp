#include "upstream/factory.hpp"

#include "upstream/maildir_next_hop.hpp"
#include "upstream/smtp_next_hop.hpp"

namespace postern::upstream {

namespace {

enum class Type : std::uint8_t { unknown, smtp, maildir };

std::shared_ptr<NextHop> make_smtp(const std::string& name, config::Section& section,
                                   const NextHopParts& parts) {
    auto settings = SmtpNextHopSettings::read(section);
    if (settings.addresses.empty()) return nullptr;
    try {
        return std::make_shared<SmtpNextHop>(name, std::move(settings), parts.hostname, parts.log);
    } catch (const net::TlsError& error) {
        section.table("tls").problem("ca", error.what(), "a readable file in PEM form");
        return nullptr;
    }
}

std::shared_ptr<NextHop> make_maildir(const std::string& name, config::Section& section,
                                      const NextHopParts& parts) {
    auto settings = MaildirSettings::read(section);
    if (settings.path.empty()) return nullptr;
    return std::make_shared<MaildirNextHop>(name, std::move(settings), parts.hostname,
                                            parts.blocking, parts.log);
}

}  // namespace

std::shared_ptr<NextHop> make_next_hop(const std::string& name, config::Section& section,
                                       const NextHopParts& parts) {
    if (!section.has("type")) {
        section.problem("type", "a next hop needs a type", "type = \"smtp\" or type = \"maildir\"");
        return nullptr;
    }
    const auto type = section.choice<Type>(
        "type", {{"smtp", Type::smtp}, {"maildir", Type::maildir}}, Type::unknown);
    switch (type) {
        case Type::smtp:
            return make_smtp(name, section, parts);
        case Type::maildir:
            return make_maildir(name, section, parts);
        case Type::unknown:
            break;
    }
    return nullptr;
}

}  // namespace postern::upstream
