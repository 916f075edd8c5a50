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

/// Where the sockets of transfers come from and go to.
class SocketSource {
public:
    virtual ~SocketSource() = default;
    virtual curl_socket_t open_socket(const curl_sockaddr& address) = 0;
    virtual void close_socket(curl_socket_t fd) = 0;
};

/// One easy handle, and the request it carries at the moment, from the first hop to the last. Kept and used
/// again: what is the same for all requests is set once. Redirects are followed here and not by libcurl,
/// because methods change by one rule (RFC 9110 §15.4, as Go's net/http): 301, 302 and 303 become GET without
/// a body, 307 and 308 repeat the request; and credentials do not follow to another origin, but for https at
/// the same host. Time limits are kept here, too: libcurl's own cost a sixth of a short request.
class Transfer {
public:
    struct Surroundings {
        const ClientOptions& options;
        SocketSource& sockets;
        X509_STORE* trust;
    };

    explicit Transfer(Surroundings surroundings);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    [[nodiscard]] CURL* easy() const { return easy_.get(); }
    [[nodiscard]] static Transfer& of(CURL* easy);

    /// Prepares the easy handle for the first hop, or says what is wrong with the request.
    Result<void> begin(ClientRequest request);
    /// The easy handle has ended: what came of it, or nothing when it is prepared for the next hop.
    std::optional<ClientResult> hop_ended(CURLcode code);
    /// The request ends with that error: adds what had come of the answer.
    ClientFailure failed(Error error);
    /// When overdue() has something to say at the earliest.
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const { return deadline_; }
    /// Why the request ends now: a time limit has passed. Asked at or after its deadline, which moves on
    /// otherwise.
    [[nodiscard]] std::optional<Error> overdue();
    /// Forgets the request.
    void reset();

private:
    using Clock = std::chrono::steady_clock;

    void set_permanent_options();
    void prepare_hop();
    void prepare_method();
    void prepare_headers();
    void prepare_time();
    [[nodiscard]] bool is_connected() const;
    /// Whether libcurl is about to send this hop's request a second time, which is not allowed; notes it.
    [[nodiscard]] bool refuses_resend();
    /// Nothing: not a redirect. An error: not to be followed. True: the next hop is prepared.
    std::optional<Result<void>> follow();
    /// Takes credentials out of the headers where the next hop is another origin, or says that there must be
    /// none.
    Result<void> leave_origin(const std::string& next);
    [[nodiscard]] Error failure(CURLcode code) const;
    [[nodiscard]] Error timeout() const;
    [[nodiscard]] std::string connect_failure() const;
    /// Keeps as much of a piece of the body as there is room for, decoded.
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

    Surroundings surroundings_;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
    char error_text_[CURL_ERROR_SIZE]{};
    ClientRequest request_;
    std::string url_;     // of this hop
    std::string method_;  // that the easy handle is set to, and whether with a body
    bool method_has_body_{false};
    HeaderList header_list_;
    ClientResponse response_;
    std::optional<Inflater> decoder_;  // of this hop's body, if it is encoded
    std::size_t header_bytes_{0};
    Clock::time_point begun_{};
    Clock::time_point hop_begun_{};
    Clock::time_point end_by_{};
    Clock::time_point deadline_{};  // until the hop is connected it may be before end_by_
    unsigned redirects_{0};
    bool address_denied_{false};
    bool resend_refused_{false};
};

}  // namespace ecron::http
