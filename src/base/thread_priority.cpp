#include "ecron/base/thread_priority.hpp"

#include <sys/resource.h>

namespace ecron {

namespace {

constexpr int kSteps = 5;  // a third of the weight of a thread with the default nice value

}  // namespace

void prefer_other_threads() {
    const int current = ::getpriority(PRIO_PROCESS, 0);
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, current + kSteps));
}

}  // namespace ecron
