#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ecron/store/store.hpp"
#include "store/database.hpp"
#include "store/sql/session.hpp"

/// A separate store for a test case on the database under test, with helpers to change it.
namespace ecron::store::test {

class World {
public:
    explicit World(Schema schema = Schema::migrated) : World(Options{}, schema) {}
    /// Uses everything in `options` except the address of the database.
    explicit World(const Options& options, Schema schema = Schema::migrated);
    ~World();

    Result<void> try_open();
    void open();
    void close();
    void reopen() { close(), open(); }
    Store& store() { return *store_; }
    Options& options() { return options_; }
    const SystemClock& clock() { return clock_; }
    /// A session besides the store's.
    Session session(SessionUse use = SessionUse::read) { return Session(options_, use, clock_); }
    void sql(std::string_view text) { session(SessionUse::read).run(text); }
    std::int64_t number(std::string_view query);
    std::string text(std::string_view query);

    template <class T> Result<T> await(boost::asio::awaitable<Result<T>> work) {
        return await(std::move(work), io_);
    }
    /// Awaits work of another store, on its own io_context.
    template <class T> Result<T> await(boost::asio::awaitable<Result<T>> work, boost::asio::io_context& io) {
        Result<T> answer = fail(Errc::internal, "no answer");
        spawn(io, std::move(work), answer);
        io.restart();
        io.run();
        return answer;
    }
    /// Submits all writes at once, so that they share one transaction; calls `then` when all have been
    /// submitted.
    template <class T>
    std::vector<Result<T>> all(std::vector<boost::asio::awaitable<Result<T>>> work,
                               const std::function<void()>& then = {}) {
        std::vector<Result<T>> answers(work.size(), fail(Errc::internal, "no answer"));
        for (std::size_t i = 0; i < work.size(); ++i) spawn(io_, std::move(work[i]), answers[i]);
        if (then) boost::asio::post(io_, then);
        io_.restart();
        io_.run();
        return answers;
    }
    template <class T> T must(boost::asio::awaitable<Result<T>> work) {
        Result<T> answer = await(std::move(work));
        if (!answer) FAIL(answer.error().what);
        if constexpr (!std::is_void_v<T>) return std::move(*answer);
    }

    // --- actions
    /// Runs the store's background work until the query returns zero.
    void wait_for_none(std::string_view query);
    model::Job given_job(const std::string& name, const std::string& tenant = "tenant-a");
    /// Begins a term of the first shard.
    Term lead(const std::string& node = "node-1") {
        must(store().election->campaign({.node = NodeId(node), .max_shards = 1}));
        return must(store().election->begin_term(Shard(0), NodeId(node)));
    }

private:
    template <class T>
    static void spawn(boost::asio::io_context& io, boost::asio::awaitable<Result<T>> work,
                      Result<T>& answer) {
        boost::asio::co_spawn(io, std::move(work), [&answer](std::exception_ptr thrown, Result<T> given) {
            if (thrown) std::rethrow_exception(thrown);
            answer = std::move(given);
        });
    }

    SystemClock clock_;
    Database database_;
    Options options_;
    boost::asio::io_context io_;
    std::unique_ptr<Store> store_;
};

/// A job as a client could send it, with a new id.
model::Job a_job(const std::string& name, const std::string& tenant = "tenant-a");
/// A planned run of a job as claimed by the leader.
model::Execution a_run(const model::Job& job, Epoch epoch, Instant scheduled_at);
/// An announcement for a webhook.
Announcement an_announcement(const std::string& message_id,
                             const std::string& receiver = "https://hook.example.com:443");
/// The canonical context of an HTTP job.
std::string a_context(const std::string& body = R"({"key":"value"})");

}  // namespace ecron::store::test
