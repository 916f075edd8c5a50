#include "analysis/shard/start_queue.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace ecron::analysis::test {

TEST_CASE("starts of tenants alternate and keep their order within a tenant", "[start_queue]") {
    constexpr Group kMany = 1, kFew = 2;
    StartQueue queue;
    CHECK(queue.empty());
    CHECK_FALSE(queue.pop());
    for (std::uint64_t run = 1; run <= 4; ++run) queue.push(kMany, RunId{run});
    queue.push(kFew, RunId{11});
    queue.push(kFew, RunId{12});
    std::vector<std::uint64_t> order;
    while (const auto run = queue.pop()) order.push_back(run->value());
    CHECK(order == std::vector<std::uint64_t>{1, 11, 2, 12, 3, 4});
    CHECK(queue.empty());
}

TEST_CASE("a tenant that returns after its last start waits for its turn", "[start_queue]") {
    StartQueue queue;
    queue.push(1, RunId{1});
    queue.push(2, RunId{11});
    CHECK(queue.pop() == RunId{1});
    queue.push(1, RunId{2});
    CHECK(queue.pop() == RunId{11});
    CHECK(queue.pop() == RunId{2});
    queue.push(1, RunId{3});
    queue.clear();
    CHECK(queue.empty());
}

}  // namespace ecron::analysis::test
