#include "app/certificates.hpp"

#include "app/settings.hpp"
#include "ecron/base/log.hpp"
#include "ecron/http/certificate.hpp"

namespace ecron::app {

Certificates::Certificates(const config::Config& config,
                           const std::map<std::string, std::string>& environment)
    : files_{{"db_ca_file", config.store.ca_file},
             {"ca_file", config.targets.ca_file},
             {"oauth_ca_file", config.auth.ca_file}} {
    if (config.server.tls) files_["client_ca_file"] = config.server.tls->client_ca_file;
    std::erase_if(files_, [](const auto& entry) { return entry.second.empty(); });
    const auto shown =
        http::certificate_ends(execution::cluster_certificate(config.executors.kubernetes, environment));
    if (shown) own_.push_back({"kubernetes_config", shown->first});
    read();
}

void Certificates::read() {
    authorities_.clear();
    for (const auto& [option, file] : files_) {
        const Result<http::CertificateEnds> ends = http::certificate_ends_in(file);
        if (ends)
            authorities_.push_back({option, ends->last});
        else
            log::warn("failed to read certificates: option={} error={}", option, ends.error().what);
    }
}

std::vector<management::CertificateEnd> Certificates::ends(const http::Server& server) const {
    std::vector<management::CertificateEnd> all;
    if (const auto served = server.certificate_end(); served) all.push_back({"cert_file", *served});
    all.insert(all.end(), own_.begin(), own_.end());
    all.insert(all.end(), authorities_.begin(), authorities_.end());
    return all;
}

}  // namespace ecron::app
