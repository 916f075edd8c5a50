#pragma once
#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ecron/http/client.hpp"
#include "http/header_list.hpp"
#include "http/inflater.hpp"
#include "http/trust_store.hpp"

namespace ecron::http {

/// Opens and closes the sockets of transfers.
class SocketSource {
public:
    virtual ~SocketSource() = default;
    virtual curl_socket_t open_socket(const curl_sockaddr& address) = 0;
    virtual void close_socket(curl_socket_t fd) = 0;
};

/// What the transfers of a client share.
struct TransferContext {
    const ClientOptions& options;
    SocketSource& sockets;
    X509_STORE* trust;
};

/// One easy handle and the request it currently carries, from the first hop to the last. Handles are reused:
/// settings common to all requests are set once. Redirects are followed here and not by libcurl, because
/// methods change by one rule (RFC 9110 §15.4, as Go's net/http): 301, 302 and 303 become GET without a body,
/// 307 and 308 repeat the request; and credentials are not sent to another origin, except to https on the
/// same host. Time limits are enforced here too: libcurl's own cost a sixth of a short request.
class Transfer {
public:
    explicit Transfer(TransferContext context);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    [[nodiscard]] CURL* easy() const { return easy_.get(); }
    [[nodiscard]] static Transfer& of(CURL* easy);

    /// Prepares the easy handle for the first hop, or returns what is wrong with the request.
    Result<void> begin(ClientRequest request);
    /// Called when the easy handle has ended. Returns the result, or nullopt if the next hop is prepared.
    std::optional<ClientResult> hop_ended(CURLcode code);
    /// Builds the failure for that error, with the part of the response received so far.
    ClientFailure failed(Error error);
    /// The earliest time at which overdue() can return an error.
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return deadline_; }
    /// Returns the error if a time limit has passed. To be called at or after deadline(), which it otherwise
    /// advances.
    [[nodiscard]] std::optional<Error> overdue();
    /// Drops the request.
    void reset();

private:
    using Clock = std::chrono::steady_clock;

    void set_permanent_options();
    void prepare_hop();
    void prepare_method();
    void prepare_headers();
    void prepare_time();
    [[nodiscard]] bool is_connected() const;
    /// Whether libcurl is about to send this hop's request a second time, which is not allowed; records it.
    [[nodiscard]] bool refuses_resend();
    /// Returns nullopt if the response is not a redirect, an error if it must not be followed, success if the
    /// next hop is prepared.
    std::optional<Result<void>> follow();
    /// Removes credentials from the headers if the next hop is another origin, or returns the error if
    /// secrets would be disclosed.
    Result<void> leave_origin(const std::string& next);
    [[nodiscard]] Error failure(CURLcode code) const;
    [[nodiscard]] Error timeout() const;
    [[nodiscard]] std::string connect_failure() const;
    /// Keeps as much of a body piece, decoded, as the limit allows.
    void keep(std::string_view piece);
    void keep_as_it_came(std::string_view piece);
    ClientResponse take_response();
    void take_timing();

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* transfer);
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* transfer);
    static int on_request(void* transfer, char*, char*, int, int);
    static curl_socket_t on_open(void* transfer, curlsocktype purpose, curl_sockaddr* address);
    static int on_close(void* sockets, curl_socket_t fd);
    static CURLcode on_tls(CURL* easy, void* context, void* trust);

    TransferContext context_;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
    char error_text_[CURL_ERROR_SIZE]{};
    ClientRequest request_;
    std::string url_;     // of this hop
    std::string method_;  // method that the easy handle is set to, and whether it has a body
    bool method_has_body_{false};
    HeaderList header_list_;
    ClientResponse response_;
    std::optional<Inflater> decoder_;  // for this hop's body, if it is encoded
    std::size_t header_bytes_{0};
    Clock::time_point begun_{};
    Clock::time_point hop_begun_{};
    Clock::time_point end_by_{};
    Clock::time_point deadline_{};  // may be before end_by_ until the hop is connected
    unsigned redirects_{0};
    bool address_denied_{false};
    bool resend_refused_{false};
};

}  // namespace ecron::http
