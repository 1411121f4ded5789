#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "cli/settings_option.hpp"

namespace postern::cli {

// The running gateway, as it answers over its management socket.
class Gateway {
 public:
    explicit Gateway(const SettingsOption& settings);

    // nullopt, with a sentence on standard error: it cannot be asked, or it has nothing but an
    // objection.
    std::optional<boost::json::object> ask(const boost::json::object& request) const;

 private:
    std::string exchange(const std::string& request) const;

    std::string path_;
};

}  // namespace postern::cli
