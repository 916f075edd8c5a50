#include "management/events.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <array>
#include <set>

#include "ecron/model/messages.hpp"
#include "management/authorization/permissions.hpp"
#include "management/authorization/stream_permission.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

/// GET /events.
namespace ecron::management {
namespace {

using Topic = Events::Topic;
using Topics = std::set<Topic>;

constexpr Millis kLook{100};
constexpr Millis kHeartbeat{15'000};
constexpr std::size_t kPiece = std::size_t{32} << 10U;
constexpr std::array<std::pair<std::string_view, Topic>, 3> kTopics{
    {{"executions", Topic::executions}, {"jobs", Topic::jobs}, {"cluster", Topic::cluster}}};

/// Sends the events of its channel as they appear. Each has an id with which another stream of this process
/// continues behind it.
class EventStream final : public http::BodyStream {
public:
    EventStream(const ApiRequest& request, std::shared_ptr<Events::Seat> seat, Topics topics)
        : events_(request.api.events),
          clock_(request.api.clock),
          permission_(request),
          seat_(std::move(seat)),
          topics_(std::move(topics)),
          at_(events_->last()),
          sent_(clock_.steady()) {}

    /// Continues behind an event. Of another process, or too old: the stream begins with `lost`.
    void continue_behind(std::string_view id) {
        const std::optional<std::uint64_t> number = events_->number_of(id);
        is_behind_ = !number;
        if (number) at_ = *number;
    }

    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (!begun_) co_return begin();
        const bool is_permitted = co_await permission_.holds();
        if (!is_permitted) co_return std::nullopt;
        co_await events_->read_if_due();
        std::string out = news();
        if (!out.empty()) {
            sent_ = clock_.steady();
            co_return out;
        }
        if (clock_.steady() - sent_ >= kHeartbeat) {
            sent_ = clock_.steady();
            co_return fmt::format(": still here\nid: {}\n\n", events_->id_of(at_));
        }
        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, kLook};
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_return out;
    }

private:
    /// An id without data is no event, but the client keeps it.
    std::string begin() {
        begun_ = true;
        std::string out = fmt::format("retry: 2000\nid: {}\n\n", events_->id_of(at_));
        if (std::exchange(is_behind_, false)) append(out, "lost", "{}", at_);
        return out;
    }

    std::string news() {
        std::string out;
        const Events::Channel& channel = seat_->channel();
        if (at_ < channel.dropped()) {
            at_ = channel.dropped();
            append(out, "lost", "{}", at_);
        }
        for (auto event = channel.behind(at_); event != channel.end() && out.size() < kPiece; ++event) {
            at_ = event->number;
            if (topics_.contains(event->topic)) append(out, event->name, event->data, at_);
        }
        return out;
    }

    void append(std::string& out, std::string_view name, std::string_view data, std::uint64_t number) const {
        fmt::format_to(std::back_inserter(out), "event: {}\nid: {}\ndata: {}\n\n", name,
                       events_->id_of(number), data);
    }

    std::shared_ptr<Events> events_;
    const Clock& clock_;
    StreamPermission permission_;
    std::shared_ptr<Events::Seat> seat_;
    const Topics topics_;
    std::uint64_t at_;  // the last event that was sent or left out
    SteadyInstant sent_;
    bool begun_{false};
    bool is_behind_{false};
};

/// Without a list: every topic that the caller may see.
std::expected<Topics, model::Problems> topics_of(const Query& query, bool may_see_cluster) {
    Topics topics;
    std::string_view list = query.first("topics").value_or("");
    if (list.empty()) {
        topics = {Topic::executions, Topic::jobs};
        if (may_see_cluster) topics.insert(Topic::cluster);
    }
    while (!list.empty()) {
        const std::string_view name = list.substr(0, list.find(','));
        const auto* const found =
            std::ranges::find(kTopics, name, &std::pair<std::string_view, Topic>::first);
        if (found == kTopics.end())
            return std::unexpected(model::Problems{
                {std::string{model::cause::kInvalidParameter}, "topics",
                 fmt::format("{:?} is not a topic; the topics are executions, jobs and cluster", name)}});
        topics.insert(found->second);
        list.remove_prefix(std::min(list.size(), name.size() + 1));
    }
    return topics;
}

}  // namespace

AsyncResponse stream_events(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    const bool is_admin = request.caller.identity.may.has(auth::Permission::admin);
    const auto topics = topics_of(*query, is_admin);
    if (!topics) co_return request.error(topics.error());
    if (topics->contains(Topic::cluster) && !is_admin)
        co_return forbidden_response(request, auth::Permission::admin);
    auto seat = request.api.events->open(request.caller.identity.tenant, request.caller.visible_tenant);
    if (!seat) co_return request.error(Error{Errc::too_many, {}, {"events"}});
    const auto stream = std::make_shared<EventStream>(request, std::move(seat), *topics);
    const std::string_view last = request.http.header("Last-Event-ID");
    if (const auto after = last.empty() ? query->first("after") : std::optional{last})
        stream->continue_behind(*after);
    http::Response response{.status = 200, .content_type = "text/event-stream"};
    response.headers.push_back({"Cache-Control", "no-store"});
    response.stream = stream;
    co_return response;
}

}  // namespace ecron::management
