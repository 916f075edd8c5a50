#pragma once
#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "ecron/base/time.hpp"
#include "ecron/http/server.hpp"

/// Tracks connections and their deadlines. A connection is in exactly one phase and each phase has one fixed
/// duration, so the list of a phase is ordered by deadline: changing phase is O(1), and a sweep visits only
/// overdue connections. Threads: the io_context's. Takes the current time as an argument; has no clock.
namespace ecron::http {

enum class Phase : std::uint8_t {
    handshake,  // TLS, before the first request
    idle,       // between requests
    header,     // a request has begun
    body,
    working,    // request is with the handler; no deadline here
    writing,    // sending the part of the response that the kernel did not take at once
    lingering,  // refused or closed: further input is discarded, so that a reset does not destroy the
                // response
    ending,     // notified that its deadline has passed
};

class Connection : public boost::intrusive::list_base_hook<> {
public:
    virtual ~Connection() = default;
    /// The deadline of the phase has passed.
    virtual void expired(Phase phase) = 0;
    /// Closes the connection now; pending socket operations complete with an error. May remove itself.
    virtual void cut() = 0;

    [[nodiscard]] Phase phase() const { return phase_; }

private:
    friend class Connections;
    Phase phase_{Phase::idle};
    SteadyInstant deadline_{};
};

class Connections {
public:
    explicit Connections(const ServerOptions& options);

    void add(Connection& connection, Phase phase, SteadyInstant now);
    void enter(Connection& connection, Phase phase, SteadyInstant now);
    void remove(Connection& connection);
    [[nodiscard]] std::size_t size() const { return size_; }

    /// Notifies every connection whose deadline is not after `now`, once.
    void sweep(SteadyInstant now);
    /// Interval between sweeps such that no deadline is detected late by more than a quarter of its duration.
    [[nodiscard]] Millis sweep_interval() const;

    /// Closes the connection that has waited longest for a request to begin or for its header to end, to free
    /// its descriptor; returns false if every connection has a request in progress.
    bool cut_longest_waiting(SteadyInstant now);
    void cut(Phase phase);
    void cut_all();

private:
    static constexpr std::size_t kPhases = static_cast<std::size_t>(Phase::ending) + 1;
    using List = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

    List& list(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }

    std::array<List, kPhases> lists_;
    std::array<Millis, kPhases> durations_;
    std::size_t size_{0};
};

}  // namespace ecron::http
