#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

/// A reader of the output of an unfinished execution.
class Reader {
public:
    explicit Reader(Guarded& api, const std::string& token = "me") {
        api.given_execution("run", api.job_of("me", "job"), model::ExecutionState::executing).tenant =
            TenantId{"me"};
        const http::Request request{.path = kPrefix + "/jobexecution/run/output",
                                    .query = token == "boss" ? "follow=1&tenant=*" : "follow=1",
                                    .headers = {{"Authorization", "Bearer " + token}}};
        stream_ = awaited(api.api().handle(request)).stream;
        REQUIRE(stream_);
    }

    /// Returns true if the stream continues after one more poll.
    bool goes_on() { return awaited(stream_->next()).has_value(); }

private:
    template <class T> T awaited(boost::asio::awaitable<T> work) {
        T result{};
        boost::asio::co_spawn(io_, std::move(work), [&](const std::exception_ptr& error, T value) {
            if (error) std::rethrow_exception(error);
            result = std::move(value);
        });
        io_.restart();
        io_.run();
        return result;
    }

    boost::asio::io_context io_;
    std::shared_ptr<http::BodyStream> stream_;
};

}  // namespace

TEST_CASE("a followed output ends when its token is revoked", "[management][permissions]") {
    Guarded api;
    Reader reader{api};
    CHECK(reader.goes_on());
    api.clock.advance(Millis{1'000});
    CHECK(reader.goes_on());
    api.authenticator.tokens.erase("me");
    api.clock.advance(Millis{1'000});
    CHECK_FALSE(reader.goes_on());
}

TEST_CASE("a followed output ends when its token loses the read permission", "[management][permissions]") {
    Guarded api;
    const auto [token, scope] = GENERATE(table<std::string, std::string>({
        {"me", "ecron.write"}, {"boss", "all"},  // "all" reads its own tenant only
    }));
    CAPTURE(token);
    Reader reader{api, token};
    CHECK(reader.goes_on());
    api.given_token(token, token, scope);
    api.clock.advance(Millis{1'000});
    CHECK_FALSE(reader.goes_on());
}

TEST_CASE("a followed output continues while the issuer is unreachable", "[management][permissions]") {
    Guarded api;
    Reader reader{api};
    api.authenticator.away = true;
    api.clock.advance(Millis{1'000});
    CHECK(reader.goes_on());
    const std::uint64_t asked = api.authenticator.counts.asked;
    CHECK(reader.goes_on());
    CHECK(api.authenticator.counts.asked == asked);
}
