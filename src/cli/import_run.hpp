#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/administration.hpp"
#include "cli/import_source.hpp"
#include "cli/progress.hpp"

namespace postern::cli {

struct ImportOptions {
    bool dry_run = false, clear_text = false;
};

// Accounts on their way from a source into a directory, a batch at a time. What is refused or left
// behind is told on standard error, the rest on standard output.
class ImportRun {
 public:
    // Begins at the first account each time.
    using Open = std::function<std::unique_ptr<AccountSource>()>;

    ImportRun(directory::Administration& administration, const Hashing& hashing,
              const ImportOptions& options)
        : administration_(administration), hashing_(hashing), options_(options) {}

    // The exit status. Throws AdministrationError.
    int run(const Open& open);

 private:
    using Outcome = directory::ImportOutcome::Kind;
    struct Waiting {
        std::string place;
        crypto::Secret clear_text;
        std::vector<std::string> on_behalf_of;
    };
    struct Grant {
        std::string place, delegate, owner;
    };

    int take_all(AccountSource& source);
    void take(ForeignAccount foreign, const std::string& place);
    void leave_shared(ForeignAccount& foreign, directory::Account& account) const;
    std::string seen_twice(const directory::Account& account, const std::string& place);
    void write();
    std::vector<directory::ImportOutcome> import_batch();
    void hash();
    void count(std::size_t i, const directory::ImportOutcome& outcome);
    void grant();
    void tell_time(AccountSource& source) const;
    void tell_on_error(const std::string& place, const std::string& what);
    void refuse(const std::string& place, const std::string& why);
    void tell();

    directory::Administration& administration_;
    const Hashing& hashing_;
    const ImportOptions& options_;
    Progress progress_;
    std::vector<directory::Account> batch_;
    std::vector<Waiting> waiting_;  // beside `batch_`
    std::vector<Grant> grants_;
    std::vector<std::string> places_;
    std::unordered_map<std::string, std::size_t> seen_;  // names and addresses, where they came
    std::map<Outcome, std::size_t> counts_;
    std::size_t taken_ = 0, without_password_ = 0, granted_ = 0;
};

}  // namespace postern::cli
