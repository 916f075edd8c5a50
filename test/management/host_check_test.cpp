#include <algorithm>

#include "management/guarded.hpp"
#include "management/routes.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

/// Without authentication, on loopback.
class Open : public Service {
public:
    Open() { options.hosts = {.listens_on = "127.0.0.1"}; }
};

Reply post_from(Service& api, std::vector<http::Header> headers) {
    headers.push_back({"Content-Type", "text/plain"});
    return api.ask(Method::post, "/job", job_text("job"), std::move(headers));
}

void check_refused(const Reply& reply, std::string_view cause) {
    CHECK(reply.status() == 403);
    CHECK(reply.at("/code") == 403009001);
    CHECK(reply.cause() == cause);
}

constexpr std::string_view kOrigin = "Request of a page of another origin";
constexpr std::string_view kHost = "Host is not among allowed_hosts";

}  // namespace

TEST_CASE("a request of a page of another origin is refused", "[management][origin]") {
    Open api;
    const std::string origin =
        GENERATE("http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:12346",
                 "http://127.0.0.1", "http://localhost:12345", "http://", "x");
    CAPTURE(origin);
    check_refused(post_from(api, {{"Host", "127.0.0.1:12345"}, {"Origin", origin}}), kOrigin);
    CHECK(api.get("/jobtotal").at("/total") == 0);
}

TEST_CASE("Sec-Fetch-Site: cross-site is sufficient for a refusal", "[management][origin]") {
    Open api;
    check_refused(post_from(api, {{"Host", "127.0.0.1:12345"}, {"Sec-Fetch-Site", "cross-site"}}), kOrigin);
    CHECK(post_from(api, {{"Host", "127.0.0.1:12345"}, {"Sec-Fetch-Site", "same-origin"}}).status() == 201);
}

TEST_CASE("a Host that is not host and port matches no host", "[management][origin]") {
    Open api;
    const std::string host = GENERATE("localhost:80@evil.example", "[localhost].evil.example", "[::1]evil",
                                      "[::1", "[localhost]", "localhost:80:1", "me@localhost", "localhost/x");
    CAPTURE(host);
    check_refused(api.ask(Method::get, "/job", "", {{"Host", host}}), kHost);
    check_refused(post_from(api, {{"Host", host}, {"Origin", "http://" + host}}), kOrigin);
}

TEST_CASE("each of several repeated headers must be valid", "[management][origin]") {
    Open api;
    const std::string host = "127.0.0.1:12345";
    check_refused(
        post_from(api,
                  {{"Host", host}, {"Origin", "http://127.0.0.1:12345"}, {"Origin", "http://evil.example"}}),
        kOrigin);
    check_refused(
        post_from(api, {{"Host", host}, {"Sec-Fetch-Site", "same-origin"}, {"sec-fetch-site", "cross-site"}}),
        kOrigin);
}

TEST_CASE("every route refuses pages of other origins", "[management][origin]") {
    Guarded api;
    for (const Route& route : routes()) {
        std::string path{route.pattern};
        if (const std::size_t begin = path.find(':'); begin != path.npos)
            path.replace(begin, std::min(path.find('/', begin), path.size()) - begin, "x");
        if (route.mount == Mount::callback) path = kCallback + path;
        CAPTURE(route.name);
        check_refused(api.ask(route.method, path, "{}",
                              {{"Authorization", "Bearer boss"},
                               {"Host", "ecron.example"},
                               {"Origin", "https://evil.example"}}),
                      kOrigin);
    }
    check_refused(api.ask(Method::options, "/job", "", {{"Origin", "https://evil.example"}}), kOrigin);
}

TEST_CASE("a page of the same origin and a client other than a browser are served", "[management][origin]") {
    Open api;
    const auto [host, origin] = GENERATE(table<std::string, std::string>({
        {"127.0.0.1:12345", "http://127.0.0.1:12345"},
        {"LOCALHOST:12345", "http://localhost:12345"},
        {"[::1]:12345", "http://[::1]:12345"},
        {"localhost", "https://localhost"},
        {"localhost:443", "https://localhost"},
        {"127.0.0.1:12345", ""},
        {"", ""},
    }));
    CAPTURE(host, origin);
    CHECK(post_from(api, {{"Host", host}, {"Origin", origin}}).status() == 201);
}

TEST_CASE("without authentication, Host must be a name of this server", "[management][origin]") {
    Open api;
    const std::string host = GENERATE("evil.example", "evil.example:12345", "localhost.evil.example",
                                      "10.0.0.1:12345", "127.0.0.1.evil.example", "[::2]:12345");
    CAPTURE(host);
    // Like a page whose name was rebound: its origin equals its Host.
    check_refused(post_from(api, {{"Host", host}, {"Origin", "http://" + host}}), kHost);
    check_refused(api.ask(Method::get, "/job", "", {{"Host", host}}), kHost);
    CHECK(api.ask(Method::get, "/health/alive", "", {{"Host", host}}).status() == 200);
}

TEST_CASE("allowed_hosts permits further hosts and pages on them", "[management][origin]") {
    Open api;
    api.options.hosts.allowed = {"ecron.example", "other.example:8443"};
    const auto get = [&](std::vector<http::Header> headers) {
        return api.ask(Method::get, "/job", "", std::move(headers)).status();
    };
    CHECK(get({{"Host", "Ecron.Example:12345"}}) == 200);
    CHECK(get({{"Host", "ecron.example."}}) == 200);
    CHECK(get({{"Host", "other.example:8443"}}) == 200);
    CHECK(get({{"Host", "other.example:8444"}}) == 403);
    CHECK(get({{"Host", "127.0.0.1:12345"}, {"Origin", "https://ecron.example"}}) == 200);
    CHECK(get({{"Host", "127.0.0.1:12345"}, {"Origin", "https://other.example"}}) == 403);
    api.options.hosts.allowed = {"*"};
    api.restart();
    CHECK(get({{"Host", "any.example"}}) == 200);
    CHECK(get({{"Host", "any.example"}, {"Origin", "https://evil.example"}}) == 403);
}

TEST_CASE("when listening on all addresses, any address is accepted as Host", "[management][origin]") {
    Open api;
    api.options.hosts.listens_on = GENERATE("0.0.0.0", "::");
    CHECK(api.ask(Method::get, "/job", "", {{"Host", "10.0.0.1:12345"}}).status() == 200);
    CHECK(api.ask(Method::get, "/job", "", {{"Host", "[fd00::1]:12345"}}).status() == 200);
    CHECK(api.ask(Method::get, "/job", "", {{"Host", "evil.example"}}).status() == 403);
}

TEST_CASE("with authentication, any Host is served", "[management][origin]") {
    Guarded api;
    api.options.hosts = {.listens_on = "127.0.0.1"};
    CHECK(api.ask(Method::get, "/job", "", {{"Host", "behind.example"}, {"Authorization", "Bearer me"}})
              .status() == 200);
}
