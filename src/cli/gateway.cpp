#include "cli/gateway.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "app/settings.hpp"

namespace postern::cli {

namespace json = boost::json;
namespace asio = boost::asio;

Gateway::Gateway(const SettingsOption& settings) {
    auto document = config::Document::load(settings.files());
    auto root = document.root();
    path_ = app::read_server_settings(root).control;
}

std::optional<json::object> Gateway::ask(const json::object& request) const {
    if (path_.empty()) {
        std::cerr << "there is no way to reach the gateway: its settings need control in "
                     "[server], \"/run/postern/control.sock\" for example\n";
        return std::nullopt;
    }
    try {
        auto answer = json::parse(exchange(json::serialize(request) + "\n")).as_object();
        const auto* error = answer.if_contains("error");
        if (error == nullptr) return answer;
        std::cerr << "the gateway says: " << std::string(error->as_string()) << "\n";
    } catch (const boost::system::system_error& error) {
        std::cerr << fmt::format(
            "the gateway at {} does not answer: {}; is `postern serve` running with these "
            "settings, and may this user open its socket?\n",
            path_, error.code().message());
    } catch (const std::exception& error) {
        std::cerr << fmt::format("the gateway at {} does not answer: {}\n", path_, error.what());
    }
    return std::nullopt;
}

std::string Gateway::exchange(const std::string& request) const {
    asio::io_context io(1);
    asio::local::stream_protocol::socket socket(io);
    socket.connect(asio::local::stream_protocol::endpoint(path_));
    asio::write(socket, asio::buffer(request));
    std::string answer;
    asio::read_until(socket, asio::dynamic_buffer(answer), '\n');
    return answer;
}

}  // namespace postern::cli
