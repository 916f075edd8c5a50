#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ecron/analysis/ended_attempt.hpp"
#include "ecron/traces/exporter.hpp"

/// Attempts as spans, and spans as an OTLP document. Pure.
namespace ecron::traces {

/// How an HTTP target was called.
struct HttpCall {
    std::string method{};
    std::string url{};  // without credentials
    int status{0};      // 0: no response
};

struct Span {
    std::string traceparent{};  // as passed to the target
    std::string parent{};       // span of the request for the execution; empty: none
    Instant begin{};
    Instant end{};
    std::string execution{};
    int attempt{0};
    std::string job_id{};
    std::string job_name{};
    std::string tenant{};
    std::optional<Millis> lateness{};
    std::optional<HttpCall> http{};      // nullopt: another kind of target, or unknown
    std::optional<std::string> error{};  // nullopt: the attempt succeeded
};

/// Returns nullopt if the trace is not sampled.
[[nodiscard]] std::optional<Span> span_of(const analysis::EndedAttempt& ended);

/// What the spans describe.
struct Resource {
    NodeId node{};
    std::string version{};  // of ecron
};

/// Returns an ExportTraceServiceRequest in the JSON encoding of OTLP: ids in lower-case hexadecimal digits,
/// 64-bit integers as texts, enumerations as numbers.
[[nodiscard]] std::string encode(std::span<const Span> spans, const Resource& resource);

/// Returns the request that exports such a document.
[[nodiscard]] http::ClientRequest export_request(std::string document, const Options& options);

}  // namespace ecron::traces
