#include "http/connections.hpp"

#include <algorithm>

namespace ecron::http {
namespace {

constexpr Millis kLinger{1'000};
constexpr Millis kForever = Millis::max();

}  // namespace

Connections::Connections(const ServerOptions& options)
    : durations_{options.header_timeout,
                 options.idle_timeout,
                 options.header_timeout,
                 options.body_timeout,
                 kForever,
                 options.write_timeout,
                 kLinger,
                 kForever} {}

void Connections::add(Connection& connection, Phase phase, SteadyInstant now) {
    connection.phase_ = phase;
    list(phase).push_back(connection);
    ++size_;
    enter(connection, phase, now);
}

void Connections::enter(Connection& connection, Phase phase, SteadyInstant now) {
    List& to = list(phase);
    to.splice(to.end(), list(connection.phase_), List::s_iterator_to(connection));
    connection.phase_ = phase;
    const Millis duration = durations_[static_cast<std::size_t>(phase)];
    connection.deadline_ = duration == kForever ? SteadyInstant::max() : now + duration;
}

void Connections::remove(Connection& connection) {
    list(connection.phase_).erase(List::s_iterator_to(connection));
    --size_;
}

void Connections::sweep(SteadyInstant now) {
    for (List& phase : lists_) {
        while (!phase.empty() && phase.front().deadline_ <= now) {
            Connection& overdue = phase.front();
            const Phase expired = overdue.phase_;
            enter(overdue, Phase::ending, now);
            overdue.expired(expired);
        }
    }
}

Millis Connections::sweep_interval() const {
    return std::clamp(*std::ranges::min_element(durations_) / 4, Millis{10}, Millis{500});
}

bool Connections::cut_longest_waiting(SteadyInstant now) {
    for (const Phase phase : {Phase::idle, Phase::handshake, Phase::header}) {
        if (list(phase).empty()) continue;
        Connection& longest = list(phase).front();
        enter(longest, Phase::ending, now);
        longest.cut();
        return true;
    }
    return false;
}

void Connections::cut(Phase phase) {
    List& members = list(phase);
    for (auto next = members.begin(); next != members.end();) {
        Connection& connection = *next++;
        connection.cut();
    }
}

void Connections::cut_all() {
    for (std::size_t phase = 0; phase < kPhases; ++phase) cut(static_cast<Phase>(phase));
}

}  // namespace ecron::http
