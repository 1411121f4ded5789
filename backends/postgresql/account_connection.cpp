#include "postgresql/account_connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "postgresql/account_error.hpp"
#include "postgresql/connection_start.hpp"

namespace postern::postgresql {

namespace {

using directory::AdministrationError;
using Kind = AdministrationError::Kind;
using Clock = std::chrono::steady_clock;

// libpq's keywords; the hosts in its own list form.
std::map<std::string, std::string> keywords_of(const ConnectionSettings& settings) {
    auto all = settings.keywords;
    auto& hosts = all["host"];
    auto& ports = all["port"];
    for (const auto& host : settings.hosts) {
        hosts += (hosts.empty() ? "" : ",") + host.host;
        ports += (ports.empty() ? "" : ",") + std::to_string(host.port);
    }
    all["target_session_attrs"] = settings.target_session_attributes;
    all["application_name"] = "postern administration";
    return all;
}

// False when the time is over.
bool wait(const PGconn* connection, short events, Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd descriptor{PQsocket(connection), events, 0};
    return ::poll(&descriptor, 1, static_cast<int>(left.count())) > 0;
}

// Whether it is connected within our patience.
bool connect(PGconn* connection) {
    // With the SQLSTATE in its words: nothing else tells a wrong password from a server in trouble.
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    const auto deadline = Clock::now() + AccountConnection::patience;
    for (auto status = PGRES_POLLING_WRITING; status != PGRES_POLLING_OK;
         status = PQconnectPoll(connection)) {
        if (status == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD) return false;
        if (!wait(connection, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
            return false;
    }
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    return true;
}

}  // namespace

AccountRows::AccountRows(pg_result* result) : result_(result) {}

std::size_t AccountRows::size() const {
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

bool AccountRows::is_null(std::size_t row, int column) const {
    return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::string_view AccountRows::text(std::size_t row, int column) const {
    const auto number = static_cast<int>(row);
    return {PQgetvalue(result_.get(), number, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), number, column))};
}

std::vector<std::string> AccountRows::lines(std::size_t row, int column) const {
    std::vector<std::string> lines;
    for (auto rest = text(row, column); !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return lines;
}

std::size_t AccountRows::affected() const {
    const std::string count = PQcmdTuples(result_.get());
    return count.empty() ? 0 : std::stoul(count);
}

std::string joined_lines(std::span<const std::string> lines) {
    return fmt::format("{}", fmt::join(lines, "\n"));
}

void AccountConnection::Finish::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

AccountConnection::AccountConnection(const ConnectionSettings& settings) {
    connection_.reset(start_connection(keywords_of(settings), settings.password));
    if (!connect(connection_.get())) throw connect_error(PQerrorMessage(connection_.get()));
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
}

AccountRows AccountConnection::checked(pg_result* result) {
    AccountRows rows(result);
    const auto status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN)
        return rows;
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        throw AdministrationError(Kind::unreachable, "the connection to the database was lost",
                                  "what was not committed has not happened; run it again");
    const auto field = [&](int code) {
        const auto* text = PQresultErrorField(result, code);
        return std::string(text == nullptr ? "" : text);
    };
    throw server_error({field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY),
                        field(PG_DIAG_MESSAGE_HINT), field(PG_DIAG_CONSTRAINT_NAME)});
}

AccountRows AccountConnection::query(const char* statement, std::span<const Parameter> parameters) {
    std::vector<std::string> owned;  // libpq wants a zero behind each
    owned.reserve(parameters.size());
    std::vector<const char*> values;
    for (const auto& parameter : parameters)
        values.push_back(parameter ? owned.emplace_back(*parameter).c_str() : nullptr);
    auto* result = PQexecParams(connection_.get(), statement, static_cast<int>(values.size()),
                                nullptr, values.data(), nullptr, nullptr, 0);
    for (auto& each : owned)
        crypto::wipe(each);
    return checked(result);
}

void AccountConnection::run(const std::string& statements) {
    checked(PQexec(connection_.get(), statements.c_str()));
}

void AccountConnection::copy(const char* statement, std::string_view lines) {
    checked(PQexec(connection_.get(), statement));
    constexpr std::size_t piece = 1 << 16;
    bool good = true;
    for (std::size_t at = 0; good && at < lines.size(); at += piece) {
        const auto part = lines.substr(at, piece);
        good = PQputCopyData(connection_.get(), part.data(), static_cast<int>(part.size())) == 1;
    }
    PQputCopyEnd(connection_.get(), good ? nullptr : "not all could be sent");
    checked(PQgetResult(connection_.get()));
    while (const Result more{PQgetResult(connection_.get())}) {
    }
}

bool AccountConnection::in_transaction() const {
    return PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS;
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        connection_.run("ROLLBACK");
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): a lost one rolls back
    }
}

void Transaction::commit() {
    connection_.run("COMMIT");
    open_ = false;
}

}  // namespace postern::postgresql
