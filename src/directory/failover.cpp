#include "directory/failover.hpp"

#include "observe/log.hpp"

namespace postern::directory {

namespace {

// There has been no connection that a password could have gone over.
bool is_unreachable(const boost::system::error_code& error) {
    namespace errors = net::asio::error;
    return error == errors::connection_refused || error == errors::host_unreachable ||
           error == errors::network_unreachable || error == errors::host_not_found ||
           error == errors::host_not_found_try_again;
}

}  // namespace

Failure failure_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        const bool late = error.code() == net::asio::error::timed_out;
        return {.why = late ? "no answer in time" : error.code().message(),
                .may_count = !is_unreachable(error.code())};
    } catch (...) {  // of this question perhaps, and not of the next one
        return {observe::words_of(std::current_exception())};
    }
}

}  // namespace postern::directory
