#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

/// What every port of the store includes.
namespace ecron::store {

template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

}  // namespace ecron::store
