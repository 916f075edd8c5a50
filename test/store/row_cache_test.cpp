#include "store/jobs/row_cache.hpp"

#include <catch2/catch.hpp>

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

model::Job keyed(const std::string& name, std::int64_t key) {
    model::Job job = a_job(name);
    job.key = JobKey(key);
    return job;
}

}  // namespace

TEST_CASE("the row cache finds jobs by id and key, and evicts the least recently used", "[store]") {
    RowCache cache(3'000);
    const model::Job first = keyed("first", 1);
    cache.fill(first, cache.generation());
    std::int64_t key = 2;
    for (; cache.bytes() < 2'000; ++key) cache.fill(keyed("more", key), cache.generation());
    REQUIRE(cache.find(first.id) != nullptr);  // used, so the others are evicted first
    for (int i = 0; i < 2; ++i, ++key) cache.fill(keyed("more", key), cache.generation());
    CHECK(cache.bytes() <= 3'000);
    REQUIRE(cache.find(JobKey(1)) != nullptr);
    CHECK(cache.find(JobKey(1))->name == "first");
    CHECK(cache.find(JobKey(2)) == nullptr);
    CHECK(cache.find(JobKey(key - 1)) != nullptr);
}

TEST_CASE("a read that began before a change does not restore the old row", "[store]") {
    RowCache cache(100'000);
    const model::Job old = keyed("old", 1);
    const std::uint64_t before = cache.generation();
    model::Job renamed = old;
    renamed.name = "new";
    cache.changed(renamed);
    cache.fill(old, before);
    CHECK(cache.find(old.id) == nullptr);
    cache.fill(renamed, cache.generation());
    REQUIRE(cache.find(old.id) != nullptr);
    renamed.name = "newer";
    cache.changed(renamed);
    CHECK(cache.find(old.id)->name == "newer");
    cache.removed(old.id);
    CHECK(cache.find(old.id) == nullptr);
    CHECK(cache.find(JobKey(1)) == nullptr);
    CHECK(cache.bytes() == 0);
}

TEST_CASE("a row larger than the cache is not kept", "[store]") {
    RowCache cache(100);
    cache.fill(keyed("large", 1), cache.generation());
    CHECK(cache.bytes() == 0);
}
