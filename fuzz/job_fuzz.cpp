/// JSON documents of clients. An accepted document must round-trip.
#include <cassert>
#include <cstdint>
#include <string_view>

#include "ecron/model/json.hpp"

using namespace ecron;
using namespace ecron::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const Instant now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
    for (const Purpose purpose : {Purpose::store, Purpose::run_now}) {
        const auto input = read_job(text, purpose, {}, now);
        if (!input) {
            assert(!input.error().empty());
            continue;
        }
        const auto again = read_context(input->job.context);
        assert(again);
        assert(write_context(*again) == input->job.context);
        const auto plan = read_plan(write_plan(input->context.plan));
        assert(plan);
        std::string out;
        append_json(out, input->job);
    }
    (void)read_enable(text);
    (void)read_webhook(text);
    (void)read_result(text);
    (void)read_statuses(text);
    (void)canonical_context(text);
    return 0;
}
