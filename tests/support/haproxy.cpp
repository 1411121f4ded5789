#include "support/haproxy.hpp"

namespace postern::test {
namespace {

constexpr auto common_settings = R"(
global
    maxconn 2000
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout check 2s
    option redispatch 1
    retries 5
)";

}  // namespace

Haproxy::Haproxy(const std::string& sections) {
    const auto settings = directory_ / "haproxy.cfg";
    write_file(settings, common_settings + sections);
    process_ = std::make_unique<Process>(
        Command{.arguments = {"haproxy", "-db", "-f", settings.string()}});
}

}  // namespace postern::test
