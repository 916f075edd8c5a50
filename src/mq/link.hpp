#pragma once
#include <map>
#include <random>

#include "ecron/base/back_off.hpp"
#include "ecron/base/log.hpp"
#include "ecron/mq/broker.hpp"

namespace ecron::mq {

/// Records the state of a connection and logs each change once.
inline void link_up(Link& link, Instant now, std::string_view kind) {
    if (link.connected) return;
    log::info("message queue connected kind={} option={} address={}", kind, link.option, link.address);
    link.connected = true;
    link.problem.clear();
    link.since = now;
}

inline void link_down(Link& link, Instant now, std::string_view kind, const std::string& problem) {
    if (!link.connected && link.problem == problem) return;
    log::warn("message queue unavailable, retrying kind={} option={} address={} problem=\"{}\"", kind,
              link.option, link.address, problem);
    if (link.connected || link.since == Instant{}) link.since = now;
    link.connected = false;
    link.problem = problem;
}

/// Topics without write permission. Each is logged once until it becomes writable again.
class RefusedTopics {
public:
    void refused(const std::string& topic, const Link& link, std::string_view kind, const std::string& why) {
        const auto [known, is_new] =
            problems_.try_emplace(topic, "the topic " + topic + " may not be written: " + why);
        if (is_new)
            log::warn("message queue unavailable, retrying kind={} option={} address={} problem=\"{}\"", kind,
                      link.option, link.address, known->second);
    }
    void written(const std::string& topic) { problems_.erase(topic); }
    /// Adds the problem to a connection that is otherwise up.
    void tell(Link& link) const {
        if (link.connected && !problems_.empty()) link.problem = problems_.begin()->second;
    }

private:
    std::map<std::string, std::string> problems_;
};

/// The waits between attempts to connect.
class ReconnectDelay {
public:
    ReconnectDelay(Millis longest, std::uint64_t seed)
        : back_off_{.first = Millis{200}, .max = longest},
          random_(seed) {}
    void reset() { failures_ = 0; }
    Millis next() {
        return back_off_.after(++failures_, std::uniform_real_distribution<double>{0, 1}(random_));
    }

private:
    BackOff back_off_;
    std::size_t failures_{0};
    std::minstd_rand random_;
};

}  // namespace ecron::mq
