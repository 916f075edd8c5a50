#include "messages/payload.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

namespace ecron::messages {
namespace {

const Instant kNow = from_unix_seconds(1'774'000'000);

}  // namespace

TEST_CASE("a job in a message parses like a posted one", "[messages]") {
    const auto sent = read_immediate(
        R"({"job_name":"j","tenant_id":"t","job_context":{"mode":"http","exec":"http://h/","execute_id":"e"}})",
        {}, kNow);
    REQUIRE(sent);
    CHECK(sent->has_mode);
    CHECK(sent->job.tenant.value() == "t");
    CHECK(sent->context.execute_id == "e");
    const auto stored = read_immediate(R"({"job_id":"j"})", {}, kNow);
    REQUIRE(stored);
    CHECK_FALSE(stored->has_mode);
    // Unset fields have zero values, as written by clients of the previous service.
    CHECK(read_immediate(
        R"({"job_id":"j","job_name":"","job_cron_time":"","job_context":{"mode":"","exec":"","info":{"method":"","params":null},)"
        R"("notify":{"webhook":""},"begin_at":"","end_at":"","execute_id":""},"tenant_id":"","enabled":false,"remarks":""})",
        {}, kNow));
}

TEST_CASE("rejects an invalid job with the reason", "[messages]") {
    const auto [text, reason] = GENERATE(table<std::string, std::string>({
        {"", "Invalid parameter"},
        {"{", "Invalid parameter"},
        {"[]", "must be an object"},
        {R"({"job_context":{"mode":"carrier pigeon"}})", "Unsupported execution mode"},
        {R"({"job_context":{"mode":"http","exec":"ftp://h"}})", "exec"},
    }));
    CAPTURE(text);
    const auto read = read_immediate(text, {}, kNow);
    REQUIRE_FALSE(read);
    CHECK(read.error().what.contains(reason));
}

TEST_CASE("a status with a terminal state ends an execution", "[messages]") {
    const auto [text, ends] = GENERATE(table<std::string, bool>({
        {R"({"execute_id":"e","job_status":"success","end_at":"2026-01-01T00:00:00Z"})", true},
        {R"({"execute_id":"e","job_status":"failure","end_at":"2026-01-01T00:00:00+08:00","ext_info":null})",
         true},
        {R"({"execute_id":"e","job_status":"success","end_at":""})", false},
        {R"({"execute_id":"e","job_status":"success"})", false},
        {R"({"execute_id":"e","job_status":"executing","end_at":"2026-01-01T00:00:00Z"})", false},
        {R"({"execute_id":"e","job_status":"success","end_at":"2026-01-01T00:00:00Z","source":"ecron"})",
         false},
    }));
    CAPTURE(text);
    const auto read = read_status(text);
    REQUIRE(read);
    CHECK(read->has_value() == ends);
}

TEST_CASE("the result of a status is its object, or an empty one", "[messages]") {
    const auto [info, result] = GENERATE(table<std::string, std::string>({
        {R"({"result":{"rows":3}})", R"({"rows":3})"},
        {R"({"result":{"rate":0.1,"n":18446744073709551616}})", R"({"rate":0.1,"n":18446744073709551616})"},
        {R"({"result":7})", "{}"},
        {"null", "{}"},
        {R"("text")", "{}"},
    }));
    const auto read = read_status(
        R"({"execute_id":"e","job_status":"success","end_at":"2026-01-01T00:00:00Z","ext_info":)" + info +
        "}");
    REQUIRE(read);
    CHECK((*read)->result == result);
}

TEST_CASE("rejects an invalid status", "[messages]") {
    const std::string text = GENERATE(
        as<std::string>{}, "no", "7",
        R"({"execute_id":"e","job_status":"done","end_at":"2026-01-01T00:00:00Z"})",
        R"({"job_status":"success","end_at":"2026-01-01T00:00:00Z"})",
        R"({"execute_id":7,"job_status":"success","end_at":"2026-01-01T00:00:00Z"})",
        R"({"execute_id":"e","job_status":"success","end_at":"yesterday"})",
        R"({"execute_id":"e","job_status":"success","end_at":5})",
        R"({"execute_id":"0123456789012345678901234567890123456","job_status":"success","end_at":""})");
    CAPTURE(text);
    CHECK_FALSE(read_status(text));
}

TEST_CASE("recognizes changes by their method", "[messages]") {
    CHECK(read_change(R"({"method":"update","data":{"job_id":"j"}})"));
    CHECK_FALSE(read_change(R"({"method":"explode"})"));
    CHECK_FALSE(read_change("{}"));
    CHECK_FALSE(read_change("[1]"));
}

TEST_CASE("an offer round-trips", "[messages]") {
    const auto offer = read_attempt(write_attempt({.id = ExecuteId{"e\"x"}, .attempt = 3}));
    REQUIRE(offer);
    CHECK(offer->id.value() == "e\"x");
    CHECK(offer->attempt == 3);
    const std::string text =
        GENERATE(as<std::string>{}, "{}", R"({"execute_id":"e"})", R"({"execute_id":"e","attempt":0})",
                 R"({"execute_id":"","attempt":1})", R"({"execute_id":"e","attempt":"1"})");
    CHECK_FALSE(read_attempt(text));
}

TEST_CASE("a change has the changed values and zero values for the rest", "[messages]") {
    const model::Job job{.id = JobId{"j"},
                         .name = "n",
                         .cron_time = "* * * * *",
                         .context = model::write_context({.exec = "http://h/", .webhook = "http://w/"}),
                         .tenant = TenantId{"t"},
                         .enabled = true,
                         .updated_at = kNow};
    const auto told = [&](const std::string& kind) {
        return boost::json::parse(model::change_message(kind, job)).as_object();
    };
    CHECK(told("create").at("data").at("job_name") == "n");
    CHECK(told("update").at("data").at("job_context").at("exec") == "http://h/");
    CHECK(told("enable").at("data").at("enabled") == true);
    CHECK(told("enable").at("data").at("job_name") == "");
    CHECK(told("enable").at("data").at("updated_at") == "2026-03-20T09:46:40Z");
    CHECK(told("spent").at("method") == "enable");
    CHECK(told("notify").at("data").at("job_context").at("notify").at("webhook") == "http://w/");
    CHECK(told("notify").at("data").at("enabled") == false);
    CHECK(told("delete").at("data").at("tenant_id") == "t");
    CHECK(told("delete").at("data").at("updated_at") == "");
}

}  // namespace ecron::messages
