#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace ecron::bench {

/// The API as scenarios call it outside of what they measure: one connection, one request at a time. Errors:
/// exceptions, an answer other than 2xx too.
class HttpClient {
public:
    explicit HttpClient(std::uint16_t port);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    std::string get(const std::string& path);
    std::string post(const std::string& path, const std::string& body);
    bool answers(const std::string& path);  // 2xx

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::bench
