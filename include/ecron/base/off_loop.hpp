#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "ecron/base/large_work.hpp"

/// Work that would keep an io_context's thread too long, such as parsing a request of a mebibyte.
namespace ecron {

/// Carries out `work` on the calling thread or, if its input has more than kLargeWork bytes, on a second
/// thread of the io_context, one piece of work after another. Exceptions of the work are thrown here. The
/// work may use only what no other coroutine changes meanwhile.
boost::asio::awaitable<void> carry_out_off_loop(std::size_t bytes, std::function<void()> work);

/// The same for work with a result.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work>> off_loop(std::size_t bytes, Work work) {
    std::optional<std::invoke_result_t<Work>> result;
    co_await carry_out_off_loop(bytes, [&] { result.emplace(work()); });
    co_return std::move(*result);
}

}  // namespace ecron
