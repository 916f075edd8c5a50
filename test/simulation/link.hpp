#pragma once
#include <functional>
#include <vector>

#include "simulation/dice.hpp"
#include "simulation/timeline.hpp"

namespace ecron::sim {

/// The connection between a node and the database: latencies and faults.
class Link {
public:
    struct Chances {  // per thousand
        int slow{0};
        int failed{0};
        int unheard{0};
    };
    /// The course of one request: when it is carried out (nullopt: never), and when the caller gets which
    /// response.
    struct Fate {
        std::optional<Time> carried_out{};
        Time answered{};
        bool truthful{true};  // false: returns `unavailable` regardless of the effect
        bool delayed{false};  // carried out after the connection is restored
        bool refused{false};  // `internal`: the database rejects the write and states why
    };
    enum class Kind : std::uint8_t { read, write, beat };

    Link(Timeline& timeline, Dice dice) : timeline_(timeline), dice_(dice) {}

    Fate send(Kind kind);
    /// Carries out the request some time after the connection is restored.
    void delay(Timeline::Action request) { delayed_.push_back(std::move(request)); }

    void cut() { cut_ = true; }
    void mend();
    [[nodiscard]] bool is_cut() const { return cut_; }
    /// Every write is rejected, as without write permission.
    void set_refusing(bool refusing) { refusing_ = refusing; }
    void set_chances(Chances chances) { chances_ = chances; }
    void set_commit(Time least, Time most) { commit_least_ = least, commit_most_ = most; }

private:
    Timeline& timeline_;
    Dice dice_;
    Chances chances_{};
    Time commit_least_{std::chrono::microseconds{200}};
    Time commit_most_{std::chrono::milliseconds{5}};
    Time written_{};  // single writer: commits are in request order
    bool cut_{false};
    bool refusing_{false};
    std::vector<Timeline::Action> delayed_;
};

}  // namespace ecron::sim
