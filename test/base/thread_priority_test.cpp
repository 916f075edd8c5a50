#include "ecron/base/thread_priority.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <thread>

TEST_CASE("only the thread that asks for it gets a lower priority", "[base]") {
    const int before = ::getpriority(PRIO_PROCESS, 0);
    int lowered = before;
    std::thread([&lowered] {
        ecron::prefer_other_threads();
        lowered = ::getpriority(PRIO_PROCESS, 0);
    }).join();
    CHECK(lowered > before);
    CHECK(::getpriority(PRIO_PROCESS, 0) == before);
}
