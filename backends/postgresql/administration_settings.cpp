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
    auto settings = ConnectionSettings::read(section);
    auto ours = read_administration(section);
    auto admin = section.table("admin");
    if (!ours.url.empty()) {
        settings = ConnectionSettings::read(admin, settings ? &*settings : nullptr);
    } else if (settings && !ours.user.empty()) {
        settings->keywords["user"] = ours.user;
        settings->password = std::move(ours.password);
        if (!ours.database.empty()) settings->keywords["dbname"] = ours.database;
    }
    if (!settings) return std::nullopt;
    settings->warn_of_impostors(ours.url.empty() ? section : admin, log);
    // Whoever writes needs the server that takes it.
    settings->target_session_attributes = "read-write";
    return settings;
}

}  // namespace postern::postgresql
