#include "e2e/api.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cctype>
#include <utility>

namespace ecron::e2e {
namespace {

std::size_t take_body(char* data, std::size_t, std::size_t size, void* reply) {
    static_cast<Reply*>(reply)->body.append(data, size);
    return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* reply) {
    const std::string line(data, size);
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return size;
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t first = line.find_first_not_of(' ', colon + 1);
    static_cast<Reply*>(reply)->headers[name] = line.substr(first, line.find_last_not_of("\r\n") + 1 - first);
    return size;
}

std::string full_path(const std::string& path) {
    for (const char* root : {"/health", "/metrics", "/api", "/ui"})
        if (path.starts_with(root)) return path;
    return "/api/ecron-management/v1" + path;
}

}  // namespace

json::value Reply::parsed() const { return json::parse(body); }

std::string Reply::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

std::string Reply::text(const std::string& pointer) const {
    return std::string{parsed().at_pointer(pointer).as_string()};
}

struct Api::Handle {
    CURL* curl{curl_easy_init()};
    ~Handle() { curl_easy_cleanup(curl); }
};

Api::Api(std::uint16_t port, std::string authority)
    : port_(port),
      authority_(std::move(authority)),
      handle_(std::make_unique<Handle>()) {}
Api::~Api() = default;
Api::Api(Api&&) noexcept = default;
Api& Api::operator=(Api&&) noexcept = default;

Reply Api::send(const std::string& method, const std::string& path, const std::string& body,
                const Headers& headers) {
    CURL* const curl = handle_->curl;
    Reply reply;
    curl_easy_reset(curl);  // keeps the connections
    const std::string url =
        fmt::format("{}://127.0.0.1:{}{}", authority_.empty() ? "http" : "https", port_, full_path(path));
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    if (!authority_.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, authority_.c_str());
    if (method == "POST" || method == "PUT" || method == "PATCH") {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
    }
    if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    curl_slist_free_all(list);
    return reply;
}

RawConnection::RawConnection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no connection to ecron");
}
RawConnection::~RawConnection() {
    if (fd_ >= 0) ::close(fd_);
}
RawConnection::RawConnection(RawConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

void RawConnection::send(const std::string& bytes) const {
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) return;  // closed by the peer, possibly after a response
        sent += static_cast<std::size_t>(size);
    }
}

std::string RawConnection::receive() const {
    std::string received;
    char buffer[4'096];
    for (;;) {
        pollfd polled{.fd = fd_, .events = POLLIN};
        if (::poll(&polled, 1, received.empty() ? 30'000 : 1'000) <= 0) return received;
        const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
        if (size <= 0) return received;
        received.append(buffer, static_cast<std::size_t>(size));
    }
}

}  // namespace ecron::e2e
