#include "ecron/base/json_writer.hpp"
#include "management/handlers/handlers.hpp"

/// GET /auth.
namespace ecron::management {

AsyncResponse show_sign_in(ApiRequest request) {
    const SignIn& sign_in = request.api.options.sign_in;
    std::string text;
    JsonWriter json{text};
    json.begin_object().member("mode", sign_in.mode).key("oauth");
    if (sign_in.client_id.empty()) {
        json.null();
    } else {
        json.begin_object().member("client_id", sign_in.client_id);
        json.member("authorization_endpoint", sign_in.authorization_endpoint);
        json.member("token_endpoint", sign_in.token_endpoint).member("scope", sign_in.scope).end_object();
    }
    json.end_object();
    co_return json_response(200, std::move(text));
}

}  // namespace ecron::management
