#include "app/control_requests.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

#include "identity/login.hpp"

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

}  // namespace

net::Task<std::string> answer_request(std::string_view request, const Generation& generation) {
    boost::system::error_code failure;
    const auto parsed = json::parse(request, failure);
    if (failure || !parsed.is_object()) co_return error("this is no JSON object");
    const auto& object = parsed.as_object();
    const auto command = text(object, "command"), directory = text(object, "directory"),
               login = text(object, "login");
    if (!command || !directory || !login) co_return error("command, directory, login are texts");
    if (*command == "cache stats")
        co_return co_await ask_directories(generation, *directory, figures);
    if (*command != "cache flush")
        co_return error(fmt::format("there is no command \"{}\"", *command));
    std::optional<identity::Login> whose;
    if (!login->empty()) {
        whose = identity::Login::parse(*login);
        if (!whose) co_return error("this is no login");
    }
    const auto forget_it = [whose](directory::Service& service) { return forget(service, whose); };
    co_return co_await ask_directories(generation, *directory, forget_it);
}

}  // namespace postern::app
