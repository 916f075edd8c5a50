#pragma once
#include <functional>
#include <vector>

#include "dice.hpp"
#include "timeline.hpp"

namespace ecron::sim {

/// What lies between a node and the database: how long things take, and what goes wrong.
class Link {
public:
    struct Chances {  // in a thousand
        int slow{0};
        int failed{0};
        int unheard{0};
    };
    /// How one request goes: when it is carried out (nothing: never), and when its caller hears what.
    struct Fate {
        std::optional<Time> carried_out{};
        Time answered{};
        bool truthful{true};  // false: `unavailable`, whatever was done
        bool delayed{false};  // carried out once the link is whole again
        bool refused{false};  // `internal`: the database takes no write, and says why
    };
    enum class Kind : std::uint8_t { read, write, beat };

    Link(Timeline& timeline, Dice dice) : timeline_(timeline), dice_(dice) {}

    Fate send(Kind kind);
    /// The request is carried out some time after the link is whole again.
    void delay(Timeline::Action request) { delayed_.push_back(std::move(request)); }

    void cut() { cut_ = true; }
    void mend();
    [[nodiscard]] bool is_cut() const { return cut_; }
    /// Every write is refused, as without the right to write.
    void set_refusing(bool refusing) { refusing_ = refusing; }
    void set_chances(Chances chances) { chances_ = chances; }
    void set_commit(Time least, Time most) { commit_least_ = least, commit_most_ = most; }

private:
    Timeline& timeline_;
    Dice dice_;
    Chances chances_{};
    Time commit_least_{std::chrono::microseconds{200}};
    Time commit_most_{std::chrono::milliseconds{5}};
    Time written_{};  // one writer: commits come in the order of their requests
    bool cut_{false};
    bool refusing_{false};
    std::vector<Timeline::Action> delayed_;
};

}  // namespace ecron::sim
