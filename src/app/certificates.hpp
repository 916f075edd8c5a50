#pragma once
#include <map>
#include <string>
#include <vector>

#include "ecron/config/config.hpp"
#include "ecron/http/server.hpp"
#include "ecron/management/api.hpp"

namespace ecron::app {

/// Expiry of the configured certificates, for metrics. Threads: the io_context's.
class Certificates {
public:
    Certificates(const config::Config& config, const std::map<std::string, std::string>& environment);
    /// Reloads the CA files. Unreadable files are skipped and logged once each time.
    void read();
    /// Includes the certificate that `server` uses.
    [[nodiscard]] std::vector<management::CertificateEnd> ends(const http::Server& server) const;

private:
    std::map<std::string, std::string> files_;  // option to file
    std::vector<management::CertificateEnd> authorities_;
    std::vector<management::CertificateEnd>
        own_;  // client certificate for the cluster; read at start only, like its use
};

}  // namespace ecron::app
