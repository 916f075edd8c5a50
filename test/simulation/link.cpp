#include "simulation/link.hpp"

namespace ecron::sim {
namespace {

using namespace std::chrono_literals;

constexpr Time kReadTimeout = 10s;
constexpr Time kBeatTimeout = 2s;

}  // namespace

Link::Fate Link::send(Kind kind) {
    const Time now = timeline_.now();
    if (cut_) {
        const Time timeout = kind == Kind::beat ? kBeatTimeout : kReadTimeout;
        const bool delayed = dice_.percent(40);
        return {.answered = now + timeout, .truthful = false, .delayed = delayed};
    }
    const Time way{dice_.between(50, 500)};
    if (kind != Kind::write) {
        const bool failed = dice_.between(1, 1'000) <= chances_.failed / 2;
        return {.carried_out = now + way, .answered = now + way, .truthful = !failed};
    }
    if (refusing_) return {.answered = now + way, .refused = true};
    const auto fate = dice_.between(1, 1'000);
    Time commit = dice_.between(commit_least_, commit_most_);
    if (fate <= chances_.slow) commit += dice_.between(Time{500ms}, Time{4s});
    const Time done = std::max(now + way + commit, written_ + 1us);
    written_ = done;
    const bool failed = fate > chances_.slow && fate <= chances_.slow + chances_.failed;
    const bool unheard = !failed && fate > 1'000 - chances_.unheard;
    Fate result{.answered = done, .truthful = !failed && !unheard};
    if (!failed) result.carried_out = done;
    return result;
}

void Link::mend() {
    cut_ = false;
    for (Timeline::Action& request : std::exchange(delayed_, {}))
        timeline_.after(dice_.between(Time{0}, Time{2s}), std::move(request));
}

}  // namespace ecron::sim
