#include "session/body_reader.hpp"

#include <utility>

#include "smtp/replies.hpp"

namespace postern::session {

using Status = smtp::BodyScanner::Status;

void BodyReader::scan() {
    const auto found = scanner_.scan(client_.body());
    status_ = found.status;
    ready_ = found.content;
    end_of_data_ = found.consumed - found.content;
    consume(0);
}

net::Task<> BodyReader::next() {
    if (ready_ > 0 || status_ != Status::more) co_return;
    scan();
    while (ready_ == 0 && status_ == Status::more) {
        if (!co_await client_.more()) throw boost::system::system_error(net::asio::error::eof);
        scan();
    }
}

void BodyReader::consume(std::size_t octets) {
    client_.consume(octets);
    octets_ += octets;
    ready_ -= octets;
    // The end of data is not the message's: it goes with the last of the content.
    if (ready_ == 0) client_.consume(std::exchange(end_of_data_, 0));
}

smtp::Reply BodyReader::violation() const {
    return status_ == Status::nul ? smtp::replies::nul_octet() : smtp::replies::bare_newline();
}

bool BodyReader::take_bare_newline() {
    if (ready_ > 0 || (status_ != Status::bare_cr && status_ != Status::bare_lf)) return false;
    client_.consume(1);
    ++octets_;
    status_ = Status::more;
    return true;
}

net::Task<bool> BodyReader::swallow(std::uint64_t most, net::Deadline until) {
    const auto limit = octets_ + most;
    while (!ended()) {
        if (octets_ > limit || net::Clock::now() > until) co_return false;
        consume(ready_);
        if (violated()) {  // an octet that may not stand here; the end of data is still CRLF.CRLF
            client_.consume(1);
            status_ = Status::more;
        }
        co_await next();
    }
    co_return true;
}

}  // namespace postern::session
