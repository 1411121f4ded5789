#include "cli/answer.hpp"

#include <chrono>
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
    if (principal.addresses.empty() && principal.on_behalf_of.empty())
        std::cout << "address    none is listed\n";
    print_list("address    ", principal.addresses);
    print_list("on behalf  ", principal.on_behalf_of);
    print_list("group      ", principal.groups);
    for (const auto& [name, values] : principal.attributes)
        for (const auto& value : values)
            std::cout << "attribute  " << name << " = " << value << "\n";
}

struct Printer {
    int operator()(const identity::Accepted& accepted) const {
        std::cout << "verdict    accepted\n";
        print_principal(accepted.principal);
        return Status::good;
    }
    int operator()(const identity::Principal& found) const {
        std::cout << "verdict    found\n";
        print_principal(found);
        return Status::good;
    }
    int operator()(const identity::Rejected& rejected) const {
        std::cout << "verdict    rejected: " << identity::to_string(rejected.reason) << "\n";
        if (!rejected.account.empty()) std::cout << "account    " << rejected.account << "\n";
        return Status::no;
    }
    int operator()(const identity::Unavailable& unavailable) const {
        std::cout << "verdict    unavailable (" << identity::to_string(unavailable.scope)
                  << "): " << unavailable.why << "\n";
        return Status::cannot_tell;
    }
};

template <class Answer>
int print_any(const Answer& answer, const Stopwatch& watch) {
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(net::Clock::now() - watch.begun);
    const int status = std::visit(Printer{}, answer);
    std::cout << "time       " << took.count() << " ms\n";
    return status;
}

}  // namespace

int print(const identity::AuthResult& answer, const Stopwatch& watch) {
    return print_any(answer, watch);
}

int print(const identity::LookupResult& answer, const Stopwatch& watch) {
    return print_any(answer, watch);
}

}  // namespace postern::cli
