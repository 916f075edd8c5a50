#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ecron/analysis/ended_attempt.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/client.hpp"

/// Exports each attempt as a span to an OpenTelemetry collector: OTLP over HTTP, JSON encoding. The span has
/// the ids that the attempt passed to its target (trace.hpp), so that the target's spans are its children.
/// Spans of traces that are not sampled are not exported.
///
/// Best effort: spans are kept in memory only. They are sent in batches, one request at a time. Requests
/// without a response and responses 429, 502, 503 and 504 are retried with back-off, not before the
/// collector's Retry-After. Any other response than 2xx drops the batch. Nothing waits for the collector:
/// while `waiting` spans wait, further ones are dropped. Threads: the io_context's; large batches are encoded
/// on its second thread. Source: OpenTelemetry Protocol (OTLP) 1.x, "OTLP/HTTP"; opentelemetry-proto
/// trace.proto.
namespace ecron::traces {

struct Options {
    std::string endpoint{};             // URL of the collector, without /v1/traces; empty: no export
    std::vector<SecretText> headers{};  // header fields of each request, NAME=VALUE
    NodeId node{};
    std::string version{};  // of ecron
    std::size_t batch{512};
    Millis linger{1'000};  // maximum wait of a span for others
    std::size_t waiting{8'192};
    Millis timeout{10'000};  // of one request
    std::uint64_t seed{0};   // seed of the jitter between tries
};

/// Spans since start.
struct Statistics {
    std::uint64_t exported{}, dropped{};
};

class Exporter {
public:
    using Send =
        std::function<boost::asio::awaitable<Result<http::ClientResponse>>(http::ClientRequest request)>;

    Exporter(boost::asio::io_context& io, const Clock& clock, Send send, Options options);
    ~Exporter();
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;

    void add(const analysis::EndedAttempt& attempt);

    /// Exports until finish(), and then what waits until the grace ends.
    boost::asio::awaitable<void> run();
    /// Sends everything that waits immediately; what is not sent within `grace` is dropped.
    void finish(Millis grace);
    /// Completes when run() has sent everything, or when the grace of finish() has ended.
    boost::asio::awaitable<void> finished();

    [[nodiscard]] Statistics statistics() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::traces
