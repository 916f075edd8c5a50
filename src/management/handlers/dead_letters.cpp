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

http::Response no_letter(const Call& call) {
    return refuse(call.api.options.language, Error{Errc::not_found, {}, {"dead_letter_id"}});
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

Answer list_dead_letters(Call call) {
    const auto query = Query::read(call.request.query);
    if (!query) co_return refuse(call.api.options.language, query.error());
    const auto asked = query->number("limit", 0, kListDefault);
    if (!asked) co_return refuse(call.api.options.language, asked.error());
    const auto after = query->cursor();
    if (!after) co_return refuse(call.api.options.language, after.error());

    const auto limit = static_cast<std::size_t>(std::min(*asked, kListLimit));
    ReadRows<store::DeadLetter> read = [&outbox = call.api.store.outbox(), tenant = call.caller.whose](
                                           std::optional<std::int64_t> older_than, std::size_t count) {
        return outbox.dead_letters(tenant, count, older_than);
    };
    co_return co_await page_answer(std::move(call), *query, std::move(read), *after, limit);
}

Answer redeliver(Call call) {
    std::vector<std::int64_t> keys;
    for (const std::string& text : split_ids(call.variable)) {
        const std::optional<std::int64_t> key = key_of(text);
        if (!key) co_return no_letter(call);
        keys.push_back(*key);
    }
    const auto done = co_await call.api.store.outbox().redeliver(call.caller.whose, std::move(keys));
    if (!done && done.error().code == Errc::not_found) co_return no_letter(call);
    if (!done) co_return refuse(call.api.options.language, done.error());
    co_return empty_answer();
}

}  // namespace ecron::management
