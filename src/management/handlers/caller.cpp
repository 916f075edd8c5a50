#include <array>

#include "ecron/base/json_writer.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/responses.hpp"

/// GET /caller.
namespace ecron::management {
namespace {

/// In the order of auth::Permission; the names of the options, without scope_.
constexpr std::array<std::string_view, auth::kPermissions> kNames{
    "read", "write", "execute", "report", "command", "kubernetes", "kubernetes_proxy", "admin"};

}  // namespace

AsyncResponse show_caller(ApiRequest request) {
    const auth::Identity& identity = request.caller.identity;
    std::string body;
    JsonWriter json{body};
    json.begin_object().member("subject", identity.subject).member("tenant_id", identity.tenant.value());
    json.key("permissions").begin_array();
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (identity.may.has(static_cast<auth::Permission>(i))) json.text(kNames.at(i));
    json.end_array().end_object();
    co_return json_response(200, std::move(body));
}

}  // namespace ecron::management
