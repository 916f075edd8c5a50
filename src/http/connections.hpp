#pragma once
#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "ecron/base/time.hpp"
#include "ecron/http/server.hpp"

/// Who is connected, and who has had his time. A connection is in exactly one phase, each phase has one
/// duration, so the list of a phase is in order of its deadlines: changing phase is O(1), and a sweep touches
/// only the overdue. Threads: the io_context's. No clock of its own: the time comes in.
namespace ecron::http {

enum class Phase : std::uint8_t {
    handshake,  // TLS, before the first request
    idle,       // between requests
    header,     // a request has begun
    body,
    working,    // the handler has it; no deadline here
    writing,    // the answer, as far as the kernel did not take it at once
    lingering,  // refused or closed: what still comes is thrown away, so that the answer is not lost to a
                // reset
    ending,     // told that its time is up
};

class Connection : public boost::intrusive::list_base_hook<> {
public:
    virtual ~Connection() = default;
    /// Its phase has lasted too long.
    virtual void expired(Phase phase) = 0;
    /// Ends it now; what waits on its socket is woken by an error. May remove itself.
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

    /// Tells every connection whose deadline is not after `now`, once.
    void sweep(SteadyInstant now);
    /// How often to sweep, so that no deadline is late by more than a quarter of itself.
    [[nodiscard]] Millis sweep_interval() const;

    /// Ends the connection that has waited longest for a request to begin or for its header to end, so that
    /// its descriptor is free; false if every connection has a request under way.
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
