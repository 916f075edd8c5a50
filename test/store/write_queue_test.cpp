#include "store/work/write_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "store/work/answers.hpp"

using namespace ecron::store;

namespace {

class NamedWrite final : public Write {
public:
    NamedWrite(std::string tenant, int number, std::size_t bytes = 0)
        : Write(WriteKind::outcomes),
          tenant_(std::move(tenant)),
          number_(number),
          bytes_(bytes) {}
    [[nodiscard]] std::size_t bytes() const override { return bytes_; }
    [[nodiscard]] std::string_view payer() const override { return tenant_; }
    [[nodiscard]] std::string name() const { return tenant_ + std::to_string(number_); }
    void refuse(const ecron::Error&) override {}
    void answer() override {}

private:
    std::string tenant_;
    int number_;
    std::size_t bytes_;
};

std::string take(WriteQueue& queue, std::size_t count, std::size_t bytes = SIZE_MAX) {
    std::string names;
    for (const auto& write : queue.take(count, bytes))
        names += static_cast<const NamedWrite&>(*write).name() + ' ';
    return names;
}

class SlowAnswer final : public Work {
public:
    SlowAnswer(int number, std::vector<int>& answered) : number_(number), answered_(answered) {}
    void refuse(const ecron::Error&) override {}
    void answer() override {
        std::this_thread::sleep_for(Answers::kTurn);
        answered_.push_back(number_);
    }

private:
    int number_;
    std::vector<int>& answered_;
};

}  // namespace

TEST_CASE("a tenant's write does not wait for the backlog of another", "[store]") {
    WriteQueue queue;
    for (int number = 0; number < 1'000; ++number) queue.push(std::make_unique<NamedWrite>("busy", number));
    queue.push(std::make_unique<NamedWrite>("quiet", 0));
    queue.push(std::make_unique<NamedWrite>("quiet", 1));
    queue.push(std::make_unique<NamedWrite>("", 0));
    CHECK(take(queue, 5) == "busy0 quiet0 0 busy1 quiet1 ");
    CHECK(take(queue, 2) == "busy2 busy3 ");
    CHECK(queue.size() == 996);
    queue.push(std::make_unique<NamedWrite>("quiet", 2));
    CHECK(take(queue, 2) == "busy4 quiet2 ");
    take(queue, queue.size());
    CHECK(queue.empty());
}

TEST_CASE("a transaction ends with the write that reaches its bytes", "[store]") {
    WriteQueue queue;
    for (int number = 0; number < 3; ++number)
        queue.push(std::make_unique<NamedWrite>("large", number, 1'000));
    for (int number = 0; number < 3; ++number) queue.push(std::make_unique<NamedWrite>("small", number, 10));
    CHECK(take(queue, 6, 500) == "large0 ");
    CHECK(take(queue, 5, 500) == "small0 large1 ");
    CHECK(queue.size() == 3);
    CHECK(take(queue, 3, 2'000) == "small1 large2 small2 ");
    CHECK(queue.empty());
}

TEST_CASE("a large batch of answers leaves turns of the loop to others", "[store]") {
    boost::asio::io_context io;
    std::vector<int> answered;
    const auto answers = std::make_shared<Answers>(io);
    for (int batch = 0; batch < 2; ++batch) {
        std::vector<std::unique_ptr<Work>> finished;
        for (int i = 0; i < 3; ++i) finished.push_back(std::make_unique<SlowAnswer>(batch * 3 + i, answered));
        answers->deliver(std::move(finished));
    }
    std::vector<std::size_t> seen;  // answers before each turn of another handler
    std::function<void()> other = [&] {
        seen.push_back(answered.size());
        if (answered.size() < 6) boost::asio::post(io, other);
    };
    boost::asio::post(io, other);
    io.run();
    CHECK(answered == std::vector{0, 1, 2, 3, 4, 5});
    CHECK(seen == std::vector<std::size_t>{1, 2, 3, 4, 5, 6});
}
