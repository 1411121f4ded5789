#include "upstream/smtp_settings.hpp"

namespace postern::upstream {

namespace {

void read_tls(config::Section tls, SmtpNextHopSettings& settings) {
    settings.implicit_tls = tls.boolean("implicit", false);
    settings.starttls = tls.choice<StartTlsMode>("starttls",
                                                 {{"require", StartTlsMode::require},
                                                  {"optional", StartTlsMode::optional},
                                                  {"never", StartTlsMode::never}},
                                                 StartTlsMode::require);
    if (settings.implicit_tls && tls.has("starttls") &&
        settings.starttls == StartTlsMode::require) {
        tls.problem("starttls", "STARTTLS cannot be required where TLS is there from the start",
                    "either tls.implicit = true or tls.starttls = \"require\"");
    }
    settings.tls = net::TlsClientSettings::read(tls);
}

void read_addresses(config::Section& section, SmtpNextHopSettings& settings) {
    const std::uint16_t port = settings.implicit_tls ? 465 : 25;
    const auto texts = section.texts("address");
    if (texts.empty()) {
        section.problem("address", "a next hop of type smtp needs an address",
                        "address = \"mx.example.org:25\", or a list of such");
    }
    for (const auto& text : texts) {
        if (auto address = net::parse_host_port(text, port)) {
            settings.addresses.push_back(std::move(*address));
        } else {
            section.problem("address", "\"" + text + "\" is no host and port",
                            "\"mx.example.org:25\", \"192.0.2.1:25\" or \"[2001:db8::1]:25\"");
        }
    }
}

void read_timeouts(config::Section section, SmtpTimeouts& timeouts) {
    constexpr auto least = std::chrono::milliseconds(1);
    timeouts.hello = section.duration("hello", timeouts.hello, least);
    timeouts.mail = section.duration("mail", timeouts.mail, least);
    timeouts.rcpt = section.duration("rcpt", timeouts.rcpt, least);
    timeouts.data = section.duration("data", timeouts.data, least);
    timeouts.block = section.duration("block", timeouts.block, least);
    timeouts.message = section.duration("message", timeouts.message, least);
    timeouts.reset = section.duration("reset", timeouts.reset, least);
    timeouts.quit = section.duration("quit", timeouts.quit, least);
}

}  // namespace

SmtpNextHopSettings SmtpNextHopSettings::read(config::Section& section) {
    constexpr auto least = std::chrono::milliseconds(1);
    SmtpNextHopSettings settings;
    read_tls(section.table("tls"), settings);
    read_addresses(section, settings);
    settings.identity = section.choice<IdentityMode>(
        "identity", {{"none", IdentityMode::none}, {"xclient", IdentityMode::xclient}},
        IdentityMode::none);
    settings.untrusted = section.boolean("untrusted", false);
    settings.connections = static_cast<std::size_t>(section.integer(
        "connections", static_cast<std::int64_t>(settings.connections), 1, 100'000));
    settings.wait = section.duration("wait", settings.wait);
    settings.connect = section.duration("connect", settings.connect, least);
    settings.probe = section.duration("probe", settings.probe, std::chrono::seconds(1));
    read_timeouts(section.table("timeouts"), settings.timeouts);
    return settings;
}

}  // namespace postern::upstream
