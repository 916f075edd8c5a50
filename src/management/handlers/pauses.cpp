#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "management/authorization/permissions.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/json_body.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

enum class Change : bool { resume, pause };

/// `{"all":true}`: the scheduling of all tenants, which requires an administrator; otherwise that of the
/// caller's tenant.
std::expected<bool, model::Problems> wants_all(std::string_view body) {
    const auto object = read_object(body);
    if (!object) return std::unexpected(object.error());
    const boost::json::value* all = object->if_contains("all");
    if (all == nullptr || all->is_null()) return false;
    if (all->is_bool()) return all->get_bool();
    return std::unexpected(
        model::Problems{{std::string{model::cause::kInvalidParameter}, "all", "true or false is expected"}});
}

Answer state_of(Call call) {
    const auto pauses = co_await call.api.store.pauses();
    if (!pauses) co_return refuse(call.api.options.language, pauses.error());
    const bool own = std::ranges::find(pauses->tenants, call.caller.tenant, &store::Store::Pause::tenant) !=
                     pauses->tenants.end();
    std::string body;
    JsonWriter json{body};
    json.begin_object().key("paused").boolean(pauses->all.has_value() || own);
    json.key("all").boolean(pauses->all.has_value()).key("tenant").boolean(own).end_object();
    co_return json_answer(200, std::move(body));
}

Answer change(Call call, Change wish) {
    const auto all = wants_all(call.request.body);
    if (!all) co_return refuse(call.api.options.language, all.error());
    if (*all && !call.caller.identity.may.has(auth::Permission::admin))
        co_return forbid(call.api, call.caller.identity, auth::Permission::admin);
    const bool pause = wish == Change::pause;
    const auto whose = *all ? std::nullopt : std::optional{call.caller.tenant};
    const auto changed = co_await call.api.store.set_paused(whose, pause);
    if (!changed) co_return refuse(call.api.options.language, changed.error());
    call.note(*all ? "*" : "", {}, call.caller.tenant);
    call.api.runs.paused(whose, pause);
    co_return co_await state_of(std::move(call));
}

}  // namespace

Answer show_scheduling(Call call) { return state_of(std::move(call)); }
Answer pause_scheduling(Call call) { return change(std::move(call), Change::pause); }
Answer resume_scheduling(Call call) { return change(std::move(call), Change::resume); }

}  // namespace ecron::management
