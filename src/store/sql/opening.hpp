#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>

#include "store/sql/state.hpp"

namespace ecron::store {

class Session;
class TenantUsage;

/// Opens the database: migrates the schema and reads the values that stay the same while the service runs.
class Opening {
public:
    Opening(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state,
            TenantUsage& usage)
        : io_(io),
          options_(options),
          clock_(clock),
          state_(state),
          usage_(usage) {}
    /// Called once on the io_context's thread if this process can never use the database.
    void on_failed(Store::Failed failed) { failed_ = std::move(failed); }

    /// Returns the writer's session. Called on the caller's thread or the writer's.
    Result<std::unique_ptr<Session>> open();

    [[nodiscard]] bool done() const { return opened_; }
    [[nodiscard]] const std::string& id_key() const {
        static const std::string none;
        return opened_ ? id_key_ : none;
    }
    [[nodiscard]] std::size_t shards() const { return shards_; }

private:
    Result<std::unique_ptr<Session>> try_to_open();

    boost::asio::io_context& io_;
    const Options& options_;
    const Clock& clock_;
    State& state_;
    TenantUsage& usage_;
    Store::Failed failed_{};
    std::atomic<bool> opened_{false};  // id_key_ and shards_ are set
    std::string id_key_;
    std::size_t shards_{1};
};

}  // namespace ecron::store
