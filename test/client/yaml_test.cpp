#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "client/text/yaml_reader.hpp"
#include "client/text/yaml_writer.hpp"

using namespace ecron::client;
namespace json = boost::json;
using Lines = std::vector<std::string>;

namespace {

std::string read(std::string_view text, Content content = Content::any) {
    const auto documents = read_documents("f", text, content);
    if (!documents) return "error: " + documents.error().lines.at(0);
    std::string out;
    for (const Document& document : *documents)
        out += std::to_string(document.line) + ' ' + json::serialize(document.value) + '\n';
    return out;
}

}  // namespace

TEST_CASE("plain scalars follow the core schema, quoted ones are texts", "[client]") {
    CHECK(
        read(
            R"({a: 1, b: -2.5, c: true, d: ~, e: "1", f: 'true', g: 1e3, h: 0x1, i: 1m30s, j: 2026-01-01})") ==
        "1 {\"a\":1,\"b\":-2.5E0,\"c\":true,\"d\":null,\"e\":\"1\",\"f\":\"true\",\"g\":1E3,\"h\":\"0x1\","
        "\"i\":\"1m30s\",\"j\":\"2026-01-01\"}\n");
}

TEST_CASE("a file contains several documents, each also a list", "[client]") {
    CHECK(read("---\na: 1\n---\n# nothing\n---\n- b: 2\n- c: 3\n...\n") ==
          "2 {\"a\":1}\n6 {\"b\":2}\n7 {\"c\":3}\n");
    CHECK(read("") == "");
    CHECK(read("a: |\n  x\n  y\n---\nb: 1\n") == "1 {\"a\":\"x\\ny\\n\"}\n5 {\"b\":1}\n");
}

TEST_CASE("errors of YAML name the line in the file", "[client]") {
    CHECK_THAT(read("---\na: 1\n---\nb: [1\nc: 2\n"), Catch::StartsWith("error: f:5: is not valid YAML: "));
    CHECK_THAT(read("a: 1\n---\n,c\n"), Catch::StartsWith("error: f:2: is not valid YAML"));
    CHECK(read("a: 1\na: 2\n") == "error: f:2: a: is repeated");
}

TEST_CASE("the members of a job decide how a scalar is read", "[client]") {
    CHECK(read("job_name: 123\nremarks: true\nenabled: true\njob_context:\n  timeout: 30\n  priority: 5\n"
               "  labels: {team: 7}\n  info: {body: {n: 1, t: \"1\"}, headers: {X: 1}}\n",
               Content::jobs) ==
          "1 {\"job_name\":\"123\",\"remarks\":\"true\",\"enabled\":true,\"job_context\":{\"timeout\":\"30\","
          "\"priority\":5,\"labels\":{\"team\":\"7\"},\"info\":{\"body\":{\"n\":1,\"t\":\"1\"},"
          "\"headers\":{\"X\":\"1\"}}}}\n");
}

TEST_CASE("unknown members of a job are errors with the probable name", "[client]") {
    const auto documents = read_documents(
        "f", "job_nmae: a\njob_context:\n  timezon: UTC\n  elephant: 1\n  method: GET\n", Content::jobs);
    REQUIRE_FALSE(documents);
    CHECK(documents.error().code == ExitCode::usage);
    CHECK(documents.error().lines == Lines{"f:1: job_nmae: unknown member, did you mean job_name?",
                                           "f:3: job_context.timezon: unknown member, did you mean timezone?",
                                           "f:4: job_context.elephant: unknown member",
                                           "f:5: job_context.method: unknown member, did you mean "
                                           "job_context.info.method?"});
    CHECK(read("just text", Content::jobs) == "error: f:1: is not a definition of a job, which is a map");
}

TEST_CASE("what is written as YAML reads as the same value", "[client]") {
    const std::string text = GENERATE(
        R"({"a":"true","b":"1","c":"","d":null,"e":[],"f":{},"g":"a: b","h":"#x","i":"x #y","j":"- z","k":"yes"})",
        R"({"a":[1,[2,{"b":[]}],{"c":{"d":1.5}}],"e":"line\nline\n","f":"line\n\n","g":" lead","h":"tab\t\n"})",
        R"({"0 0 * * *":"* * * * *","x":"@daily","y":"{a}","z":"http://h/p?a=b&c#d","é":"报表","w":"a\\b\"c"})",
        R"({"n":-0.25,"m":12345678901,"t":"2026-01-01","u":"12:30","v":"0x1","o":"null","p":"~","q":"=","r":"---"})",
        R"({"a":"b:","c":"---\nx\n","d":"---","e":"a\n---\nb\n","f":"\u0085x","g":"a\u2028b","h":"x\ny\n"})");
    const json::value value = json::parse(text);
    const auto documents = read_documents("f", to_yaml(value), Content::any);
    CAPTURE(to_yaml(value));
    REQUIRE(documents);
    REQUIRE(documents->size() == 1);
    CHECK(documents->front().value == value);
}

TEST_CASE("YAML is written in block style", "[client]") {
    CHECK(to_yaml(json::parse(R"({"a":"x","b":{"c":[{"d":1,"e":"y\nz\n"},"f"]},"g":{}})")) ==
          "a: x\nb:\n  c:\n    - d: 1\n      e: |\n        y\n        z\n    - f\ng: {}\n");
}
