#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/time.hpp"
#include "ecron/http/client.hpp"
#include "execution/kubeconfig.hpp"

namespace ecron::execution {

struct ClusterCall {
    std::string method{"GET"};
    std::string path;  // with its query
    std::optional<std::string> body{};
    Millis timeout{30'000};
    std::size_t body_limit{4UL * 1024 * 1024};  // an object of Kubernetes has at most 1.5 MiB
    std::function<bool(std::string_view)> on_body{};
};

/// What a call was answered with; of errors, whether calling again could help.
struct ClusterAnswer {
    unsigned status{};  // 0: no answer
    std::string body;
    std::string what;  // of everything but 2xx, for people
    std::optional<Millis> retry_after{};
    bool too_large{false};
    [[nodiscard]] bool ok() const { return status / 100 == 2; }
    /// It was answered, and the same call would be answered the same: 4xx but 408 and 429.
    [[nodiscard]] bool is_final() const { return status / 100 == 4 && status != 408 && status != 429; }
};

/// An API server, spoken to as ClusterAccess says. Threads: the io_context's.
class Cluster {
public:
    /// Through a client that others use too: of an API proxy, which needs no credentials.
    Cluster(const Clock& clock, http::Client& client, std::string server);
    /// Through a client of its own, with credentials. Throws what TLS has against the authority's
    /// certificate.
    Cluster(boost::asio::io_context& io, const Clock& clock, ClusterAccess access,
            http::ClientOptions options);

    boost::asio::awaitable<ClusterAnswer> call(ClusterCall call);
    [[nodiscard]] const std::string& server() const { return access_.server; }
    /// Ends all calls of a client of its own; nobody hears of them.
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
