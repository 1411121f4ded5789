#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "directory/administration.hpp"
#include "postgresql/connection_settings.hpp"
#include "postgresql/result.hpp"

struct pg_conn;

namespace postern::postgresql {

// The rows of an answer; every value as text.
class AccountRows {
 public:
    explicit AccountRows(pg_result* result);
    std::size_t size() const;
    bool empty() const { return size() == 0; }
    bool is_null(std::size_t row, int column) const;
    std::string_view text(std::size_t row, int column) const;
    bool truth(std::size_t row, int column) const { return text(row, column) == "t"; }
    // What array_to_string(..., E'\n') has joined.
    std::vector<std::string> lines(std::size_t row, int column) const;
    std::size_t affected() const;

 private:
    Result result_;
};

// A parameter: text, or nothing for NULL. Never part of a statement's text.
using Parameter = std::optional<std::string_view>;

// The same lines as one parameter for string_to_array($n, E'\n'): no address, group or name that
// got this far has a line end.
std::string joined_lines(std::span<const std::string> lines);

// A connection of the command line: blocking, one thread. Every failure is an AdministrationError:
// with the server's own sentence when it has refused something.
class AccountConnection {
 public:
    static constexpr auto patience = std::chrono::seconds(10);  // to connect

    explicit AccountConnection(const ConnectionSettings& settings);
    AccountConnection(const AccountConnection&) = delete;
    AccountConnection& operator=(const AccountConnection&) = delete;

    AccountRows query(const char* statement, std::span<const Parameter> parameters = {});
    template <class... Parameters>
    AccountRows ask(const char* statement, const Parameters&... parameters) {
        const Parameter all[] = {Parameter(parameters)..., Parameter()};
        return query(statement, {all, sizeof...(parameters)});
    }
    // Several statements at once, which take no parameters.
    void run(const std::string& statements);
    // COPY ... FROM STDIN with these lines, in COPY's text format.
    void copy(const char* statement, std::string_view lines);

    bool in_transaction() const;

 private:
    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    AccountRows checked(pg_result* result);
    std::unique_ptr<pg_conn, Finish> connection_;
};

// BEGIN now; ROLLBACK at the end of the scope unless it was committed.
class Transaction {
 public:
    explicit Transaction(AccountConnection& connection) : connection_(connection) {
        connection_.run("BEGIN");
    }
    ~Transaction();
    void commit();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

 private:
    AccountConnection& connection_;
    bool open_ = true;
};

}  // namespace postern::postgresql
