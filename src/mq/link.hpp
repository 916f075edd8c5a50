#pragma once
#include <map>

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

/// Growing delays with jitter: each is between half of its value and all of it.
class BackOff {
public:
    BackOff(Millis longest, std::uint64_t seed) : longest_(longest), state_(seed | 1U) {}
    void reset() { next_ = kFirst; }
    Millis next() {
        const Millis whole = next_;
        next_ = std::min(longest_, next_ * 2);
        state_ =
            state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;  // Knuth's MMIX generator
        const auto half = whole.count() / 2;
        return Millis{half +
                      static_cast<std::int64_t>((state_ >> 33U) % static_cast<std::uint64_t>(half + 1))};
    }

private:
    static constexpr Millis kFirst{200};
    Millis longest_;
    Millis next_{kFirst};
    std::uint64_t state_;
};

}  // namespace ecron::mq
