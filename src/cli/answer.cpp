#include "cli/answer.hpp"

#include <iostream>

#include "cli/cli.hpp"

namespace postern::cli {

namespace {

void print_list(const char* title, const std::vector<std::string>& items) {
    for (const auto& item : items)
        std::cout << title << item << "\n";
}

void print_principal(const identity::Principal& principal) {
    std::cout << "principal  " << principal.name << "\n";
    print_list("address    ", principal.addresses);
    print_list("on behalf  ", principal.on_behalf_of);
    print_list("group      ", principal.groups);
    for (const auto& [name, values] : principal.attributes)
        for (const auto& value : values)
            std::cout << "attribute  " << name << " = " << value << "\n";
}

int print_rejected(const identity::Rejected& rejected) {
    std::cout << "verdict    rejected: " << identity::to_string(rejected.reason) << "\n";
    if (!rejected.account.empty()) std::cout << "account    " << rejected.account << "\n";
    return Status::no;
}

int print_unavailable(const identity::Unavailable& unavailable) {
    std::cout << "verdict    unavailable (" << identity::to_string(unavailable.scope)
              << "): " << unavailable.why << "\n";
    return Status::cannot_tell;
}

void print_time(std::chrono::milliseconds took) {
    std::cout << "time       " << took.count() << " ms\n";
}

}  // namespace

int print(const identity::AuthResult& answer, std::chrono::milliseconds took) {
    int status = Status::good;
    if (const auto* rejected = std::get_if<identity::Rejected>(&answer)) {
        status = print_rejected(*rejected);
    } else if (const auto* unavailable = std::get_if<identity::Unavailable>(&answer)) {
        status = print_unavailable(*unavailable);
    } else {
        std::cout << "verdict    accepted\n";
        print_principal(std::get<identity::Accepted>(answer).principal);
    }
    print_time(took);
    return status;
}

int print(const identity::LookupResult& answer, std::chrono::milliseconds took) {
    int status = Status::good;
    if (const auto* rejected = std::get_if<identity::Rejected>(&answer)) {
        status = print_rejected(*rejected);
    } else if (const auto* unavailable = std::get_if<identity::Unavailable>(&answer)) {
        status = print_unavailable(*unavailable);
    } else {
        std::cout << "verdict    found\n";
        print_principal(std::get<identity::Principal>(answer));
    }
    print_time(took);
    return status;
}

}  // namespace postern::cli
