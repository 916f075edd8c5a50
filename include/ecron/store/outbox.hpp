#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

/// What is to be told of outcomes, kept from the outcome's own transaction until it was told. Who tells it
/// takes a letter, which keeps others from it for a lease, and settles it: delivered, to be tried again, or
/// dead. One that is never settled can be taken again when its lease has ended, so each is delivered at least
/// once. A letter can be taken once every older one of its execution and channel is settled: they are
/// delivered in order.
///
/// Threads and errors: as those of Store. All times are the store's clock.
namespace ecron::store {

/// By what an announcement travels.
enum class Channel : std::uint8_t { webhook = 1 };

struct Announcement {
    Channel channel{Channel::webhook};
    std::string message_id{};  // the same however often it is sent
    std::string receiver{};    // shares limits: of a webhook its tenant, a space, the origin of its URL; at
                               // most 255 characters
    std::string url{};
    std::string payload{};
};

/// An announcement that was taken to be delivered.
struct Letter {
    std::int64_t key{};
    Announcement announcement{};
    ExecuteId execution{};
    TenantId tenant{};
    Instant created{};
    Millis age{};   // when it was taken
    int tries{};    // this one included
    Instant due{};  // the end of the lease, which is how the row tells who holds it
};

struct LetterWish {
    Channel channel{Channel::webhook};
    NodeId node{};
    Millis lease{};
    std::size_t limit{};                                     // letters
    std::size_t per_receiver{};                              // letters of one receiver ...
    std::map<std::string, std::size_t, std::less<>> room{};  // ... but of these receivers so many
    /// Letters under way of each tenant. A tenant gets another one only while it holds fewer than stay free,
    /// so that there is room for a newcomer however many letters the others have (dynamic thresholds,
    /// Choudhury and Hahne 1998). Empty optional: there is one tenant, which may have all.
    std::optional<std::map<TenantId, std::size_t>> held{};
    std::string after{};  // receivers are looked at in turns: the one that the last look ended with
};
struct Letters {
    std::vector<Letter> taken{};
    std::string after{};
    bool round_ended{true};  // every receiver has been looked at since the turn began
};

struct Settlement {
    enum class Verdict : std::uint8_t { delivered, again, dead };
    Verdict verdict{};
    Millis wait{};         // before it is tried again
    int code{};            // of the receiver's answer; 0: there was none
    std::string reason{};  // why it was not delivered
};

struct DeadLetter {
    std::int64_t key{};
    std::string message_id{};
    ExecuteId execution{};
    TenantId tenant{};
    std::string url{};
    Instant created{};
    Instant died{};
    int tries{};
    int code{};
    std::string reason{};
};

struct OutboxSize {
    std::size_t waiting{};  // letters, also those under way; counted up to kMostCounted
    Millis oldest{};        // age of the oldest
};
inline constexpr std::size_t kMostCounted = 100'000;

class Outbox {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~Outbox() = default;
    virtual Awaitable<Letters> take(LetterWish wish) = 0;
    /// False: somebody else has taken it meanwhile, since the lease had ended. It is gone all the same if it
    /// was delivered.
    virtual Awaitable<bool> settle(Letter letter, Settlement settlement) = 0;
    /// Gives back what an earlier process of this node had taken.
    virtual Awaitable<void> release(NodeId node) = 0;
    /// Buries letters older than `age` that nobody holds, some at a time; answers how many.
    virtual Awaitable<std::size_t> bury_older(Millis age, std::string reason) = 0;
    virtual Awaitable<OutboxSize> size() = 0;

    /// Newest first, those before `before`.
    virtual Awaitable<std::vector<DeadLetter>> dead_letters(std::optional<TenantId> tenant, std::size_t limit,
                                                            std::optional<std::int64_t> before) = 0;
    /// Puts dead letters back, as new as on their first day; all or, with not_found, none.
    virtual Awaitable<void> redeliver(std::optional<TenantId> tenant, std::vector<std::int64_t> keys) = 0;

    /// Called after a commit of this process that put letters in.
    virtual void on_written(std::function<void()> told) = 0;
};

}  // namespace ecron::store
