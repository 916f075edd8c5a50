#include "auth/fair_slots.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cassert>

namespace ecron::auth {

boost::asio::awaitable<bool> FairSlots::acquire(std::string source) {
    if (used_ < limits_.slots) {
        ++used_;
        co_return true;
    }
    if (!make_room(source)) co_return false;
    const auto waiter = std::make_shared<Waiter>(io_);
    sources_[source].push_back(waiter);
    ++waiting_;
    co_await waiter->called.wait(limits_.patience);
    if (waiter->state == Waiter::State::waiting) {  // the wait has timed out
        remove(source, waiter);
        waiter->state = Waiter::State::refused;
    }
    co_return waiter->state == Waiter::State::admitted;
}

void FairSlots::release() {
    assert(used_ > 0);
    if (sources_.empty()) {
        --used_;
        return;
    }
    auto next = sources_.upper_bound(last_);
    if (next == sources_.end()) next = sources_.begin();
    last_ = next->first;
    const std::shared_ptr<Waiter> waiter = next->second.front();
    remove(last_, waiter);
    call(*waiter, Waiter::State::admitted);  // the slot now belongs to the waiter
}

/// Whether one more waiter of this source fits in the queue.
bool FairSlots::make_room(const std::string& source) {
    const auto own = sources_.find(source);
    const std::size_t held = own == sources_.end() ? 0 : own->second.size();
    if (held >= limits_.waiting_per_source) return false;
    if (waiting_ < limits_.waiting) return true;
    const auto largest = std::ranges::max_element(
        sources_, {}, [](const auto& source_and_queue) { return source_and_queue.second.size(); });
    if (largest == sources_.end() || largest->second.size() <= held + 1) return false;
    const std::shared_ptr<Waiter> newest = largest->second.back();
    remove(std::string{largest->first}, newest);
    call(*newest, Waiter::State::refused);
    return true;
}

void FairSlots::call(Waiter& waiter, Waiter::State state) {
    waiter.state = state;
    waiter.called.notify();
}

void FairSlots::remove(const std::string& source, const std::shared_ptr<Waiter>& waiter) {
    const auto found = sources_.find(source);
    assert(found != sources_.end());
    waiting_ -= std::erase(found->second, waiter);
    if (found->second.empty()) sources_.erase(found);
}

std::string source_of(const std::string& address) {
    boost::system::error_code failed;
    const auto parsed = boost::asio::ip::make_address(address, failed);
    if (failed || parsed.is_v4()) return address;
    const auto six = parsed.to_v6();
    if (six.is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, six).to_string();
    auto bytes = six.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), 0);
    return boost::asio::ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace ecron::auth
