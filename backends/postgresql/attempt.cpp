#include "postgresql/attempt.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace postern::postgresql {

Failure failure_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        const bool late = error.code() == net::asio::error::timed_out;
        return {late ? "no answer in time" : error.code().message(), false};
    } catch (const QueryRefused& error) {
        return {error.what(), true};
    } catch (...) {  // of this question perhaps, and not of the next one
        return {observe::words_of(std::current_exception()), false};
    }
}

}  // namespace postern::postgresql
