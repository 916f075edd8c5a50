#include "app/trace_export.hpp"

#include "app/settings.hpp"

namespace ecron::app {

TraceExport::TraceExport(boost::asio::io_context& io, const Clock& clock, const config::Config& config)
    : client_(io, trace_client_options(config)),
      exporter_(
          io, clock, [this](http::ClientRequest request) { return client_.send(std::move(request)); },
          trace_options(config)) {}

std::unique_ptr<TraceExport> TraceExport::make(boost::asio::io_context& io, const Clock& clock,
                                               const config::Config& config) {
    if (config.traces.endpoint.empty()) return nullptr;
    return std::make_unique<TraceExport>(io, clock, config);
}

}  // namespace ecron::app
