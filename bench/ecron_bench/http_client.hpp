#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace ecron::bench {

/// API calls outside of the measured part: one connection, one request at a time. Errors: exceptions,
/// including for responses other than 2xx.
class HttpClient {
public:
    /// Sends `token`, if any, as bearer token with each request.
    explicit HttpClient(std::uint16_t port, const std::string& token = "");
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    std::string get(const std::string& path);
    std::string post(const std::string& path, const std::string& body);
    std::string put(const std::string& path, const std::string& body);
    bool answers(const std::string& path);  // true: 2xx
    /// Returns the status of a POST, 0 if there was no response.
    long try_post(const std::string& path, const std::string& body);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::bench
