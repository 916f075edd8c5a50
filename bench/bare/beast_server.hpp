#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ecron::bench {

/// The limit of an HTTP server: Beast's parser and serializer on a plain tcp::socket, coroutines, one thread.
/// No deadlines, no limits.
class BeastServer {
public:
    struct Answer {
        unsigned status{200};
        std::string body{};
    };
    /// Called on the server's thread with the request target; nullopt means that the request is never
    /// answered.
    using Respond = std::function<std::optional<Answer>(std::string_view target)>;

    explicit BeastServer(Respond respond);
    explicit BeastServer(std::string body);  // the same response body for every request
    ~BeastServer();                          // closes all connections
    BeastServer(const BeastServer&) = delete;
    BeastServer& operator=(const BeastServer&) = delete;
    [[nodiscard]] std::uint16_t port() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::bench
