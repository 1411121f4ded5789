#include "postgresql/administration_settings.hpp"

namespace postern::postgresql {

AdministrationSettings read_administration(config::Section& section) {
    auto admin = section.table("admin");
    AdministrationSettings settings;
    settings.url = admin.secret("url");
    settings.password = admin.secret("password");
    settings.user = admin.text("user");
    settings.database = admin.text("database");
    if (admin.has("password") && !admin.has("user") && !admin.has("url"))
        admin.problem("password", "whose password is it?", "user = \"postern_helpdesk\" beside it");
    return settings;
}

std::optional<ConnectionSettings> administration_connection(config::Section& section,
                                                            observe::Log& log) {
    auto settings = ConnectionSettings::read(section, log);
    auto ours = read_administration(section);
    if (!ours.url.empty()) {
        auto admin = section.table("admin");
        auto elsewhere = ConnectionSettings::read(admin, log);
        if (!elsewhere) return std::nullopt;
        // TLS is said once: what the url does not ask for is as the directory has it.
        if (settings && ours.url.reveal().find("ssl") == std::string_view::npos)
            for (const auto* keyword : {"sslmode", "sslrootcert", "sslcert", "sslkey"})
                if (const auto known = settings->keywords.find(keyword);
                    known != settings->keywords.end())
                    elsewhere->keywords[keyword] = known->second;
        settings = std::move(elsewhere);
    } else if (settings && !ours.user.empty()) {
        settings->keywords["user"] = ours.user;
        settings->password = std::move(ours.password);
        if (!ours.database.empty()) settings->keywords["dbname"] = ours.database;
    }
    // Whoever writes needs the server that takes it.
    if (settings) settings->target_session_attributes = "read-write";
    return settings;
}

}  // namespace postern::postgresql
