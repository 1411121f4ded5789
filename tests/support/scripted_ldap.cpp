#include "support/scripted_ldap.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace postern::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string element(int tag, const std::string& content) {
    const auto size = content.size();
    std::string all(1, static_cast<char>(tag));
    all += '\x83';
    for (const int shift : {16, 8, 0})
        all += static_cast<char>(size >> shift & 0xFF);
    return all + content;
}

std::string octets(const std::string& text) {
    return element(0x04, text);
}

struct Element {
    int tag = 0;
    std::string content;
};

std::size_t read_size(std::string_view text, std::size_t& at) {
    std::size_t size = static_cast<unsigned char>(text.at(at++));
    if (size < 0x80) return size;
    for (auto more = std::exchange(size, 0) & 0x7F; more > 0; --more)
        size = size << 8 | static_cast<unsigned char>(text.at(at++));
    return size;
}

std::vector<Element> elements(std::string_view text) {
    std::vector<Element> all;
    for (std::size_t at = 0; at < text.size();) {
        const int tag = static_cast<unsigned char>(text[at++]);
        const auto size = read_size(text, at);
        all.push_back({tag, std::string(text.substr(at, size))});
        at += size;
    }
    return all;
}

LdapRequest read_request(std::string_view message) {
    constexpr int bind_request = 0x60, search_request = 0x63;
    const auto parts = elements(message);
    LdapRequest request;
    request.id = parts.at(0).content;
    const auto& [tag, content] = parts.at(1);
    if (tag == bind_request) {
        const auto bind = elements(content);
        request.kind = LdapRequest::Kind::bind;
        request.dn = bind.at(1).content;
        request.password = bind.at(2).content;
    } else if (tag == search_request) {
        const auto search = elements(content);
        request.kind = LdapRequest::Kind::search;
        request.dn = search.at(0).content;
        for (const auto& wanted : elements(search.at(7).content))
            request.attributes.push_back(wanted.content);
    }
    return request;
}

std::string message(const LdapRequest& request, const std::string& operation,
                    const std::string& controls = "") {
    return element(0x30, element(0x02, request.id) + operation + controls);
}

}  // namespace

std::string ldap_entry(const LdapRequest& request, const std::string& dn,
                       const LdapAttributes& attributes) {
    std::string list;
    for (const auto& [name, values] : attributes) {
        std::string set;
        for (const auto& value : values)
            set += octets(value);
        list += element(0x30, octets(name) + element(0x31, set));
    }
    return message(request, element(0x64, octets(dn) + element(0x30, list)));
}

std::string ldap_result(const LdapRequest& request, int code, const std::string& words,
                        const std::optional<std::pair<std::string, std::string>>& control) {
    const int tag = request.kind == LdapRequest::Kind::bind ? 0x61 : 0x65;
    const std::string number{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    const auto result = element(0x0A, number) + octets("") + octets(words);
    std::string controls;
    if (control)
        controls = element(0xA0, element(0x30, octets(control->first) + octets(control->second)));
    return message(request, element(tag, result), controls);
}

ScriptedLdap::ScriptedLdap(Answer answer)
    : answer_(std::move(answer)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

ScriptedLdap::~ScriptedLdap() {
    io_.stop();
    thread_.join();
}

std::string ScriptedLdap::url() const {
    return "ldap://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

asio::awaitable<void> ScriptedLdap::accept() {
    for (;;)
        asio::co_spawn(io_, serve(co_await acceptor_.async_accept(asio::use_awaitable)),
                       asio::detached);
}

asio::awaitable<void> ScriptedLdap::serve(tcp::socket client) {
    std::string heard;
    for (;;) {
        char buffer[4096];
        const auto got = co_await client.async_read_some(asio::buffer(buffer), asio::use_awaitable);
        heard.append(buffer, got);
        for (std::size_t at = 1; heard.size() > 5; at = 1) {
            const auto size = read_size(heard, at);
            if (heard.size() < at + size) break;
            const auto answer = answer_(read_request(std::string_view(heard).substr(at, size)));
            heard.erase(0, at + size);
            if (!answer) co_return;
            co_await asio::async_write(client, asio::buffer(*answer), asio::use_awaitable);
        }
    }
}

}  // namespace postern::test
