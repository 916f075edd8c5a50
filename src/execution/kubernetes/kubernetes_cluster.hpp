#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/time.hpp"
#include "ecron/http/client.hpp"
#include "execution/kubernetes/kubeconfig.hpp"

namespace ecron::execution {

struct ClusterCall {
    std::string method{"GET"};
    std::string path;  // including the query
    std::optional<std::string> body{};
    Millis timeout{30'000};
    std::size_t body_limit{4UL * 1024 * 1024};  // Kubernetes limits an object to 1.5 MiB
    std::function<bool(std::string_view)> on_body{};
};

/// The response to a call; for errors, whether a retry can help.
struct ClusterAnswer {
    unsigned status{};  // 0: no response
    std::string body;
    std::string what;  // description for all responses except 2xx
    std::optional<Millis> retry_after{};
    bool too_large{false};
    [[nodiscard]] bool ok() const { return status / 100 == 2; }
    /// A retry would get the same response: 4xx except 408 and 429.
    [[nodiscard]] bool is_final() const { return status / 100 == 4 && status != 408 && status != 429; }
};

/// Client of one API server, with the credentials of ClusterAccess. Threads: the io_context's.
class Cluster {
public:
    /// Uses a shared client, for an API proxy that needs no credentials.
    Cluster(const Clock& clock, http::Client& client, std::string server);
    /// Uses its own client, with credentials. Throws if the CA certificate is not accepted by the TLS
    /// library.
    Cluster(boost::asio::io_context& io, const Clock& clock, ClusterAccess access,
            http::ClientOptions options);

    boost::asio::awaitable<ClusterAnswer> call(ClusterCall call);
    [[nodiscard]] const std::string& server() const { return access_.server; }
    /// Ends all calls of its own client, without completing them.
    void close() { own_client_.reset(); }

private:
    [[nodiscard]] http::ClientRequest request_of(const ClusterCall& call);
    [[nodiscard]] std::string token();
    void read_token();

    const Clock& clock_;
    ClusterAccess access_;
    std::unique_ptr<http::Client> own_client_;
    http::Client* client_;
    SteadyInstant token_read_{};
};

}  // namespace ecron::execution
