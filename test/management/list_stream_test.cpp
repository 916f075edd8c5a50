#include "management/http/list_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace ecron;
using namespace ecron::management;
using Jobs = std::vector<model::Job>;

namespace {

/// Jobs with keys from `newest` down to 1, each with a context of the given size.
struct Table {
    std::int64_t newest{};
    std::size_t bytes{};
    std::vector<std::size_t> asked{};  // rows of each page

    [[nodiscard]] Jobs before(std::int64_t key, std::size_t count) const {
        Jobs jobs;
        for (; key > 1 && jobs.size() < count; --key) {
            model::Job job;
            job.key = JobKey{key - 1};
            job.name = std::to_string(key - 1);
            job.context = R"({"exec":")" + std::string(bytes, 'x') + "\"}";
            jobs.push_back(std::move(job));
        }
        return jobs;
    }
    [[nodiscard]] Jobs first(std::size_t count) const { return before(newest + 1, count); }
    boost::asio::awaitable<Result<Jobs>> page(std::int64_t key, std::size_t count) {
        asked.push_back(count);
        co_return before(key, count);
    }
};

boost::asio::awaitable<void> read_all(http::BodyStream& stream, std::vector<std::string>& pieces,
                                      std::size_t& most_held) {
    for (auto piece = co_await stream.next(); piece; piece = co_await stream.next()) {
        pieces.push_back(std::move(*piece));
        most_held = std::max(most_held, stream.held());
    }
}

struct Read {
    std::vector<std::string> pieces{};
    std::size_t most_held{0};
    [[nodiscard]] std::size_t largest() const {
        std::size_t most = 0;
        for (const std::string& piece : pieces) most = std::max(most, piece.size());
        return most;
    }
    [[nodiscard]] std::size_t rows() const {
        std::string text;
        for (const std::string& piece : pieces) text += piece;
        return boost::json::parse(text).as_array().size();
    }
};

Read read(Table& table, std::size_t first) {
    ListStream<model::Job> stream{
        table.first(first), first,
        [&table](const model::Job& last, std::size_t count) { return table.page(last.key.value(), count); }};
    Read read;
    boost::asio::io_context io;
    boost::asio::co_spawn(io, read_all(stream, read.pieces, read.most_held),
                          [](const std::exception_ptr& thrown) {
                              if (thrown) std::rethrow_exception(thrown);
                          });
    io.run();
    CHECK(stream.held() == 0);
    return read;
}

}  // namespace

TEST_CASE("a list of large rows is written in small pieces and read in small pages", "[management]") {
    Table table{.newest = 50, .bytes = 1'000'000};
    const Read done = read(table, 20);
    CHECK(done.rows() == 50);
    CHECK(done.largest() < kPieceBytes + 1'100'000);  // a row is never split
    CHECK(done.most_held < 20 * 1'100'000);
    CHECK(table.asked.size() == 31);
    for (const std::size_t count : table.asked) CHECK(count == 1);
}

TEST_CASE("a list of small rows is read in large pages", "[management]") {
    Table table{.newest = 5'000, .bytes = 10};
    const Read done = read(table, 20);
    CHECK(done.rows() == 5'000);
    CHECK(done.largest() < kPieceBytes + 1'000);
    CHECK(done.most_held < 2 * kPageBytes);
    CHECK(table.asked.size() < 20);
}

TEST_CASE("a list ends with its last page, even if that page is empty", "[management]") {
    const auto [rows, first] =
        GENERATE(table<std::int64_t, std::size_t>({{0, 20}, {1, 20}, {20, 20}, {21, 20}}));
    Table table{.newest = rows, .bytes = 10};
    CHECK(read(table, first).rows() == static_cast<std::size_t>(rows));
}
