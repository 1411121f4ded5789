#include "directory/single_flight.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <optional>

#include "net/within.hpp"

namespace postern::directory {

using identity::AuthResult;
using identity::LookupResult;
using identity::Scope;
using identity::Unavailable;

template <class Result>
struct SingleFlight::Flight {
    crypto::Secret password;
    asio::cancellation_signal cancellation;
    std::list<net::Timer*> waiting;
    bool landed = false;
    Result result;
    std::exception_ptr thrown;

    void land() {
        landed = true;
        for (auto* timer : waiting)
            timer->cancel();
    }
};

// One asker's wait for the answer that all of a flight get.
template <class Result>
class SingleFlight::Passenger {
 public:
    Passenger(std::shared_ptr<Flight<Result>> flight, net::Executor executor)
        : flight_(std::move(flight)),
          wake_(executor, net::Deadline::max()),
          seat_(flight_->waiting.insert(flight_->waiting.end(), &wake_)) {}
    Passenger(const Passenger&) = delete;
    Passenger& operator=(const Passenger&) = delete;
    ~Passenger() { flight_->waiting.erase(seat_); }

    net::Task<Result> arrive() {
        if (!flight_->landed) co_await wake_.async_wait(asio::as_tuple(net::use_task));
        if (!flight_->landed) throw boost::system::system_error(asio::error::operation_aborted);
        if (flight_->thrown) std::rethrow_exception(flight_->thrown);
        co_return flight_->result;
    }

 private:
    std::shared_ptr<Flight<Result>> flight_;
    net::Timer wake_;
    std::list<net::Timer*>::iterator seat_;
};

namespace {

// Owns all that it touches: the decorator may be gone when it lands.
template <class Flight, class Flights, class Question>
net::Task<> fly(std::shared_ptr<Flight> flight, std::shared_ptr<Flights> flights, std::string key,
                Question question, net::Deadline deadline) {
    using Result = decltype(flight->result);
    try {
        flight->result = co_await net::within<Result>(deadline, question());
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::timed_out)
            flight->result = Unavailable{Scope::busy, "it took too long to come to an answer"};
        else
            flight->thrown = std::current_exception();
    } catch (...) {
        flight->thrown = std::current_exception();
    }
    const auto [first, last] = flights->equal_range(key);
    for (auto each = first; each != last; ++each) {
        if (each->second != flight) continue;
        flights->erase(each);
        break;
    }
    flight->land();
}

template <class Flights>
void cancel_all(Flights flights) {
    for (const auto& [key, flight] : flights)
        flight->cancellation.emit(asio::cancellation_type::terminal);
}

}  // namespace

SingleFlight::SingleFlight(std::unique_ptr<Directory> inner, net::Clock::duration longest)
    : Decorator(std::move(inner)),
      longest_(longest),
      authentications_(std::make_shared<Flights<AuthResult>>()),
      lookups_(std::make_shared<Flights<LookupResult>>()),
      stamps_(std::make_shared<Flights<StampResult>>()) {}

SingleFlight::~SingleFlight() {
    cancel_all(*authentications_);
    cancel_all(*lookups_);
    cancel_all(*stamps_);
}

net::Task<AuthResult> SingleFlight::authenticate(const identity::Credentials& credentials) {
    return join<AuthResult>(
        authentications_, credentials.login.text(), credentials.password.reveal(), longest_, [&] {
            return [inner = shared_inner(),
                    asked = std::make_shared<const identity::Credentials>(credentials.copy())] {
                return inner->authenticate(*asked);
            };
        });
}

net::Task<LookupResult> SingleFlight::lookup(const identity::Login& login) {
    return join<LookupResult>(lookups_, login.text(), "", longest_, [&] {
        return [inner = shared_inner(), asked = std::make_shared<const identity::Login>(login)] {
            return inner->lookup(*asked);
        };
    });
}

net::Task<StampResult> SingleFlight::check_stamp(const std::string& stamp) {
    return join<StampResult>(stamps_, stamp, "", longest_ / stamp_share, [&] {
        return [inner = shared_inner(), asked = std::make_shared<const std::string>(stamp)] {
            return inner->check_stamp(*asked);
        };
    });
}

void SingleFlight::add_figures(Figures& figures) const {
    figures.push_back({"questions.joined", static_cast<double>(joined_)});
    Decorator::add_figures(figures);
}

// `make_question` is asked for a question that owns what it needs, when there is none to join.
template <class Result, class MakeQuestion>
net::Task<Result> SingleFlight::join(std::shared_ptr<Flights<Result>> flights,
                                     const std::string& key, std::string_view password,
                                     net::Clock::duration longest, MakeQuestion make_question) {
    const auto executor = co_await net::this_executor();
    const auto [first, last] = flights->equal_range(key);
    for (auto each = first; each != last; ++each) {
        const auto& flight = each->second;
        if (!crypto::constant_time_equal(flight->password.reveal(), password)) continue;
        ++joined_;
        co_return co_await Passenger<Result>(flight, executor).arrive();
    }
    auto flight = std::make_shared<Flight<Result>>();
    flight->password = crypto::Secret(password);
    flights->emplace(key, flight);
    Passenger<Result> passenger(flight, executor);
    auto under_way = fly(flight, flights, key, make_question(), net::Clock::now() + longest);
    // The handler keeps the signal alive as long as anything may emit it.
    asio::co_spawn(executor, std::move(under_way),
                   asio::bind_cancellation_slot(flight->cancellation.slot(),
                                                [flight](const std::exception_ptr&) {}));
    co_return co_await passenger.arrive();
}

}  // namespace postern::directory
