#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ecron/base/large_work.hpp"

/// Work that would keep an io_context's thread too long, such as parsing a request of a mebibyte.
namespace ecron {

/// What determines where a piece of work is carried out, and when.
struct Workload {
    std::string_view owner;  // the tenant, or what stands for one where it is not known; empty: ecron itself
    std::size_t bytes{};     // of its input
};

/// Carries out `work` on the calling thread or, if its input has more than kLargeWork bytes, on a second
/// thread of the io_context, one piece after another: owners take turns. Exceptions of the work are thrown
/// here. The work may use only what no other coroutine changes meanwhile.
boost::asio::awaitable<void> carry_out_off_loop(Workload load, std::function<void()> work);

/// The same for work with a result.
template <class Work> boost::asio::awaitable<std::invoke_result_t<Work>> off_loop(Workload load, Work work) {
    std::optional<std::invoke_result_t<Work>> result;
    co_await carry_out_off_loop(load, [&] { result.emplace(work()); });
    co_return std::move(*result);
}

}  // namespace ecron
