#include <algorithm>
#include <charconv>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/execute_id.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/paging.hpp"
#include "management/http/responses.hpp"

/// Webhooks that could not be delivered.
namespace ecron::management {
namespace {

std::optional<std::int64_t> key_of(std::string_view text) {
    std::int64_t key = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), key);
    return failed == std::errc{} && end == text.data() + text.size() ? std::optional{key} : std::nullopt;
}

using Letters = std::vector<store::DeadLetter>;

boost::asio::awaitable<Result<Letters>> read_letters(boost::asio::awaitable<Result<Letters>> stored,
                                                     model::Language language) {
    Result<Letters> letters = co_await std::move(stored);
    if (letters)
        for (store::DeadLetter& letter : *letters) letter.reason = model::translated(letter.reason, language);
    co_return letters;
}

}  // namespace

void append_row(std::string& out, const store::DeadLetter& letter) {
    JsonWriter json{out};
    json.begin_object().member("dead_letter_id", std::to_string(letter.key));
    json.member("message_id", letter.message_id).member("execute_id", model::chosen_id(letter.execution));
    json.member("webhook", letter.url).member("tries", std::int64_t{letter.tries});
    json.member("code", std::int64_t{letter.code}).member("reason", letter.reason);
    json.member("created_at", format_rfc3339(letter.created)).member("died_at", format_rfc3339(letter.died));
    json.end_object();
}

AsyncResponse list_dead_letters(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    const auto requested = query->number("limit", 0, kListDefault);
    if (!requested) co_return request.error(requested.error());
    const auto after = query->cursor();
    if (!after) co_return request.error(after.error());

    const auto limit = static_cast<std::size_t>(std::min(*requested, kListLimit));
    ReadRows<store::DeadLetter> read =
        [&letters = *request.api.store.dead_letters, tenant = request.caller.visible_tenant,
         language = request.requested_language()](std::optional<std::int64_t> older_than, std::size_t count) {
            return read_letters(letters.dead_letters(tenant, count, older_than), language);
        };
    co_return co_await page_response(std::move(request), *query, std::move(read), *after, limit);
}

AsyncResponse redeliver(ApiRequest request) {
    std::vector<std::int64_t> keys;
    for (const std::string& text : split_ids(request.variable)) {
        const std::optional<std::int64_t> key = key_of(text);
        if (!key) co_return request.not_found("dead_letter_id");
        keys.push_back(*key);
    }
    const auto done =
        co_await request.api.store.dead_letters->redeliver(request.caller.visible_tenant, std::move(keys));
    if (!done && done.error().code == Errc::not_found) co_return request.not_found("dead_letter_id");
    if (!done) co_return request.error(done.error());
    co_return empty_response();
}

}  // namespace ecron::management
