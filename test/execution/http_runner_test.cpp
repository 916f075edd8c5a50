#include "ecron/execution/http_runner.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>

#include "ecron/base/off_loop.hpp"
#include "http/certificates.hpp"
#include "http/support.hpp"

/// Behaviours of targets, and the resulting records of attempts.
using namespace ecron;
using namespace ecron::execution;
using namespace ecron::http::test;
using namespace std::chrono_literals;
using Then = ScriptedServer::Then;

namespace {

class Targets {
public:
    explicit Targets(http::ClientOptions options = {}) : client_(std::move(options)) {}

    AttemptResult run(const std::string& url, Millis timeout = 20s, const std::string& method = "GET") {
        auto task = std::make_shared<Task>();
        task->context.method = method;
        task->context.exec = url;
        task->context.timeout = timeout;
        std::optional<AttemptResult> result;
        runner_->start({ExecuteId{"e"}, 1, {}, task},
                       [&](AttemptResult ended) { result = std::move(ended); });
        client_.run_until([&] { return result.has_value(); });
        return std::move(*result);
    }

private:
    TestClient client_;
    Secrets secrets_;
    std::unique_ptr<Runner> runner_{
        make_http_runner(client_.io(), *client_, secrets_, {.connect_timeout = Millis{300}})};
};

/// Checks for a failure whose record contains `what`.
void check_failed(const AttemptResult& result, const std::string& what) {
    CHECK(result.outcome == model::ExecutionState::failure);
    CHECK_THAT(result.reason, Catch::Contains(what));
}

std::size_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t all = 0, resident = 0;
    file >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// The port is closed again.
std::uint16_t free_port() {
    const TestServer gone{echo};
    return gone.port();
}

/// Sends that many pieces, then ends the body.
class Pieces final : public http::BodyStream {
public:
    Pieces(std::size_t count, std::size_t size) : left_(count), piece_(size, 'x') {}
    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (left_ == 0) co_return std::nullopt;
        --left_;
        co_return piece_;
    }

private:
    std::size_t left_;
    std::string piece_;
};

/// A child process of nghttpd, which speaks HTTP/2 over TLS and serves the files of a folder. Port 0: it is
/// not installed, or did not start.
class Http2Server {
public:
    Http2Server(const std::string& folder, const http::TlsFiles& files) {
        for (int tries = 0; tries < 5 && port_ == 0; ++tries) start(folder, files);
        if (port_ != 0) return;
        if (std::getenv("CI") != nullptr) FAIL("nghttpd does not start: is nghttp2-server installed?");
        std::cerr << "skipped: there is no nghttpd to speak HTTP/2 with\n";
    }
    ~Http2Server() { stop(); }
    Http2Server(const Http2Server&) = delete;
    Http2Server& operator=(const Http2Server&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void start(const std::string& folder, const http::TlsFiles& files) {
        const std::uint16_t port = free_port();
        std::vector<std::string> words{"nghttpd",      "-a",
                                       "127.0.0.1",    "-d",
                                       folder,         std::to_string(port),
                                       files.key_file, files.certificate_file};
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        if (::posix_spawnp(&pid_, "nghttpd", nullptr, nullptr, arguments.data(), environ) != 0) {
            pid_ = -1;
            return;
        }
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (std::chrono::steady_clock::now() < deadline) {
            if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
                pid_ = -1;
                return;
            }
            if (accepts(port)) {
                port_ = port;
                return;
            }
        }
        stop();
    }
    static bool accepts(std::uint16_t port) try {
        const RawClient client{port};
        return true;
    } catch (const std::exception&) {
        std::this_thread::sleep_for(10ms);
        return false;
    }
    void stop() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

    pid_t pid_{-1};
    std::uint16_t port_{0};
};

}  // namespace

TEST_CASE("an unreachable target is reported with the cause", "[http][targets]") {
    Targets targets;
    const std::string label(64, 'x');  // one more character than a label may have: fails without a network
    check_failed(targets.run("http://" + label + ".invalid/"), "could not resolve host " + label);
    check_failed(targets.run(fmt::format("http://127.0.0.1:{}/", free_port())), "connection refused");
    check_failed(targets.run("http://slow.test/"), "name not resolved within 300ms");
}

TEST_CASE("a request with secrets is not redirected to another origin", "[http][targets]") {
    TestServer elsewhere{echo};
    TestServer target{[&](const http::Request&) -> boost::asio::awaitable<http::Response> {
        co_return http::Response{.status = 307, .headers = {{"Location", elsewhere.url("/")}}};
    }};
    auto task = std::make_shared<Task>();
    task->context.exec = target.url("/");
    const bool in_header = GENERATE(true, false);
    if (in_header)
        task->context.headers = model::NameValues{{"X-Any", "${secret:door}"}};
    else
        task->context.body = R"({"key":"${secret:door}"})";
    TestClient client;
    const Secrets secrets{"", {{"ECRON_SECRET_DOOR", "open sesame"}}};
    const auto runner = make_http_runner(client.io(), *client, secrets, {});
    std::optional<AttemptResult> result;
    runner->start({ExecuteId{"e"}, 1, {}, task}, [&](AttemptResult ended) { result = std::move(ended); });
    client.run_until([&] { return result.has_value(); });
    check_failed(*result, "redirect to another origin");
    CHECK_THAT(result->reason, Catch::Contains("carries secrets") && !Catch::Contains("sesame"));
    CHECK(elsewhere.connections() == 0);
}

TEST_CASE("large requests are built, and large responses masked, beside the loop", "[http][targets]") {
    constexpr std::size_t kLarge = 4 * kLargeWork;
    TestServer target{[](const http::Request& request) -> boost::asio::awaitable<http::Response> {
        const bool is_form = request.header("Content-Type").starts_with("application/x-www-form");
        const std::string padding(kLarge, 'x');
        const std::string sent = is_form ? "key=open%20sesame&pad=" + padding
                                         : R"({"key":"open sesame","pad":")" + padding + "\"}";
        const bool is_sent = request.body == sent;
        co_return http::Response{.status = is_sent ? 200U : 400U, .body = "open sesame" + padding};
    }};
    auto task = std::make_shared<Task>();
    task->context.exec = target.url("/");
    task->context.body = R"({"key":"${secret:door}","pad":")" + std::string(kLarge, 'x') + "\"}";
    if (GENERATE(false, true))
        task->context.headers = model::NameValues{{"Content-Type", "application/x-www-form-urlencoded"}};
    TestClient client;
    const Secrets secrets{"", {{"ECRON_SECRET_DOOR", "open sesame"}}};
    const auto runner = make_http_runner(client.io(), *client, secrets, {.output_limit = 2 * kLarge});
    std::optional<AttemptResult> result;
    const LargeWorkCount on_loop;
    runner->start({ExecuteId{"e"}, 1, {}, task}, [&](AttemptResult ended) { result = std::move(ended); });
    client.run_until([&] { return result.has_value(); });
    CHECK(on_loop.pieces() == 0);
    CHECK(result->reason.empty());
    CHECK(result->outcome == model::ExecutionState::success);
    CHECK(result->output == "***" + std::string(kLarge, 'x'));
}

TEST_CASE("a large request that is cancelled while it is built is not sent", "[http][targets]") {
    TestServer target{echo};
    auto task = std::make_shared<Task>();
    task->context.exec = target.url("/");
    task->context.body = "\"" + std::string(2 * kLargeWork, 'x') + "\"";
    TestClient client;
    const Secrets secrets;
    const auto runner = make_http_runner(client.io(), *client, secrets, {});
    std::optional<AttemptResult> result;
    const AttemptOrder order{ExecuteId{"e"}, 1, {}, task};
    runner->start(order, [&](AttemptResult ended) { result = std::move(ended); });
    runner->cancel(order.execute_id);
    CHECK_FALSE(result);
    client.run_until([&] { return result.has_value(); });
    CHECK(result->reason == "cancelled");
    CHECK(target.connections() == 0);
}

TEST_CASE("a runner ends while a large request is built", "[http][targets]") {
    TestServer target{echo};
    auto task = std::make_shared<Task>();
    task->context.exec = target.url("/");
    task->context.body = "\"" + std::string(64 * kLargeWork, 'x') + "${secret:door}\"";
    TestClient client;
    bool is_done = false;
    {
        const Secrets secrets{"", {{"ECRON_SECRET_DOOR", "open sesame"}}};
        const auto runner = make_http_runner(client.io(), *client, secrets, {});
        runner->start({ExecuteId{"e"}, 1, {}, task}, [&](AttemptResult) { is_done = true; });
        client.io().poll();
    }
    client.io().restart();
    client.io().run();
    CHECK_FALSE(is_done);
    CHECK(target.connections() == 0);
}

TEST_CASE("a secret bound to another origin is not sent", "[http][targets]") {
    TestServer target{echo};
    TestServer bound{echo};
    const TemporaryDirectory directory;
    std::ofstream{directory.file("door")} << "open sesame";
    std::ofstream{directory.file("door.allow")} << "origin " << bound.url("/any") << '\n';
    const Secrets secrets{directory.file(""), {}};
    TestClient client;
    const auto runner = make_http_runner(client.io(), *client, secrets, {});
    const auto run = [&](const TestServer& server) {
        auto task = std::make_shared<Task>();
        task->context.exec = server.url("/");
        task->context.headers = model::NameValues{{"X-Any", "${secret:door}"}};
        std::optional<AttemptResult> result;
        runner->start({ExecuteId{"e"}, 1, {}, task}, [&](AttemptResult ended) { result = std::move(ended); });
        client.run_until([&] { return result.has_value(); });
        return std::move(*result);
    };
    const AttemptResult refused = run(target);
    check_failed(refused, fmt::format("the secret door is not for http://127.0.0.1:{}", target.port()));
    CHECK_THAT(refused.reason, !Catch::Contains("sesame"));
    CHECK(target.connections() == 0);
    CHECK(run(bound).outcome == model::ExecutionState::success);
}

TEST_CASE("an invalid certificate of a target is reported with the cause", "[http][targets]") {
    const TemporaryDirectory directory;
    const Authority authority{"known"};
    const auto [name, wanted, what] = GENERATE(table<std::string, Authority::Wanted, std::string>({
        {"expired", {.valid_from = -7'200, .valid_until = -3'600}, "certificate has expired"},
        {"wrong name", {.host = "other.example"}, "localhost"},
        {"self-signed", {.self_signed = true}, "self-signed certificate"},
    }));
    CAPTURE(name);
    const TestServer server{echo, {.tls = authority.issue(directory.file("s"), wanted)}};
    Targets targets{{.ca_file = authority.write(directory.file("ca"))}};
    check_failed(targets.run(server.url()), what);
}

TEST_CASE("an invalid response of a target is reported with the cause", "[http][targets]") {
    Targets targets;
    struct Case {
        std::string answer;
        Then then;
        std::string what;
    };
    const auto [answer, then, what] = GENERATE(values<Case>({
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", Then::close, "answer ended early"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", Then::hold, "no complete answer within 200ms"},
        {"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n", Then::close, "Content-Length"},
        {"HTTP/1.1 200 OK\r\n\r\nwithout end", Then::hold, "no complete answer within 200ms"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Then::close, "answer ended early"},
        {"220 mail.example ESMTP\r\n", Then::close, "the answer is not HTTP"},
        {"", Then::close, "connection closed without an answer"},
    }));
    CAPTURE(answer);
    const ScriptedServer server{answer, then};
    check_failed(targets.run(server.url(), 200ms), what);
}

TEST_CASE("endless redirects end after ten hops", "[http][targets]") {
    int asked = 0;
    const TestServer server{[&](const http::Request& request) -> boost::asio::awaitable<http::Response> {
        ++asked;
        co_return http::Response{.status = 302, .headers = {{"Location", request.path + "x"}}};
    }};
    Targets targets;
    const AttemptResult result = targets.run(server.url());
    check_failed(result, "redirects");
    CHECK(result.code == 302);
    CHECK_THAT(result.detail, Catch::Contains(server.url("/xxxxxxxxxx")));
    CHECK(asked == 11);
}

TEST_CASE("a redirected POST is shown in its record", "[http][targets]") {
    const TestServer server{[](const http::Request& request) -> boost::asio::awaitable<http::Response> {
        if (request.path == "/done") co_return http::Response{.body = http::test::name(request.method)};
        co_return http::Response{.status = 302, .headers = {{"Location", "/done?code=one-time"}}};
    }};
    Targets targets;
    const AttemptResult result = targets.run(server.url(), 20s, "POST");
    CHECK(result.outcome == model::ExecutionState::success);
    CHECK(result.output == "GET");
    CHECK_THAT(result.detail, Catch::Contains(fmt::format(
                                  R"("redirects":[{{"status":302,"method":"GET","url":"{}?code=***"}}])",
                                  server.url("/done"))));
}

TEST_CASE("status and body of a truncated response are kept", "[http][targets]") {
    const auto [then, reason] = GENERATE(
        table<Then, std::string>({{Then::close, "answer ended early"}, {Then::hold, "no complete answer"}}));
    const ScriptedServer server{"HTTP/1.1 202 Accepted\r\nServer: s\r\nContent-Length: 10\r\n\r\nshort",
                                then};
    Targets targets;
    const AttemptResult result = targets.run(server.url(), 200ms);
    check_failed(result, reason);
    CHECK(result.code == 202);
    CHECK(result.output == "short");
    CHECK_THAT(result.detail, Catch::Contains(R"("Server":"s")"));
}

TEST_CASE("a response of one gibibyte is read to its end, and only a small part is kept", "[http][targets]") {
    static constexpr std::size_t kPiece = 1UL << 20;
    const TestServer server{[](const http::Request& request) -> boost::asio::awaitable<http::Response> {
        http::Response response;
        response.stream = std::make_shared<Pieces>(request.path == "/all" ? 1'024 : 1, kPiece);
        co_return response;
    }};
    Targets targets;
    static_cast<void>(targets.run(server.url("/warm-up")));
    const std::size_t before = resident_bytes();
    const AttemptResult result = targets.run(server.url("/all"), 120s);
    CHECK(result.outcome == model::ExecutionState::success);
    CHECK(result.output.size() == 64 * 1'024);
    CHECK(result.detail.find(R"("body_size":1073741824)") != std::string::npos);
    // The server's pieces and the socket buffers are in this process too: some MiB, regardless of the length.
    // The address sanitizer holds back 256 MiB of freed memory.
#if __has_feature(address_sanitizer)
    constexpr std::size_t kMax = 320 * kPiece;
#else
    constexpr std::size_t kMax = 32 * kPiece;
#endif
    CHECK(resident_bytes() < before + kMax);
}

TEST_CASE("a target may listen on IPv6", "[http][targets]") {
    const TestServer server{echo, {.address = "::1"}};
    Targets targets;
    const AttemptResult result = targets.run(fmt::format("http://[::1]:{}/six", server.port()));
    CHECK(result.outcome == model::ExecutionState::success);
    CHECK(result.output == "GET /six");
    CHECK(result.detail.find(R"("address":"::1")") != std::string::npos);
}

TEST_CASE("a target may speak HTTP/2", "[http][targets]") {
    const TemporaryDirectory directory;
    const Authority authority{"known"};
    const http::TlsFiles files = authority.issue(directory.file("s"));
    std::ofstream{directory.file("report")} << "in frames";
    const Http2Server server{directory.file(""), files};
    if (server.port() == 0) return;
    Targets targets{{.ca_file = authority.write(directory.file("ca"))}};
    const AttemptResult result = targets.run(fmt::format("https://localhost:{}/report", server.port()));
    CHECK(result.reason.empty());
    CHECK(result.code == 200);
    CHECK(result.output == "in frames");
    CHECK(result.detail.find(R"("http":"2")") != std::string::npos);
}
