#include "app/control_requests.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <boost/json.hpp>
#include <optional>

#include "identity/login.hpp"
#include "net/peer.hpp"

namespace postern::app {

namespace {

namespace json = boost::json;

std::string error(std::string_view what) {
    return json::serialize(json::object{{"error", what}});
}

// nullopt: it is there and no text.
std::optional<std::string> text(const json::object& request, std::string_view key) {
    const auto* value = request.if_contains(key);
    if (value == nullptr) return std::string();
    if (!value->is_string()) return std::nullopt;
    return std::string(value->as_string());
}

json::object in_json(const directory::ForgetResult& result) {
    if (const auto* unavailable = std::get_if<identity::Unavailable>(&result))
        return {{"unavailable", unavailable->why}};
    const auto& forgotten = std::get<directory::Forgotten>(result);
    return {{"remembers", forgotten.remembers},
            {"complete", forgotten.complete},
            {"gateways", forgotten.gateways}};
}

json::object in_json(const directory::Service::FiguresResult& result) {
    if (const auto* unavailable = std::get_if<identity::Unavailable>(&result))
        return {{"unavailable", unavailable->why}};
    json::object figures;
    for (const auto& [name, value] : std::get<directory::Figures>(result))
        figures[name] = value;
    return {{"figures", std::move(figures)}};
}

// Asks every directory, or the one of that name; `ask` makes an object of what it says.
template <class Ask>
net::Task<std::string> ask_directories(const Generation& generation, std::string name, Ask ask) {
    const auto& directories = generation.environment->directories;
    if (!name.empty() && !directories.contains(name))
        co_return error(fmt::format("there is no directory \"{}\"", name));
    json::array answers;
    for (const auto& [each, service] : directories) {
        if (!name.empty() && name != each) continue;
        json::object answer = co_await ask(*service);
        answer["name"] = each;
        answers.push_back(std::move(answer));
    }
    co_return json::serialize(json::object{{"directories", std::move(answers)}});
}

net::Task<json::object> forget(directory::Service& service, std::optional<identity::Login> login) {
    co_return in_json(co_await service.forget(std::move(login)));
}

net::Task<json::object> figures(directory::Service& service) {
    co_return in_json(co_await service.figures());
}

// An address, or the network of one as it is shown.
std::optional<std::string> network_of(std::string_view text) {
    const auto slash = text.find('/');
    boost::system::error_code failure;
    const auto address = net::asio::ip::make_address(std::string(text.substr(0, slash)), failure);
    if (failure) return std::nullopt;
    auto network = net::client_network(net::normal_form({address, 0}).address());
    if (slash != text.npos && text != network) return std::nullopt;
    return network;
}

std::string held(const session::AuthLimits& limits) {
    json::array all;
    for (const auto& each : limits.held())
        all.push_back(json::object{{"limit", to_string(each.kind)},
                                   {"network", each.network},
                                   {"login", each.login},
                                   {"failures", each.failures},
                                   {"left", each.left.count()}});
    json::object refused;
    for (const auto kind : session::limit_kinds)
        refused[to_string(kind)] = limits.refused(kind);
    return json::serialize(
        json::object{{"limits", true}, {"held", std::move(all)}, {"refused", std::move(refused)}});
}

net::Task<std::string> clear(session::AuthLimits& limits, std::string network,
                             std::optional<identity::Login> login) {
    std::optional<std::string> whose;
    if (!network.empty()) {
        whose = network_of(network);
        if (!whose)
            co_return error(
                "this is no network: an IPv4 address, or an IPv6 one, alone or as its "
                "/64");
    }
    const bool complete = co_await limits.clear(std::move(whose), std::move(login));
    co_return json::serialize(json::object{{"limits", true}, {"complete", complete}});
}

}  // namespace

net::Task<std::string> answer_request(std::string_view request, const Generation& generation) {
    boost::system::error_code failure;
    const auto parsed = json::parse(request, failure);
    if (failure || !parsed.is_object()) co_return error("this is no JSON object");
    const auto& object = parsed.as_object();
    const auto command = text(object, "command"), directory = text(object, "directory"),
               login = text(object, "login"), network = text(object, "network");
    if (!command || !directory || !login || !network)
        co_return error("command, directory, login, network are texts");
    std::optional<identity::Login> whose;
    if (!login->empty()) {
        whose = identity::Login::parse(*login);
        if (!whose) co_return error("this is no login");
    }
    if (*command == "cache stats")
        co_return co_await ask_directories(generation, *directory, figures);
    if (*command == "cache flush") {
        const auto forget_it = [whose](directory::Service& service) {
            return forget(service, whose);
        };
        co_return co_await ask_directories(generation, *directory, forget_it);
    }
    if (*command != "limits show" && *command != "limits clear")
        co_return error(fmt::format("there is no command \"{}\"", *command));
    const auto& limits = generation.environment->auth_limits;
    if (!limits) co_return json::serialize(json::object{{"limits", false}});
    if (*command == "limits show") co_return held(*limits);
    co_return co_await clear(*limits, *network, std::move(whose));
}

}  // namespace postern::app
