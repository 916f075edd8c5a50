#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

/// Who did what to which job when, from where, and what it changed. Threads and errors: as those of Store.
namespace ecron::store {

struct AuditEntry {
    std::int64_t key{};        // given by the store
    Instant at{};              // the store's clock
    TenantId tenant{};         // whose job it is
    TenantId client{};         // who did it ...
    std::string subject{};     // ... and who of them
    std::string address{};     // from where
    std::string action{};      // the operation's name
    std::string object{};      // id of the job, the execution, ...; at most 64 characters
    std::string difference{};  // JSON object: member to {"from","to"}; or empty
};

struct AuditFilter {
    std::optional<TenantId> tenant{};  // nothing: every tenant's
    std::optional<std::string> object{};
    std::optional<Instant> from{}, until{};
    std::size_t limit{100};
    std::optional<std::int64_t> before{};  // cursor
};

class AuditLog {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~AuditLog() = default;
    virtual Awaitable<void> append(std::vector<AuditEntry> entries) = 0;
    /// Newest first.
    virtual Awaitable<std::vector<AuditEntry>> list(AuditFilter filter) = 0;
};

}  // namespace ecron::store
