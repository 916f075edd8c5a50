#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <fmt/format.h>

#include <charconv>

#include "ecron/base/json_writer.hpp"
#include "management/authorization/stream_permission.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

/// The output of an execution, either stored or still being written.
namespace ecron::management {
namespace {

constexpr Millis kLook{100};                 // interval between reads of a running command's output
constexpr std::size_t kLooksUntilStored{5};  // … and of the store, if the command does not run here
constexpr std::size_t kLooksUntilSign{150};  // a comment then shows proxies that the connection is alive

enum class Part : std::uint8_t { both, output, errors };

/// Returns the part of a stored output that belongs to that stream, according to the parts in the attempt's
/// detail.
std::string part_of(const model::Attempt& attempt, Part part) {
    if (part == Part::both) return attempt.output;
    boost::system::error_code failed;
    const boost::json::value detail =
        boost::json::parse(attempt.detail.empty() ? "{}" : attempt.detail, failed);
    const boost::json::value* const list = failed ? nullptr : detail.get_object().if_contains("stderr");
    if (list == nullptr || !list->is_array()) return part == Part::output ? attempt.output : std::string{};
    std::string output, errors;
    std::size_t done = 0;
    for (const boost::json::value& range : list->get_array()) {
        const auto offset = std::min(range.at(0).to_number<std::size_t>(), attempt.output.size());
        const auto size = std::min(range.at(1).to_number<std::size_t>(), attempt.output.size() - offset);
        output += attempt.output.substr(done, offset - done);
        errors += attempt.output.substr(offset, size);
        done = offset + size;
    }
    output += attempt.output.substr(done);
    return part == Part::output ? output : errors;
}

std::string part_of(const Output& live, Part part) {
    std::string text;
    for (const Output::Piece& piece : live.pieces)
        if (part == Part::both || piece.is_error == (part == Part::errors)) text += piece.text;
    return text;
}

std::optional<Output> live_output(const ApiContext& api, const ExecuteId& id, std::uint64_t begin) {
    return api.options.output ? api.options.output(id, begin) : std::nullopt;
}

/// Position of a reader. Each event has the position as its id; a reader that reconnects sends it as
/// Last-Event-ID and receives what follows.
struct Position {
    int attempt{0};
    std::uint64_t seen{0};  // bytes

    [[nodiscard]] std::string text() const { return fmt::format("{}-{}", attempt, seen); }
};

constexpr std::string_view kEnd = "end";  // id of the last event: nothing follows

/// An id that is not valid means the beginning.
Position read_position(std::string_view id) {
    Position position;
    const std::size_t dash = id.find('-');
    const auto read = [](std::string_view text, auto& into) {
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), into);
        return error == std::errc{} && stop == text.data() + text.size();
    };
    const bool is_ours = dash != id.npos && read(id.substr(0, dash), position.attempt) &&
                         read(id.substr(dash + 1), position.seen);
    return is_ours ? position : Position{};
}

std::string event(std::string_view name, std::string_view data, std::string_view id) {
    return fmt::format("event: {}\nid: {}\ndata: {}\n\n", name, id, data);
}

/// Polls the command and sends new output until the execution has ended. A reader that is slower than the
/// command misses output that is no longer kept; nothing waits for it. Ends without an event when the
/// reader's token expires.
class Follower final : public http::BodyStream {
public:
    Follower(const ApiRequest& request, ExecuteId id, Position from)
        : api_(request.api),
          permission_(request),
          tenant_(request.caller.visible_tenant),
          id_(std::move(id)),
          at_(from) {}

    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (over_) co_return std::nullopt;
        if (looks_ > 0) {
            boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, kLook};
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        ++looks_;
        const bool is_permitted = co_await permission_.holds();
        if (!is_permitted) co_return std::nullopt;
        if (const std::optional<Output> live = live_output(api_, id_, at_.seen)) co_return news(*live);
        if (looks_ % kLooksUntilStored != 1) co_return std::string{};
        std::optional<std::string> end = co_await end_if_over();
        co_return end ? std::move(end) : sign();
    }

private:
    std::string news(Output live) {
        std::string out;
        if (live.attempt != at_.attempt) {
            if (at_.seen > 0) live = live_output(api_, id_, 0).value_or(live);
            out += begin_attempt(live.attempt);
        }
        if (live.begin > at_.seen) {
            const std::uint64_t lost = live.begin - std::exchange(at_.seen, live.begin);
            out += event("lost", std::to_string(lost), at_.text());
        }
        for (const Output::Piece& piece : live.pieces) out += tell(piece.is_error, piece.text);
        return out.empty() ? sign() : out;
    }

    std::string begin_attempt(int number) {
        at_ = {.attempt = number};
        return event("attempt", std::to_string(number), at_.text());
    }
    std::string tell(bool is_error, std::string_view text) {
        at_.seen += text.size();
        return event(name_of(is_error), json_string(text), at_.text());
    }
    static std::string_view name_of(bool is_error) { return is_error ? "stderr" : "stdout"; }

    std::string sign() const { return looks_ % kLooksUntilSign == 0 ? ": still here\n\n" : ""; }

    /// Returns the end of the stream if the execution has ended: the output that was not sent yet, and the
    /// status.
    boost::asio::awaitable<std::optional<std::string>> end_if_over() {
        const auto execution = co_await api_.store.queries->find_execution(tenant_, id_);
        if (!execution || !*execution || !model::is_end((*execution)->state)) co_return std::nullopt;
        std::string out;
        const auto attempts = co_await api_.store.queries->attempts(id_);
        if (attempts && !attempts->empty()) out += rest_of(attempts->back());
        std::string status;
        model::append_json(status, **execution);
        out += event("end", status, kEnd);
        over_ = true;
        co_return out;
    }

    [[nodiscard]] std::string rest_of(const model::Attempt& attempt) {
        std::string out;
        if (attempt.number != at_.attempt) out += begin_attempt(attempt.number);
        // The two streams are sent one after the other here: a reader that loses the connection in between
        // receives both again.
        const std::string here = at_.text();
        boost::system::error_code failed;
        const auto detail = boost::json::parse(attempt.detail.empty() ? "{}" : attempt.detail, failed);
        const boost::json::value* const all =
            failed ? nullptr : detail.get_object().if_contains("output_size");
        const std::uint64_t size = all == nullptr ? attempt.output.size() : all->to_number<std::uint64_t>();
        const std::uint64_t kept_from = size - std::min<std::uint64_t>(size, attempt.output.size());
        const std::uint64_t from = std::max(at_.seen, kept_from) - kept_from;
        for (const Part part : {Part::output, Part::errors}) {
            // Only the end is new: the part of a stream's stored text that was not sent yet.
            model::Attempt sent = attempt;
            sent.output.resize(std::min<std::size_t>(sent.output.size(), from));
            const std::string text = part_of(attempt, part).substr(part_of(sent, part).size());
            if (!text.empty()) out += event(name_of(part == Part::errors), json_string(text), here);
        }
        return out;
    }

    ApiContext& api_;
    StreamPermission permission_;
    const std::optional<TenantId> tenant_;
    const ExecuteId id_;
    std::size_t looks_{0};
    Position at_;
    bool over_{false};
};

Result<Part> requested_part(const Query& query) {
    const auto stream = query.first("stream");
    if (!stream) return Part::both;
    if (*stream == "stdout") return Part::output;
    if (*stream == "stderr") return Part::errors;
    return fail(Errc::invalid, std::string{model::cause::kInvalidParameter}, {"stream"});
}

}  // namespace

AsyncResponse show_output(ApiRequest request) {
    if (!can_be_id(request.variable)) co_return request.not_found("execute_id");
    const Result<Query> query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    const Result<Part> part = requested_part(*query);
    if (!part) co_return request.error(part.error());
    const std::string_view follow = query->first("follow").value_or("0");
    if (follow != "0" && follow != "1") co_return request.error(Error{Errc::invalid, {}, {"follow"}});
    const auto execution = co_await request.api.store.queries->find_execution(request.caller.visible_tenant,
                                                                              ExecuteId{request.variable});
    if (!execution) co_return request.error(execution.error(), "execute_id");
    if (!*execution) co_return request.not_found("execute_id");
    const ExecuteId id = (*execution)->id;

    http::Response response{.status = 200, .content_type = "text/plain; charset=utf-8"};
    if (follow == "1") {
        const std::string_view last = request.http.header("Last-Event-ID");
        if (last == kEnd) co_return http::Response{.status = 204};  // stops readers from reconnecting
        response.content_type = "text/event-stream";
        response.headers.push_back({"Cache-Control", "no-store"});
        response.stream = std::make_shared<Follower>(request, id, read_position(last));
        co_return response;
    }
    if (const std::optional<Output> live = live_output(request.api, id, 0)) {
        response.body = part_of(*live, *part);
        co_return response;
    }
    const auto attempts = co_await request.api.store.queries->attempts(id);
    if (!attempts) co_return request.error(attempts.error(), "execute_id");
    if (!attempts->empty()) response.body = part_of(attempts->back(), *part);
    co_return response;
}

}  // namespace ecron::management
