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
#include "ecron/base/loop_watch.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"
#include "ecron/management/ports.hpp"
#include "ecron/model/cluster_rules.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"
#include "ecron/store/store.hpp"

/// The HTTP API. One table of routes serves requests, labels metrics and generates the OpenAPI document of
/// GET /openapi.json; docs/api.md describes the API. Threads: the io_context's.
namespace ecron::management {

using Language = model::Language;

/// The attempts of one kind on this node.
struct PoolLane {
    std::string_view kind;
    std::size_t capacity{}, running{}, waiting{};
};

/// Values for gauges from components that the API does not know.
struct Load {
    std::uint64_t executions_removed{};
    std::size_t running_attempts{}, waiting_attempts{}, connections{};
    std::vector<PoolLane> lanes{};
    LoopWatch::Longest loop{};  // of the last minute
};

/// Output of a command that runs on this node, from byte `begin` on, as far as it is still kept.
struct Output {
    struct Piece {
        bool is_error{};
        std::string text;
    };
    int attempt{};
    std::uint64_t begin{}, end{};  // the pieces cover this range
    std::vector<Piece> pieces{};
};

/// Statistics of webhook delivery.
struct Webhooks {
    std::uint64_t delivered{}, failed{}, dead{};
    std::size_t under_way{}, waiting{};
    double oldest_seconds{};
};

/// Statistics of the export of spans.
struct TraceSpans {
    std::uint64_t exported{}, dropped{};
};

/// Expiry of a certificate that ecron uses.
struct CertificateEnd {
    std::string option;  // option that names the certificate file
    Instant end;
};

/// Limits per tenant; 0: unlimited.
struct Limits {
    std::size_t requests_per_second{};  // further requests get status 429
    Millis interval{};                  // minimum interval between two runs of a new or changed schedule
};

/// Values of the Host header that requests may use (host_check.hpp).
struct HostRules {
    std::string listens_on{};            // an IP literal without brackets; empty: every Host is accepted
    std::vector<std::string> allowed{};  // NAME or NAME:PORT, in lower case; * allows any
};

/// State of the message queue and statistics per topic.
struct Messages {
    struct Link {
        std::string option{}, address{}, problem{};  // `option` sets the address; empty if it was discovered
        bool connected{};
        Instant since{};
    };
    struct Topic {
        std::string topic{}, channel{};  // channel: empty for topics that ecron publishes to
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

/// How callers sign in, as GET /auth states it. The members after `mode` are those of the web page's OAuth
/// client; an empty client_id means that there is none.
struct SignIn {
    std::string mode{"none"};  // none, token, hydra, jwt
    std::string client_id{}, authorization_endpoint{}, token_endpoint{}, scope{};
};

/// The options of this process with their sources, for GET /configuration: JSON arrays that differ in the
/// language of the descriptions.
struct Configuration {
    std::string english{"[]"}, chinese{"[]"};
};

struct Options {
    Language language{Language::zh_cn};
    std::string prefix{"/api/ecron-management/v1"};
    std::string callback_path{"/api/cronsvr/v1/namespaces/common/executionresult"};
    TenantId tenant{"mock-client-id"};  // of every caller if authentication is off
    /// Authenticates callers; nullptr: every caller may do everything.
    auth::Authenticator* authenticator{nullptr};
    auth::ScopeMap scopes{};  // names of the scopes, for responses that name a missing one
    SignIn sign_in{};
    bool metrics_public{false};
    HostRules hosts{};
    bool audits{false};  // record changes in the audit log
    Configuration configuration{};
    Limits limits{};
    /// Variable names permitted in a command's info.environment; nullopt: any.
    std::optional<std::vector<std::string>> command_environment{};
    bool commands_enabled{true};  // this node runs commands; otherwise a job that is one gets a warning
    bool shells_enabled{true};    // the same for commands with info.shell
    /// Rules for Kubernetes Jobs that use ecron's own cluster credentials; nullopt: such Jobs are disabled.
    std::optional<model::ClusterRules> cluster_rules{};
    model::Rules rules{};
    std::string version{};
    NodeId node{};                         // this process, as named by GET /cluster
    std::string executions_url{};          // of executions in notifications, up to their id; empty: none
    std::string executor_id{};             // executor in the response to POST /jobexecution
    std::function<Load()> load{};          // for metrics; may be empty
    std::function<Webhooks()> webhooks{};  // may be empty
    std::function<std::vector<CertificateEnd>()> certificates{};
    std::function<Messages()> messages{};       // empty: no message queue is configured
    std::function<TraceSpans()> trace_spans{};  // empty: no spans are exported
    /// Returns the output of a command that runs on this node; may be empty.
    std::function<std::optional<Output>(const ExecuteId& id, std::uint64_t begin)> output{};
};

class Api {
public:
    Api(const Clock& clock, store::Store& store, Runs& runs, Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// The request must outlive the awaitable.
    boost::asio::awaitable<http::Response> handle(const http::Request& request);
    /// Decides from the header of a request, before its body is read, how large the body may be.
    /// Unauthenticated callers are refused here; the bytes of a caller count toward its tenant's limit.
    boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> permit_body(
        const http::Request& request);
    /// Returns the body for an error response of the HTTP server itself.
    [[nodiscard]] http::Response error(unsigned status, std::string_view reason) const;
    /// After this call, /health/ready answers 503.
    void drain();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::management
