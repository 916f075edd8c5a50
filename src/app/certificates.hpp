#pragma once
#include <map>
#include <string>
#include <vector>

#include "ecron/config/config.hpp"
#include "ecron/http/server.hpp"
#include "ecron/management/api.hpp"

namespace ecron::app {

/// When the certificates end that the configuration names, for metrics. Threads: the io_context's.
class Certificates {
public:
    Certificates(const config::Config& config, const std::map<std::string, std::string>& environment);
    /// Reads the files of authorities again. What cannot be read is left out, and said once each time.
    void read();
    /// With what `server` serves.
    [[nodiscard]] std::vector<management::CertificateEnd> ends(const http::Server& server) const;

private:
    std::map<std::string, std::string> files_;  // option to file
    std::vector<management::CertificateEnd> authorities_;
    std::vector<management::CertificateEnd>
        own_;  // what the cluster is shown; read at the start only, as it is
};

}  // namespace ecron::app
