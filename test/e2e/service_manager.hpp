#pragma once
#include <string>

namespace ecron::e2e {

/// The socket of a service manager such as systemd: receives the datagrams of sd_notify(3).
class ServiceManager {
public:
    /// A path, or with a leading @ an abstract name.
    explicit ServiceManager(std::string name);
    ~ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    /// Waits for the next message and returns it.
    [[nodiscard]] std::string next() const;

private:
    std::string name_;
    int socket_{-1};
};

}  // namespace ecron::e2e
