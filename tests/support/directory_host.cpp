#include "support/directory_host.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <stdexcept>

#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::test {

namespace {

const auto sigpipe_is_ignored = std::signal(SIGPIPE, SIG_IGN);  // as in the program

std::string in_words(const identity::Rejected& rejected) {
    return std::string("rejected ") + identity::to_string(rejected.reason) +
           (rejected.account.empty() ? "" : " " + rejected.account);
}

std::string in_words(const identity::Unavailable& unavailable) {
    return std::string("unavailable ") + identity::to_string(unavailable.scope);
}

std::string in_words(const identity::Accepted& accepted) {
    return "accepted " + accepted.principal.name;
}

std::string in_words(const identity::Principal& principal) {
    return "found " + principal.name;
}

std::string in_words(const directory::Finding& finding) {
    using Kind = directory::Finding::Kind;
    const char* const kind = finding.kind == Kind::good      ? "good "
                             : finding.kind == Kind::warning ? "warning "
                                                             : "fault ";
    return kind + finding.sentence;
}

}  // namespace

std::string in_words(const identity::AuthResult& answer) {
    return std::visit([](const auto& each) { return in_words(each); }, answer);
}

std::string in_words(const identity::LookupResult& answer) {
    return std::visit([](const auto& each) { return in_words(each); }, answer);
}

DirectoryHost::DirectoryHost(std::string_view settings) {
    std::string all;
    for (const auto& each : build(settings))
        all += each + "\n";
    if (!all.empty()) throw std::runtime_error(all);
    for (const auto& fault : run_task(service_->start(std::chrono::seconds(5))))
        faults_.push_back(fault.setting + ": " + fault.sentence);
}

std::vector<std::string> DirectoryHost::build(std::string_view settings) {
    auto document = config::Document::parse("[directory.people]\n" + std::string(settings), "t");
    auto root = document.root();
    auto section = root.table("directory").table("people");
    service_ = directory::make_service(
        "people", section, {loader_, hash_pool_, {}, {}, log_, cache::read_shared_settings(root)});
    document.report_unknown_keys();
    std::vector<std::string> problems;
    for (const auto& problem : document.problems())
        problems.push_back(problem.text());
    return problems;
}

std::vector<std::string> DirectoryHost::mistakes(std::string_view settings) {
    DirectoryHost host;
    return host.build(settings);
}

identity::AuthResult DirectoryHost::authenticate(std::string_view login,
                                                 std::string_view password) {
    return run_task(service_->authenticate(credentials(login, password)), std::chrono::minutes(1));
}

identity::LookupResult DirectoryHost::lookup(std::string_view login) {
    return run_task(service_->lookup(test::login(login)), std::chrono::minutes(1));
}

std::string DirectoryHost::outcome(std::string_view login, std::string_view password) {
    return in_words(authenticate(login, password));
}

std::string DirectoryHost::outcome(std::string_view login) {
    return in_words(lookup(login));
}

std::string DirectoryHost::why(std::string_view login, std::string_view password) {
    const auto answer = authenticate(login, password);
    const auto* unavailable = std::get_if<identity::Unavailable>(&answer);
    return unavailable != nullptr ? unavailable->why : "";
}

std::vector<std::string> DirectoryHost::findings() {
    auto examined = run_task(service_->examine(), std::chrono::minutes(1));
    if (const auto* unavailable = std::get_if<identity::Unavailable>(&examined))
        throw std::runtime_error(unavailable->why);
    std::vector<std::string> all;
    for (const auto& finding : std::get<directory::Findings>(examined))
        all.push_back(in_words(finding));
    return all;
}

DirectoryHost::Listing DirectoryHost::accounts(std::size_t most) {
    Listing listing;
    for (std::string cursor;;) {
        auto result = run_task(service_->accounts({cursor, most}), std::chrono::minutes(1));
        if (const auto* unavailable = std::get_if<identity::Unavailable>(&result)) {
            listing.why = unavailable->why;
            return listing;
        }
        auto& page = std::get<directory::AccountPage>(result);
        ++listing.pages;
        std::ranges::move(page.accounts, std::back_inserter(listing.accounts));
        cursor = page.cursor;
        if (cursor.empty()) return listing;
    }
}

const directory::ListedAccount& DirectoryHost::Listing::of(std::string_view name) const {
    const directory::ListedAccount* found = nullptr;
    for (const auto& each : accounts) {
        if (each.principal.name != name) continue;
        if (found != nullptr) throw std::runtime_error(std::string(name) + " is there twice");
        found = &each;
    }
    if (found == nullptr) throw std::runtime_error(std::string(name) + " is not there: " + why);
    return *found;
}

identity::Principal DirectoryHost::principal(std::string_view login, std::string_view password) {
    auto answer = authenticate(login, password);
    if (auto* accepted = std::get_if<identity::Accepted>(&answer))
        return std::move(accepted->principal);
    throw std::runtime_error(std::string(login) + ": " + in_words(answer) + "\n" + log());
}

identity::Principal DirectoryHost::principal(std::string_view login) {
    auto answer = lookup(login);
    if (auto* found = std::get_if<identity::Principal>(&answer)) return std::move(*found);
    throw std::runtime_error(std::string(login) + " was not found\n" + log());
}

}  // namespace postern::test
