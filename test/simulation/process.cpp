#include "simulation/process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "ecron/base/async.hpp"
#include "simulation/dice.hpp"

namespace ecron::sim {
namespace asio = boost::asio;
namespace {

/// A timer that fires at a simulated time.
class SimulatedTimer final : public Timer {
public:
    explicit SimulatedTimer(std::weak_ptr<Process> process) : process_(std::move(process)) {}

    asio::awaitable<void> wait(std::chrono::microseconds at_most) override {
        cancel();
        const std::shared_ptr<Process> process = process_.lock();
        return process->wait([this, process, at_most](Ticket ticket) {
            ticket_ = ticket;
            process->timeline().after(at_most, process, ticket);
        });
    }
    void cancel() override {
        if (const auto process = process_.lock()) process->wake(std::exchange(ticket_, Ticket{}));
    }

private:
    std::weak_ptr<Process> process_;
    Ticket ticket_{};
};

class SimulatedTimers final : public Timers {
public:
    SimulatedTimers(asio::execution_context& owner, std::weak_ptr<Process> process)
        : Timers(owner),
          process_(std::move(process)) {}
    std::unique_ptr<Timer> make() override { return std::make_unique<SimulatedTimer>(process_); }

private:
    std::weak_ptr<Process> process_;
};

}  // namespace

std::shared_ptr<Process> Process::start(Timeline& timeline, std::uint64_t order) {
    auto process = std::make_shared<Process>(timeline, order);
    asio::make_service<SimulatedTimers>(*process->io_, process->weak_from_this());
    return process;
}

Process::Process(Timeline& timeline, std::uint64_t order)
    : timeline_(timeline),
      order_(order),
      io_(std::make_unique<asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE)) {}
Process::~Process() { kill(); }

void Process::spawn(asio::awaitable<void> work) {
    asio::co_spawn(*io_, std::move(work), [](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

void Process::poll() {
    if (!alive() || frozen_) return;
    io_->restart();
    io_->poll();
}

void Process::go_on() {
    frozen_ = false;
    std::vector<Ticket> backlog = std::exchange(backlog_, {});
    Dice dice{order_ ^ static_cast<std::uint64_t>(timeline_.now().count())};
    for (std::size_t left = backlog.size(); left > 1; --left)
        std::swap(backlog[left - 1], backlog[dice.index(left)]);
    for (const Ticket ticket : backlog) wake(ticket);
    poll();
}

void Process::kill() {
    if (!alive()) return;
    for (Parked& one : std::exchange(parked_, {})) one.handler = nullptr;
    free_.clear();
    io_.reset();
    for (Parked& one : std::exchange(parked_, {})) one.handler = nullptr;
}

Ticket Process::park(Handler handler) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
        slot = static_cast<std::uint32_t>(parked_.size());
        parked_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    parked_[slot].handler = std::move(handler);
    return Ticket{std::uint64_t{parked_[slot].generation} << 32U | slot};
}

void Process::wake(Ticket ticket) {
    const auto slot = static_cast<std::uint32_t>(static_cast<std::uint64_t>(ticket));
    const auto generation = static_cast<std::uint32_t>(static_cast<std::uint64_t>(ticket) >> 32U);
    if (!alive() || slot >= parked_.size() || parked_[slot].generation != generation) return;
    ++parked_[slot].generation;
    Handler handler = std::move(parked_[slot].handler);
    free_.push_back(slot);
    asio::post(*io_, std::move(handler));
}

void Process::arrive(Ticket ticket) {
    if (!alive()) return;
    if (frozen_) {
        backlog_.push_back(ticket);
        return;
    }
    wake(ticket);
    poll();
}

}  // namespace ecron::sim
