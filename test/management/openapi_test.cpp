#include <algorithm>
#include <set>

#include "management/router.hpp"
#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

// The responses of all other tests are validated against the document as well: see Service::check.

namespace {

Method method_of(std::string_view name) {
    if (name == "get") return Method::get;
    if (name == "post") return Method::post;
    if (name == "patch") return Method::patch;
    return name == "put" ? Method::put : Method::delete_;
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Collects every "$ref" below a value.
void collect_references(const bj::value& value, std::set<std::string>& references) {
    if (value.is_array())
        for (const bj::value& element : value.get_array()) collect_references(element, references);
    if (!value.is_object()) return;
    for (const auto& [name, member] : value.get_object()) {
        if (name == "$ref")
            references.emplace(member.get_string());
        else
            collect_references(member, references);
    }
}

/// Returns the component that a value refers to, or the value.
const bj::value& resolved(const bj::value& value, const bj::value& document) {
    const bj::value* reference = value.as_object().if_contains("$ref");
    return reference == nullptr ? value : document.at_pointer(reference->as_string().subview(1));
}

bool is_described(const bj::value& schema, const bj::value& document) {
    const bj::value* text = schema.as_object().if_contains("description");
    if (text == nullptr) text = resolved(schema, document).as_object().if_contains("description");
    return text != nullptr && !text->as_string().empty();
}

bool is_typed(const bj::value& schema) {
    const bj::object& keywords = schema.as_object();
    return keywords.contains("type") || keywords.contains("$ref") || keywords.contains("anyOf") ||
           keywords.contains("properties");
}

}  // namespace

TEST_CASE("every route of the table is in the document", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    const Router router{service.options};
    for (const Router::Path& path : router.paths()) {
        const std::string text =
            path.variable.empty() ? path.head : path.head + '{' + path.variable + '}' + path.tail;
        const Route& route = routes()[path.route];
        CAPTURE(text);
        const bj::value& operation = document.at("paths").at(text).at(lower(text_of(route.method)));
        CHECK(operation.at("operationId").as_string().starts_with(std::string{route.name}));
        CHECK(operation.at("responses").as_object().contains(std::to_string(route.success)));
    }
}

TEST_CASE("every operation of the document is served", "[management][openapi]") {
    Service service;
    std::set<std::string> ids;
    for (const auto& [pattern, operations] : service.document().at("paths").as_object())
        for (const auto& [method, operation] : operations.as_object()) {
            std::string path{pattern};
            if (const std::size_t open = path.find('{'); open != path.npos)
                path.replace(open, path.find('}') + 1 - open, "some-id");
            CAPTURE(path);
            const Reply reply = service.ask(method_of(method), path, "{}");
            CHECK(reply.status() != 405);
            if (reply.status() == 404) CHECK(reply.cause() != "This path does not exist");
            CHECK(ids.insert(std::string{operation.at("operationId").as_string()}).second);
        }
}

TEST_CASE("path variables are declared, and no parameter is declared twice", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    for (const auto& [pattern, operations] : document.at("paths").as_object())
        for (const auto& [method, operation] : operations.as_object()) {
            std::set<std::string> names;
            const bj::value* parameters = operation.as_object().if_contains("parameters");
            if (parameters != nullptr)
                for (const bj::value& parameter : parameters->as_array())
                    CHECK(names.emplace(resolved(parameter, document).at("name").as_string()).second);
            const std::string path{pattern};
            const std::size_t open = path.find('{');
            if (open != path.npos) CHECK(names.contains(path.substr(open + 1, path.find('}') - open - 1)));
        }
}

TEST_CASE("parameters of which all values count are lists", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    const Router router{service.options};
    for (const Router::Path& path : router.paths()) {
        if (!path.variable.empty()) continue;
        const Route& route = routes()[path.route];
        const bj::value* parameters = document.at("paths")
                                          .at(path.head)
                                          .at(lower(text_of(route.method)))
                                          .as_object()
                                          .if_contains("parameters");
        if (parameters == nullptr) continue;
        for (const bj::value& parameter : parameters->as_array()) {
            const bj::value& resolved_one = resolved(parameter, document);
            const bj::value* type = resolved_one.at("schema").as_object().if_contains("type");
            const bool is_list = type != nullptr && *type == "array";
            CAPTURE(route.name, bj::serialize(resolved_one));
            CHECK(is_list == is_repeatable(route, std::string_view{resolved_one.at("name").as_string()}));
        }
    }
}

TEST_CASE("no two paths differ only by the name of their variable", "[management][openapi]") {
    Service service;
    std::set<std::string> shapes;
    for (const auto& [pattern, operations] : service.document().at("paths").as_object()) {
        std::string shape{pattern};
        if (const std::size_t open = shape.find('{'); open != shape.npos)
            shape.erase(open + 1, shape.find('}') - open - 1);
        CAPTURE(shape);
        CHECK(shapes.insert(shape).second);  // OpenAPI 3.1 §4.8.8: such paths are identical and invalid
    }
}

TEST_CASE("every component is used, and every reference resolves", "[management][openapi]") {
    Service service;
    std::set<std::string> references;
    collect_references(service.document(), references);
    std::set<std::string> components;
    for (const char* kind : {"schemas", "parameters", "responses", "headers"})
        for (const auto& [name, component] : service.document().at("components").at(kind).as_object())
            components.insert(std::string{"#/components/"} + kind + '/' + std::string{name});
    CHECK(references == components);
}

TEST_CASE("every operation has a declared tag and a description", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    std::set<std::string> tags;
    for (const bj::value& tag : document.at("tags").as_array()) {
        CHECK_FALSE(tag.at("description").as_string().empty());
        tags.emplace(tag.at("name").as_string());
    }
    std::set<std::string> used;
    for (const auto& [pattern, operations] : document.at("paths").as_object())
        for (const auto& [method, operation] : operations.as_object()) {
            CAPTURE(pattern, method);
            CHECK_FALSE(operation.at("description").as_string().empty());
            REQUIRE(operation.at("tags").as_array().size() == 1);
            used.emplace(operation.at("tags").at(0).as_string());
        }
    CHECK(used == tags);
}

TEST_CASE("every schema and each of its members has a type and a description", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    for (const auto& [name, schema] : document.at_pointer("/components/schemas").as_object()) {
        CAPTURE(name);
        CHECK(is_described(schema, document));
        CHECK((is_typed(schema) || name == "Result"));  // a report can be any JSON value
        const bj::value* members = schema.as_object().if_contains("properties");
        if (members == nullptr) continue;
        for (const auto& [member, of_member] : members->as_object()) {
            CAPTURE(member);
            CHECK(is_described(of_member, document));
            CHECK(is_typed(of_member));
            // Their types would have no stable names in generated clients.
            CHECK_FALSE(of_member.as_object().contains("properties"));
        }
    }
}

TEST_CASE("every parameter and header field has a type and a description", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    std::vector<bj::value> described;
    for (const auto& [name, parameter] : document.at_pointer("/components/parameters").as_object())
        described.push_back(parameter);
    for (const auto& [name, field] : document.at_pointer("/components/headers").as_object())
        described.push_back(field);
    for (const auto& [pattern, operations] : document.at("paths").as_object())
        for (const auto& [method, operation] : operations.as_object()) {
            if (const bj::value* parameters = operation.as_object().if_contains("parameters"))
                for (const bj::value& parameter : parameters->as_array())
                    if (!parameter.as_object().contains("$ref")) described.push_back(parameter);
            for (const auto& [status, response] : operation.at("responses").as_object())
                if (const bj::value* headers = response.as_object().if_contains("headers"))
                    for (const auto& [name, field] : headers->as_object())
                        if (!field.as_object().contains("$ref")) described.push_back(field);
        }
    CHECK(described.size() > 100);
    for (const bj::value& one : described) {
        CAPTURE(bj::serialize(one));
        CHECK_FALSE(one.at("description").as_string().empty());
        CHECK(is_typed(one.at("schema")));
    }
}

TEST_CASE("members of a job have the defaults and limits of the table", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    const auto [pointer, value] = GENERATE(table<std::string, std::string>({
        {"/JobInput/required", R"(["job_name","job_type","job_context"])"},
        {"/JobInput/properties/job_name/maxLength", "64"},
        {"/JobInput/properties/enabled/default", "false"},
        {"/JobNamedInput/required", R"(["job_type","job_context"])"},
        {"/JobContextInput/required", R"(["mode"])"},
        {"/JobContextInput/properties/priority/default", "0"},
        {"/JobContextInput/properties/priority/minimum", "-1000"},
        {"/JobContextInput/properties/jitter/default", R"("0s")"},
        {"/JobContextInput/properties/completion/default", R"("auto")"},
        {"/JobContextInput/properties/labels/maxProperties", "32"},
        {"/JobContextInput/properties/dialect/examples", R"(["quartz"])"},
        {"/JobRetryInput/properties/on/maxItems", "32"},
        {"/JobMisfire/enum", R"(["once","all","skip"])"},
        {"/JobType/enum", R"(["timed","scheduled","real-time","unknown"])"},
        {"/JobTypeInput/enum", R"(["timed","scheduled","real-time","cron"])"},
    }));
    CAPTURE(pointer);
    CHECK(document.at_pointer("/components/schemas" + pointer) == bj::parse(value));
}

TEST_CASE("only definitions have defaults that generated clients would send", "[management][openapi]") {
    Service service;
    const bj::value document = service.document();
    for (const auto& [name, schema] : document.at_pointer("/components/schemas").as_object()) {
        if (name.ends_with("Input") || name == "PreviewContext") continue;
        CAPTURE(name);
        CHECK_FALSE(bj::serialize(schema).contains("\"default\":"));
    }
    // An option determines this one.
    CHECK_FALSE(document.at_pointer("/components/schemas/JobContextInput/properties/misfire")
                    .as_object()
                    .contains("default"));
}

TEST_CASE("a definition without a required member is refused", "[management][openapi]") {
    Service service;
    const bj::value whole = bj::parse(R"({"job_name":"a","job_type":"real-time",
        "job_context":{"mode":"http","exec":"http://h/x"}})");
    CHECK(service.post("/job", bj::serialize(whole)).status() == 201);
    for (const char* member : {"job_name", "job_type", "job_context"})
        for (const bool is_null : {false, true}) {
            CAPTURE(member, is_null);
            bj::object job = whole.as_object();
            if (is_null)
                job[member] = nullptr;
            else
                job.erase(member);
            CHECK(service.post("/job", bj::serialize(job)).status() == 400);
        }
    bj::object job = whole.as_object();
    job["job_context"].as_object().erase("mode");
    CHECK(service.post("/job", bj::serialize(job)).status() == 400);
}

TEST_CASE("the document uses the configured paths", "[management][openapi]") {
    Service service;
    service.options.prefix = "/v9";
    service.options.callback_path = "/done";
    const bj::object paths = service.document().at("paths").as_object();
    CHECK(paths.contains("/v9/job"));
    CHECK(paths.contains("/done/{execute_id}"));
    CHECK(paths.contains("/openapi.json"));
    CHECK(paths.contains("/v9/openapi.json"));
}

TEST_CASE("a job with all members matches the document", "[management][openapi]") {
    Service service;
    const Reply created =
        service.post("/job", R"({"job_name":"all","job_cron_time":"H H * * *","job_type":"scheduled",
        "enabled":true,"remarks":"r","job_context":{"mode":"https","exec":"https://h/x",
        "info":{"method":"PUT","params":{"a":"b"},"headers":{"X-A":"b"},"body":{"n":1},"kubernetes":{}},
        "notify":{"webhook":"https://h/y","on":["success","failure"]},
        "begin_at":"2026-01-01T00:00:00Z","end_at":"2027-01-01T00:00:00Z","execute_id":"e",
        "timezone":"Europe/Berlin","dialect":"cron","dst":{"gap":"skip","overlap":"both"},"misfire":"all",
        "misfire_grace":"2m","start_deadline":90,"overlap":"queue","jitter":"5s","timeout":"30s",
        "retry":{"max_attempts":5,"initial":"1s","multiplier":1.5,"max":"1m","on":[404,"500-599","5xx"]},
        "completion":"callback","callback_timeout":"1h","on_node_loss":"interrupt","priority":3,
        "concurrency_key":"k","max_concurrency":2,"labels":{"team":"a"},"retention":"7d"}})");
    CHECK(created.status() == 201);
    const Reply stored = service.get("/job?job_id=" + std::string{created.at("/job_id").as_string()});
    CHECK(stored.status() == 200);
    for (const char* member : {"timezone", "dst", "misfire", "misfire_grace", "start_deadline", "overlap",
                               "jitter", "timeout", "retry", "completion", "callback_timeout", "on_node_loss",
                               "priority", "concurrency_key", "max_concurrency", "labels", "retention"}) {
        CAPTURE(member);
        CHECK(stored.at("/0/job_context").as_object().contains(member));
    }
}

TEST_CASE("the schema check used by all tests finds errors", "[management][openapi]") {
    const bj::value document = bj::parse(R"({"components":{"schemas":{"T":{"type":"string"}}}})");
    const auto [schema, value] = GENERATE(table<std::string, std::string>({
        {R"({"type":"integer"})", R"("1")"},
        {R"({"type":["string","null"]})", "1"},
        {R"({"type":"object","additionalProperties":false,"properties":{"a":{"type":"null"}}})",
         R"({"b":1})"},
        {R"({"type":"object","properties":{"a":{"type":"null"}}})", R"({"a":1})"},
        {R"({"type":"object","additionalProperties":{"type":"string"}})", R"({"a":1})"},
        {R"({"type":"object","required":["a"]})", "{}"},
        {R"({"type":"array","items":{"$ref":"#/components/schemas/T"}})", "[1]"},
        {R"({"enum":["a"]})", R"("b")"},
        {R"({"const":"a"})", R"("b")"},
        {R"({"type":"string","format":"date-time"})", R"("now")"},
        {R"({"oneOf":[{"type":"null"},{"type":"string"}]})", "1"},
        {R"({"anyOf":[{"type":"null"},{"type":"string"}]})", "1"},
        {R"({"pattern":"^a$"})", R"("b")"},
        {R"({"minimum":1})", "0"},
        {R"({"maximum":1})", "2"},
        {R"({"maxLength":1})", R"("ab")"},
        {R"({"patternProperties":{}})", "{}"},
    }));
    CAPTURE(schema, value);
    CHECK_FALSE(faults_of(bj::parse(value), bj::parse(schema), document).empty());
}
