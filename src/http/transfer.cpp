#include "http/transfer.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "ecron/base/credentials.hpp"
#include "ecron/base/http_url.hpp"
#include "ecron/http/origin.hpp"
#include "http/ascii.hpp"
#include "http/url.hpp"

namespace ecron::http {
namespace {

constexpr std::size_t kHeaderBytesKept = 64UL * 1024;
constexpr std::size_t kUsualHeaders = 8;
// libcurl gives up connecting after this time unless another limit is set.
constexpr Millis kConnectLimit{300'000};
constexpr Millis kNoConnectLimit{std::numeric_limits<int>::max()};
constexpr Millis kLongestTime = std::chrono::days{365};
constexpr std::size_t kUrlSize = 64UL * 1024;
// For larger bodies libcurl sends "Expect: 100-continue" first (1 MiB since 7.87, 1 KiB earlier).
constexpr std::size_t kExpectSize = 1024;

// Seconds that a connection may be idle and still be reused (libcurl compares whole seconds, so the effective
// limit is 4 s). Targets close idle connections after 5 s or more. A connection closed just as a request is
// sent cannot be distinguished from a failing target, and costs the attempt.
constexpr long kIdleLimit = 3;

template <class Value> void set(CURL* easy, CURLoption option, Value value) {
    // Fails only for options unknown to this libcurl, and if out of memory.
    if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
        throw std::runtime_error(
            fmt::format("libcurl option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
}

/// The text must outlive the handle.
void set_blob(CURL* easy, CURLoption option, const std::string& text) {
    curl_blob blob{.data = const_cast<char*>(text.data()), .len = text.size(), .flags = CURL_BLOB_NOCOPY};
    set(easy, option, &blob);
}

template <class Value> Value get(CURL* easy, CURLINFO info, Value fallback = {}) {
    Value value = fallback;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

bool is_token(std::string_view text) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
               kOthers.find(c) != kOthers.npos;
    });
}

/// The framing headers that libcurl sets itself; a second value would let a job smuggle requests.
bool is_framing(std::string_view name) {
    return iequals(name, "Content-Length") || iequals(name, "Transfer-Encoding") || iequals(name, "Expect");
}

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    return first == text.npos ? std::string_view{}
                              : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string without_prefix(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

Result<void> check(const ClientRequest& request) {
    if (!is_token(request.method) || request.method.size() > 32)
        return fail(Errc::invalid, "method is not an HTTP token");
    if (!has_http_scheme(request.url)) return fail(Errc::invalid, "URL is neither http nor https");
    if (request.url.size() > kUrlSize) return fail(Errc::invalid, "URL is too long");
    if (std::ranges::any_of(request.url, is_control))
        return fail(Errc::invalid, "URL contains a control character");
    for (const Header& header : request.headers) {
        const auto breaks = [](char c) { return is_control(c) && c != '\t'; };
        if (!is_token(header.name))
            return fail(Errc::invalid, fmt::format("header name \"{}\" is not a token", header.name));
        if (std::ranges::any_of(header.value, breaks))
            return fail(Errc::invalid, fmt::format("header {} contains a control character", header.name));
    }
    return {};
}

std::string_view value_of(const std::vector<Header>& headers, std::string_view name) {
    const auto found = std::ranges::find_if(headers, [&](const Header& h) { return iequals(h.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::string version_of(long known) {
    switch (known) {
        case CURL_HTTP_VERSION_1_0:
            return "1.0";
        case CURL_HTTP_VERSION_2_0:
            return "2";
        default:
            return "1.1";
    }
}

}  // namespace

Transfer::Transfer(TransferContext context) : context_(context), easy_(curl_easy_init(), &curl_easy_cleanup) {
    if (!easy_) throw std::bad_alloc{};
    set_permanent_options();
}

Transfer& Transfer::of(CURL* easy) { return *get<Transfer*>(easy, CURLINFO_PRIVATE); }

void Transfer::set_permanent_options() {
    CURL* const easy = easy_.get();
    set(easy, CURLOPT_PRIVATE, this);
    set(easy, CURLOPT_ERRORBUFFER, error_text_);
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_QUICK_EXIT,
        1L);  // ending a transfer does not wait for the resolver thread
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(easy, CURLOPT_CAINFO, nullptr);  // on_tls sets the store
    set(easy, CURLOPT_CAPATH, nullptr);
    set(easy, CURLOPT_SSL_CTX_FUNCTION, &Transfer::on_tls);
    set(easy, CURLOPT_SSL_CTX_DATA, context_.trust);
    set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(easy, CURLOPT_WRITEDATA, this);
    set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(easy, CURLOPT_HEADERDATA, this);
    set(easy, CURLOPT_MAXAGE_CONN, kIdleLimit);
    set(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_request);
    set(easy, CURLOPT_PREREQDATA, this);
    set(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open);
    set(easy, CURLOPT_OPENSOCKETDATA, this);
    set(easy, CURLOPT_CLOSESOCKETFUNCTION, &Transfer::on_close);
    set(easy, CURLOPT_CLOSESOCKETDATA, &context_.sockets);  // a connection outlives its first transfer
    set(easy, CURLOPT_TCP_KEEPALIVE, 1L);  // responses may be long streams: detects dead connections
    set(easy, CURLOPT_TCP_KEEPIDLE, 20L);
    set(easy, CURLOPT_TCP_KEEPINTVL, 5L);
    if (const auto& identity = context_.options.identity) {
        set_blob(easy, CURLOPT_SSLCERT_BLOB, identity->certificate);
        set_blob(easy, CURLOPT_SSLKEY_BLOB, identity->key.reveal());
    }
    if (!context_.options.user_agent.empty())
        set(easy, CURLOPT_USERAGENT, context_.options.user_agent.c_str());
}

Result<void> Transfer::begin(ClientRequest request) {
    if (auto checked = check(request); !checked) return checked;
    Result<std::string> url = request_url(request.url);
    if (!url) return fail(Errc::invalid, "the URL " + url.error().what);
    request_ = std::move(request);
    url_ = std::move(*url);
    response_ = {};
    redirects_ = 0;
    address_denied_ = false;
    resend_refused_ = false;
    begun_ = hop_begun_ = Clock::now();
    end_by_ = begun_ + std::min(request_.timeout, kLongestTime);
    prepare_hop();
    return {};
}

void Transfer::prepare_hop() {
    error_text_[0] = '\0';
    response_.body.clear();
    response_.body_size = 0;
    response_.cut = false;
    decoder_.reset();
    response_.headers.clear();
    header_bytes_ = 0;
    set(easy(), CURLOPT_URL, url_.c_str());
    prepare_method();
    prepare_headers();
    prepare_time();
}

void Transfer::prepare_method() {
    if (request_.body) {
        set(easy(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
        set(easy(), CURLOPT_POSTFIELDS, request_.body->c_str());
    }
    const std::string& method = request_.method;
    const bool has_body = request_.body.has_value();
    if (method == method_ && has_body == method_has_body_) return;  // usually unchanged
    set(easy(), CURLOPT_NOBODY, 0L);
    set(easy(), has_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    if (method == "HEAD" && !has_body) set(easy(), CURLOPT_NOBODY, 1L);
    const bool implied = method == "HEAD" || method == (has_body ? "POST" : "GET");
    set(easy(), CURLOPT_CUSTOMREQUEST, implied ? static_cast<const char*>(nullptr) : method.c_str());
    method_ = method;
    method_has_body_ = has_body;
}

void Transfer::prepare_headers() {
    header_list_.clear();
    if (request_.body && request_.body->size() >= kExpectSize) header_list_.leave_out("Expect");
    bool content_type = false;
    for (const Header& header : request_.headers) {
        if (header.value.empty() || is_framing(header.name)) continue;
        header_list_.add(header.name, header.value);
        content_type = content_type || iequals(header.name, "Content-Type");
    }
    if (request_.body && !content_type) header_list_.leave_out("Content-Type");
    set(easy(), CURLOPT_HTTPHEADER, header_list_.link());
}

void Transfer::prepare_time() {
    deadline_ = std::min(end_by_, hop_begun_ + std::min(request_.connect_timeout, kLongestTime));
    const Millis to_libcurl = request_.connect_timeout < kConnectLimit ? Millis{0} : kNoConnectLimit;
    set(easy(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(to_libcurl.count()));
}

bool Transfer::is_connected() const { return get<curl_off_t>(easy(), CURLINFO_PRETRANSFER_TIME_T) > 0; }

/// libcurl repeats a request if a reused connection ends without a response, or if an HTTP/2 target refuses
/// the stream. The number of bytes sent in this hop is 0 only if nothing was sent yet: then the connection
/// was closed while idle, and the request still has to be sent.
bool Transfer::refuses_resend() {
    if (request_.unanswered == ClientRequest::Unanswered::again) return false;
    if (get<long>(easy(), CURLINFO_REQUEST_SIZE) > 0) resend_refused_ = true;
    return resend_refused_;
}

std::optional<Error> Transfer::overdue() {
    const Clock::time_point now = Clock::now();
    if (now >= end_by_ || (now >= deadline_ && !is_connected())) return timeout();
    if (now >= deadline_) deadline_ = end_by_;
    return std::nullopt;
}

std::optional<ClientResult> Transfer::hop_ended(CURLcode code) {
    if (code != CURLE_OK) return std::unexpected(failed(failure(code)));
    response_.status = static_cast<unsigned>(get<long>(easy(), CURLINFO_RESPONSE_CODE));
    if (auto followed = follow()) {
        if (*followed) return std::nullopt;
        return std::unexpected(failed(std::move(followed->error())));
    }
    return take_response();
}

ClientFailure Transfer::failed(Error error) {
    response_.status = static_cast<unsigned>(get<long>(easy(), CURLINFO_RESPONSE_CODE));
    ClientFailure failure{std::move(error), take_response()};
    failure.partial.cut = true;
    return failure;
}

std::optional<Result<void>> Transfer::follow() {
    const char* const location = get<char*>(easy(), CURLINFO_REDIRECT_URL);
    if (!is_redirect(response_.status) || location == nullptr || request_.max_redirects == 0)
        return std::nullopt;
    if (++redirects_ > request_.max_redirects)
        return fail(Errc::invalid, fmt::format("more than {} redirects", request_.max_redirects));
    Result<std::string> next = request_url(location);
    if (!next) return fail(Errc::invalid, "redirect to a URL that " + next.error().what);
    if (!has_http_scheme(*next))
        return fail(Errc::invalid, "redirect to a URL that is neither http nor https");
    if (next->size() > kUrlSize) return fail(Errc::invalid, "redirect to a URL that is too long");
    if (auto left = leave_origin(*next); !left) return left;
    const bool repeats = response_.status == 307 || response_.status == 308 || request_.method == "HEAD";
    if (!repeats) {
        request_.method = "GET";
        request_.body.reset();
        std::erase_if(request_.headers, [](const Header& h) { return istarts_with(h.name, "Content-"); });
    }
    url_ = std::move(*next);
    response_.redirects.push_back({response_.status, request_.method, url_});
    hop_begun_ = Clock::now();
    prepare_hop();
    return Result<void>{};
}

Result<void> Transfer::leave_origin(const std::string& next) {
    if (same_origin(url_, next)) return {};
    if (request_.redirects == ClientRequest::Redirects::same_origin)
        return fail(Errc::denied, fmt::format("redirect to another origin, {}, is not followed: the request "
                                              "carries secrets",
                                              origin_of(next)));
    if (!is_upgrade(url_, next))
        std::erase_if(request_.headers, [](const Header& h) { return names_credential(h.name); });
    return {};
}

ClientResponse Transfer::take_response() {
    const char* const address = get<char*>(easy(), CURLINFO_PRIMARY_IP);
    response_.address = address == nullptr ? "" : address;
    response_.version = version_of(get<long>(easy(), CURLINFO_HTTP_VERSION));
    response_.cut = response_.cut || (decoder_ && !decoder_->at_end());
    response_.received_at = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    take_timing();
    return std::move(response_);
}

void Transfer::take_timing() {
    using std::chrono::microseconds;
    const auto earlier = std::chrono::duration_cast<microseconds>(hop_begun_ - begun_);
    const auto phase = [&](CURLINFO info) {
        const microseconds end{get<curl_off_t>(easy(), info)};
        return end.count() == 0 ? end : earlier + end;
    };
    response_.timing = {.dns = phase(CURLINFO_NAMELOOKUP_TIME_T),
                        .connect = phase(CURLINFO_CONNECT_TIME_T),
                        .tls = phase(CURLINFO_APPCONNECT_TIME_T),
                        .first_byte = phase(CURLINFO_STARTTRANSFER_TIME_T),
                        .total = phase(CURLINFO_TOTAL_TIME_T)};
}

void Transfer::reset() {
    // Only after a request with a body: this option makes the next request a POST.
    if (request_.body) set(easy(), CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
    set(easy(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    request_ = {};
    response_ = {};
    decoder_.reset();
}

Error Transfer::failure(CURLcode code) const {
    if (resend_refused_) return {Errc::unavailable, "connection closed without an answer"};
    const std::string detail = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return timeout();
        case CURLE_URL_MALFORMAT:
            return {Errc::invalid, "broken URL: " + detail};
        case CURLE_COULDNT_RESOLVE_HOST:
            return {Errc::unavailable, "could not resolve host " + host_of(url_)};
        case CURLE_COULDNT_CONNECT:
            if (address_denied_) return {Errc::denied, "address of " + host_of(url_) + " is not allowed"};
            return {Errc::unavailable, connect_failure()};
        case CURLE_PEER_FAILED_VERIFICATION:
            return {Errc::unavailable, without_prefix(detail, "SSL certificate problem: ")};
        case CURLE_SSL_CONNECT_ERROR:
            return {Errc::unavailable, "TLS failed: " + detail};
        case CURLE_GOT_NOTHING:
            return {Errc::unavailable, "connection closed without an answer"};
        case CURLE_PARTIAL_FILE:
            return {Errc::unavailable, "answer ended early"};
        case CURLE_SEND_ERROR:
            return {Errc::unavailable, without_prefix(detail, "Send failure: ")};
        case CURLE_RECV_ERROR:
            return {Errc::unavailable, without_prefix(detail, "Recv failure: ")};
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY:
            return {Errc::unavailable, "the answer is not HTTP: " + detail};
        case CURLE_WRITE_ERROR:
            return {Errc::unavailable, "the answer was not read to its end"};
        case CURLE_OUT_OF_MEMORY:
            return {Errc::internal, "out of memory"};
        default:
            return {Errc::unavailable, detail};
    }
}

Error Transfer::timeout() const {
    const bool resolved = get<curl_off_t>(easy(), CURLINFO_NAMELOOKUP_TIME_T) > 0;
    if (is_connected())
        return {Errc::timeout, "no complete answer within " + format_duration(request_.timeout)};
    const Millis limit = std::min(request_.connect_timeout, request_.timeout);
    return {Errc::timeout,
            (resolved ? "no connection within " : "name not resolved within ") + format_duration(limit)};
}

std::string Transfer::connect_failure() const {
    const long error = get<long>(easy(), CURLINFO_OS_ERRNO);
    std::string text =
        error == 0 ? "could not connect" : std::generic_category().message(static_cast<int>(error));
    text.front() = to_lower(text.front());
    return text;
}

void Transfer::keep(std::string_view piece) {
    const bool is_first = response_.body_size == piece.size();
    if (is_first && Inflater::decodes(value_of(response_.headers, "Content-Encoding"))) decoder_.emplace();
    if (!decoder_) return keep_as_it_came(piece);
    if (response_.cut) return;
    switch (decoder_->feed(piece, response_.body, request_.body_limit)) {
        case Inflater::State::whole:
            return;
        case Inflater::State::full:
            response_.cut = true;
            return;
        case Inflater::State::broken:
            response_.cut = !response_.body.empty();
            if (response_.cut) return;
            decoder_.reset();
            keep_as_it_came(piece);
    }
}

void Transfer::keep_as_it_came(std::string_view piece) {
    const std::size_t room = request_.body_limit - std::min(response_.body.size(), request_.body_limit);
    response_.body.append(piece.substr(0, room));
    response_.cut = response_.cut || piece.size() > room;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* transfer) try {
    auto& self = *static_cast<Transfer*>(transfer);
    const std::size_t bytes = size * count;
    self.response_.body_size += bytes;
    if (self.request_.on_body && get<long>(self.easy(), CURLINFO_RESPONSE_CODE) / 100 == 2) {
        return self.request_.on_body({data, bytes}) ? bytes : CURL_WRITEFUNC_ERROR;
    }
    self.keep({data, bytes});
    return bytes;
} catch (...) {
    return CURL_WRITEFUNC_ERROR;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* transfer) try {
    auto& self = *static_cast<Transfer*>(transfer);
    const std::string_view line{data, size * count};
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) {  // headers of 1xx responses are discarded
        self.response_.headers.clear();
        self.header_bytes_ = 0;
    } else if (colon != line.npos) {
        self.header_bytes_ += line.size();
        if (self.response_.headers.empty()) self.response_.headers.reserve(kUsualHeaders);
        if (self.header_bytes_ <= kHeaderBytesKept)
            self.response_.headers.push_back(
                {std::string{trim(line.substr(0, colon))}, std::string{trim(line.substr(colon + 1))}});
    }
    return line.size();
} catch (...) {
    return CURL_WRITEFUNC_ERROR;
}

int Transfer::on_request(void* transfer, char*, char*, int, int) {
    return static_cast<Transfer*>(transfer)->refuses_resend() ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

curl_socket_t Transfer::on_open(void* transfer, curlsocktype, curl_sockaddr* address) try {
    auto& self = *static_cast<Transfer*>(transfer);
    if (self.refuses_resend()) return CURL_SOCKET_BAD;
    const auto& allowed = self.context_.options.allow_address;
    if (allowed && !allowed(address->addr)) {
        self.address_denied_ = true;
        return CURL_SOCKET_BAD;
    }
    return self.context_.sockets.open_socket(*address);
} catch (...) {
    return CURL_SOCKET_BAD;
}

int Transfer::on_close(void* sockets, curl_socket_t fd) {
    static_cast<SocketSource*>(sockets)->close_socket(fd);
    return 0;
}

CURLcode Transfer::on_tls(CURL*, void* context, void* trust) {
    SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(context), static_cast<X509_STORE*>(trust));
    return CURLE_OK;
}

}  // namespace ecron::http
