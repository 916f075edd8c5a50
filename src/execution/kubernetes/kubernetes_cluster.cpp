#include "execution/kubernetes/kubernetes_cluster.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "ecron/base/log.hpp"
#include "ecron/http/retry_after.hpp"
#include "execution/kubernetes/kubernetes_state.hpp"

namespace ecron::execution {
namespace {

constexpr Seconds kTokenAge{60};  // kubelets rotate a token long before it expires
constexpr Millis kConnectTimeout{10'000};

ClusterAnswer answer_of(Result<http::ClientResponse> response) {
    ClusterAnswer answer;
    if (!response) {
        answer.what = fmt::format("the API server cannot be reached: {}", response.error().what);
        return answer;
    }
    answer.status = response->status;
    answer.retry_after = http::retry_after(*response);
    if (answer.ok() && response->cut)
        return {.what = "the API server's answer is too large", .too_large = true};
    answer.body = std::move(response->body);
    if (!answer.ok())
        answer.what =
            fmt::format("the API server answered {}: {}", answer.status, status_message(answer.body));
    return answer;
}

}  // namespace

Cluster::Cluster(const Clock& clock, http::Client& client, std::string server)
    : clock_(clock),
      access_{.server = std::move(server)},
      client_(&client) {}

Cluster::Cluster(boost::asio::io_context& io, const Clock& clock, ClusterAccess access,
                 http::ClientOptions options)
    : clock_(clock),
      access_(std::move(access)) {
    options.ca_text = access_.authority;
    options.identity = access_.identity;
    own_client_ = std::make_unique<http::Client>(io, std::move(options));
    client_ = own_client_.get();
}

boost::asio::awaitable<ClusterAnswer> Cluster::call(ClusterCall call) {
    http::ClientRequest request = request_of(call);
    Result<http::ClientResponse> response = co_await client_->send(std::move(request));
    if (response && response->status == 401 && !access_.token_file.empty()) {
        read_token();  // the token may have been replaced
        http::ClientRequest again = request_of(call);
        response = co_await client_->send(std::move(again));
    }
    co_return answer_of(std::move(response));
}

http::ClientRequest Cluster::request_of(const ClusterCall& call) {
    http::ClientRequest request{.method = call.method,
                                .url = access_.server + call.path,
                                .headers = {{"Accept", "application/json"}},
                                .body = call.body,
                                .connect_timeout = kConnectTimeout,
                                .timeout = call.timeout,
                                .max_redirects = 0,
                                .body_limit = call.body_limit,
                                .on_body = call.on_body};
    if (call.method == "GET") request.unanswered = http::ClientRequest::Unanswered::again;
    if (call.body) request.headers.push_back({"Content-Type", "application/json"});
    if (const std::string bearer = token(); !bearer.empty())
        request.headers.push_back({"Authorization", "Bearer " + bearer});
    return request;
}

std::string Cluster::token() {
    const bool is_old = clock_.steady() - token_read_ > kTokenAge;
    if (!access_.token_file.empty() && (access_.token.empty() || is_old)) read_token();
    return access_.token.reveal();
}

void Cluster::read_token() {
    token_read_ = clock_.steady();
    std::ifstream file{access_.token_file};
    std::string token;
    if (file >> token)
        access_.token = SecretText{std::move(token)};
    else
        log::warn("failed to read token, keeping the old one: file={}", access_.token_file);
}

}  // namespace ecron::execution
