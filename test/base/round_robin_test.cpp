#include "ecron/base/round_robin.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ecron::test {

TEST_CASE("owners alternate and keep their order within an owner", "[round_robin]") {
    RoundRobin<std::string, int> waiting;
    CHECK(waiting.empty());
    for (int item = 1; item <= 4; ++item) waiting.push(std::string_view{"many"}, item);
    waiting.push(std::string_view{"few"}, 11);
    waiting.push(std::string_view{"few"}, 12);
    CHECK(waiting.size() == 6);
    std::vector<int> order;
    while (!waiting.empty()) order.push_back(waiting.pop());
    CHECK(order == std::vector{1, 11, 2, 12, 3, 4});
}

TEST_CASE("an owner that returns after its last item waits for its turn", "[round_robin]") {
    RoundRobin<unsigned, int> waiting;
    waiting.push(1U, 1);
    waiting.push(2U, 11);
    CHECK(waiting.pop() == 1);
    waiting.push(1U, 2);
    CHECK(waiting.pop() == 11);
    CHECK(waiting.pop() == 2);
    waiting.push(1U, 3);
    waiting.clear();
    CHECK(waiting.empty());
}

}  // namespace ecron::test
