#include "directory/failover.hpp"

#include "observe/log.hpp"

namespace postern::directory {

Failure failure_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        const bool late = error.code() == net::asio::error::timed_out;
        return {late ? "no answer in time" : error.code().message()};
    } catch (...) {  // of this question perhaps, and not of the next one
        return {observe::words_of(std::current_exception())};
    }
}

}  // namespace postern::directory
