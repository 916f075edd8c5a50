#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
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
    const auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    const boost::json::value* all = object->if_contains("all");
    if (all == nullptr || all->is_null()) return false;
    if (all->is_bool()) return all->get_bool();
    return std::unexpected(
        model::Problems{{std::string{model::cause::kInvalidParameter}, "all", "true or false is expected"}});
}

AsyncResponse state_of(ApiRequest request) {
    const auto pauses = co_await request.api.store.pauses->pauses();
    if (!pauses) co_return request.error(pauses.error());
    const bool own = std::ranges::find(pauses->tenants, request.caller.tenant, &store::Pause::tenant) !=
                     pauses->tenants.end();
    std::string body;
    JsonWriter json{body};
    json.begin_object().key("paused").boolean(pauses->all.has_value() || own);
    json.key("all").boolean(pauses->all.has_value()).key("tenant").boolean(own).end_object();
    co_return json_response(200, std::move(body));
}

AsyncResponse change(ApiRequest request, Change requested) {
    const auto all = co_await off_loop(request.work_on_body(), [&] { return wants_all(request.http.body); });
    if (!all) co_return request.error(all.error());
    if (*all && !request.caller.identity.may.has(auth::Permission::admin))
        co_return forbidden_response(request, auth::Permission::admin);
    const bool pause = requested == Change::pause;
    const auto tenant = *all ? std::nullopt : std::optional{request.caller.tenant};
    const auto changed = co_await request.api.store.pauses->set_paused(tenant, pause);
    if (!changed) co_return request.error(changed.error());
    request.record(*all ? "*" : "", {}, request.caller.tenant);
    request.api.runs.paused(tenant, pause);
    co_return co_await state_of(std::move(request));
}

}  // namespace

AsyncResponse show_scheduling(ApiRequest request) { return state_of(std::move(request)); }
AsyncResponse pause_scheduling(ApiRequest request) { return change(std::move(request), Change::pause); }
AsyncResponse resume_scheduling(ApiRequest request) { return change(std::move(request), Change::resume); }

}  // namespace ecron::management
