#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "directory/decorator.hpp"

namespace postern::directory {

// Equal questions at the same time are one question: the same login with the same password, the
// same login looked up, or the same stamp checked. It is asked by a coroutine of its own with a
// deadline of its own, so that whoever leaves disturbs nobody who waits for the same answer.
class SingleFlight final : public Decorator {
 public:
    // `longest`: a question's deadline; what takes longer is Unavailable{busy}, for most of it was
    // spent waiting: an attempt at the directory ends before that.
    SingleFlight(std::unique_ptr<Directory> inner, net::Clock::duration longest);
    ~SingleFlight() override;  // cancels the questions that nobody waits for any more
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;
    net::Task<identity::LookupResult> lookup(const identity::Login& login) override;
    net::Task<StampResult> check_stamp(const std::string& stamp) override;

    void add_figures(Figures& figures) const override;

 private:
    template <class Result>
    struct Flight;
    template <class Result>
    class Passenger;
    template <class Result>
    using Flights = std::unordered_multimap<std::string, std::shared_ptr<Flight<Result>>>;

    template <class Result, class MakeQuestion>
    net::Task<Result> join(std::shared_ptr<Flights<Result>> flights, const std::string& key,
                           std::string_view password, net::Clock::duration longest,
                           MakeQuestion make_question);

    net::Clock::duration longest_;
    // Shared with the flights, which leave the tables when they have landed.
    std::shared_ptr<Flights<identity::AuthResult>> authentications_;
    std::shared_ptr<Flights<identity::LookupResult>> lookups_;
    std::shared_ptr<Flights<StampResult>> stamps_;
    std::uint64_t joined_ = 0;
};

}  // namespace postern::directory
