#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace ecron::bench {

/// The API as scenarios call it outside of what they measure: one connection, one request at a time. Errors:
/// exceptions, an answer other than 2xx too.
class HttpClient {
public:
    /// `token`, if any, goes along as its bearer's.
    explicit HttpClient(std::uint16_t port, const std::string& token = "");
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    std::string get(const std::string& path);
    std::string post(const std::string& path, const std::string& body);
    std::string put(const std::string& path, const std::string& body);
    bool answers(const std::string& path);  // 2xx
    /// The status of a POST, 0 if none came.
    long try_post(const std::string& path, const std::string& body);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::bench
