#pragma once
#include <memory>

#include "ecron/config/config.hpp"
#include "ecron/http/client.hpp"
#include "ecron/traces/exporter.hpp"

namespace ecron::app {

/// The exporter of spans, with its own client: a slow collector occupies no connection of targets.
class TraceExport {
public:
    TraceExport(boost::asio::io_context& io, const Clock& clock, const config::Config& config);
    TraceExport(const TraceExport&) = delete;
    TraceExport& operator=(const TraceExport&) = delete;

    /// Returns nullptr if no collector is configured.
    static std::unique_ptr<TraceExport> make(boost::asio::io_context& io, const Clock& clock,
                                             const config::Config& config);
    traces::Exporter& exporter() { return exporter_; }

private:
    http::Client client_;
    traces::Exporter exporter_;
};

}  // namespace ecron::app
