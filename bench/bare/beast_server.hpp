#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace ecron::bench {

/// The bare limit of an HTTP server: Beast's parser and serializer on a plain tcp::socket, coroutines, one
/// thread of its own; every request gets the same JSON body. No deadlines, no limits, no routes.
class BeastServer {
public:
    explicit BeastServer(std::string body);
    ~BeastServer();  // closes everything
    BeastServer(const BeastServer&) = delete;
    BeastServer& operator=(const BeastServer&) = delete;
    [[nodiscard]] std::uint16_t port() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::bench
