#pragma once
#include <string>
#include <utility>
#include <vector>

#include "store/world.hpp"

namespace ecron::store::test {

/// One more process on the database of a world, optionally by another address.
class Node {
public:
    Node(World& world, std::string name, const Options& options, const Clock& clock)
        : world_(world),
          name_(std::move(name)),
          options_(options) {
        auto opened = Store::open(io_, options_, clock);
        if (!opened) FAIL(opened.error().what);
        store_ = std::move(*opened);
    }
    Node(World& world, std::string name, const Options& options)
        : Node(world, std::move(name), options, world.clock()) {}
    Node(World& world, std::string name) : Node(world, std::move(name), world.options()) {}
    ~Node() {
        store_->close();
        io_.restart();
        io_.run();
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    Store& store() { return *store_; }
    template <class T> Result<T> await(boost::asio::awaitable<Result<T>> work) {
        return world_.await(std::move(work), io_);
    }
    Result<ElectionState> campaign(std::size_t most = kMaxShards, std::vector<Shard> release = {}) {
        return await(store_->election->campaign(
            {.node = NodeId(name_), .max_shards = most, .release = std::move(release)}));
    }
    /// Returns the shards held after a successful round.
    std::vector<Shard> held(std::size_t most = kMaxShards, std::vector<Shard> release = {}) {
        const Result<ElectionState> standing = campaign(most, std::move(release));
        if (!standing) FAIL(standing.error().what);
        return standing->held;
    }
    Result<Term> begin_term(Shard shard) { return await(store_->election->begin_term(shard, NodeId(name_))); }

private:
    World& world_;
    std::string name_;
    Options options_;
    boost::asio::io_context io_;
    std::unique_ptr<Store> store_;
};

}  // namespace ecron::store::test
