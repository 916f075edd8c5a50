#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// A client of ecron's API. Threads: one per client.
namespace ecron::e2e {

namespace json = boost::json;

struct Reply {
    long status{0};  // 0: no response
    std::string body;
    std::map<std::string, std::string> headers;  // names in lower case

    [[nodiscard]] json::value parsed() const;
    [[nodiscard]] std::string header(const std::string& name) const;
    /// Returns the text at a JSON pointer.
    [[nodiscard]] std::string text(const std::string& pointer) const;
};

using Headers = std::vector<std::string>;  // "Name: value"

class Api {
public:
    /// `authority`: a PEM file; enables TLS.
    explicit Api(std::uint16_t port, std::string authority = {});
    ~Api();
    Api(Api&&) noexcept;
    Api& operator=(Api&&) noexcept;

    /// Paths are relative to the API's prefix unless they begin with /health, /metrics or /api. Without a
    /// response the status is 0.
    Reply send(const std::string& method, const std::string& path, const std::string& body = {},
               const Headers& headers = {});
    Reply get(const std::string& path) { return send("GET", path); }
    Reply post(const std::string& path, const std::string& body, const Headers& headers = {}) {
        return send("POST", path, body, headers);
    }
    Reply put(const std::string& path, const std::string& body) { return send("PUT", path, body); }
    Reply remove(const std::string& path) { return send("DELETE", path); }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    struct Handle;
    std::uint16_t port_;
    std::string authority_;
    std::unique_ptr<Handle> handle_;
};

/// A connection for arbitrary bytes.
class RawConnection {
public:
    explicit RawConnection(std::uint16_t port);
    ~RawConnection();
    RawConnection(RawConnection&& other) noexcept;
    RawConnection& operator=(RawConnection&&) = delete;
    void send(const std::string& bytes) const;
    /// Returns everything received until the peer closes the connection or is silent for a second.
    [[nodiscard]] std::string receive() const;

private:
    int fd_{-1};
};

}  // namespace ecron::e2e
