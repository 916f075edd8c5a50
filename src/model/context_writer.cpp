#include "ecron/model/json.hpp"
#include "model/fields/codec.hpp"

namespace ecron::model {

std::string write_context(const Context& context) {
    std::string out;
    out.reserve(512);
    JsonWriter json{out};
    json.begin_object();
    write_fields(json, target_fields(), context);
    write_fields(json, policy_fields(), context);
    json.end_object();
    return out;
}

std::string canonical_context(std::string_view stored) {
    Context context = read_context(stored).value_or(Context{});
    if (context.method == "HEAD" || context.method == "PATCH") context.method = "POST";
    return write_context(context);
}

}  // namespace ecron::model
