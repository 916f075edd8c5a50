#pragma once
#include <boost/asio/awaitable.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/auth/authenticator.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"
#include "ecron/management/ports.hpp"
#include "ecron/model/cluster_rules.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"
#include "ecron/store/store.hpp"

/// The HTTP API: routes to modules to answers. One table of routes serves requests, counts them and is told
/// as OpenAPI by GET /openapi.json; docs/api.md is its companion for people. Threads: the io_context's.
namespace ecron::management {

using Language = model::Language;

/// What else is counted by gauges, from parts that the API does not know.
struct Load {
    std::uint64_t executions_removed{};
    std::size_t running_attempts{}, waiting_attempts{}, connections{};
    std::chrono::microseconds loop_stall{};  // the longest of late
};

/// What a command that runs here has written since its first `begin` bytes, as far as it is kept.
struct Output {
    struct Piece {
        bool is_error{};
        std::string text;
    };
    int attempt{};
    std::uint64_t begin{}, end{};  // what lies between is in the pieces
    std::vector<Piece> pieces{};
};

/// How the delivery of webhooks goes.
struct Webhooks {
    std::uint64_t delivered{}, failed{}, dead{};
    std::size_t under_way{}, waiting{};
    double oldest_seconds{};
};

/// When a certificate that ecron uses ends.
struct CertificateEnd {
    std::string option;  // that names its file
    Instant end;
};

/// Of each tenant; 0: none.
struct Limits {
    std::size_t requests_per_second{};  // what goes beyond is answered 429
    Millis interval{};                  // shortest time between two runs of a new or changed schedule
};

/// Which values of Host a request may name (host_check.hpp).
struct HostRules {
    std::string listens_on{};            // an IP literal without brackets; empty: every Host is accepted
    std::vector<std::string> allowed{};  // NAME or NAME:PORT, in lower case; * is any
};

/// How the message queue stands, and what is said over it.
struct Messages {
    struct Link {
        std::string option{}, address{},
            problem{};  // option: that names the address; empty: it was discovered
        bool connected{};
        Instant since{};
    };
    struct Topic {
        std::string topic{}, channel{};  // channel: empty where it is published to
        std::uint64_t received{}, done{}, requeued{}, dead{}, published{}, failed{};
        std::size_t in_flight{};
        std::optional<std::uint64_t> lag{};
    };
    std::string kind{};  // nsq, kafka
    bool connected{};    // messages can be published
    std::vector<Link> links{};
    std::vector<Topic> topics{};
    std::uint64_t dropped{};
};

struct Options {
    Language language{Language::zh_cn};
    std::string prefix{"/api/ecron-management/v1"};
    std::string callback_path{"/api/cronsvr/v1/namespaces/common/executionresult"};
    TenantId tenant{"mock-client-id"};            // of every caller, where nobody is asked who he is
    auth::Authenticator* authenticator{nullptr};  // tells who is calling; none: anybody may do everything
    auth::ScopeMap scopes{};                      // to name what is missing
    bool metrics_public{false};
    HostRules hosts{};
    bool audits{false};  // keeps who changed what
    Limits limits{};
    /// Names that commands' info.environment may have; nullopt: any.
    std::optional<std::vector<std::string>> command_environment{};
    /// Of Jobs made with ecron's own credentials of a cluster; nullopt: they are switched off.
    std::optional<model::ClusterRules> cluster_rules{};
    model::Rules rules{};
    std::string version{};
    NodeId node{};                         // this process, as GET /cluster names it
    std::string executor_id{};             // what the answer to POST /jobexecution names as executor
    std::function<Load()> load{};          // for metrics; may be empty
    std::function<Webhooks()> webhooks{};  // the same
    std::function<std::vector<CertificateEnd>()> certificates{};
    std::function<Messages()> messages{};  // empty: there is no message queue
    /// Of a command that runs here; may be empty.
    std::function<std::optional<Output>(const ExecuteId& id, std::uint64_t begin)> output{};
};

class Api {
public:
    Api(const Clock& clock, store::Store& store, Runs& runs, Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// The request must live until the awaitable ends.
    boost::asio::awaitable<http::Response> handle(const http::Request& request);
    /// What the body of a request may be, asked of its header before the body is read: strangers are refused
    /// here, and the bytes of a caller count as those of the tenant.
    boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> permit_body(
        const http::Request& request);
    /// The body of errors that the server itself answers.
    [[nodiscard]] http::Response error(unsigned status, std::string_view reason) const;
    /// From then on /health/ready answers 503.
    void drain();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::management
