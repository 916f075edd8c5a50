#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "client/definitions/definition.hpp"
#include "ecron/base/uuid.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;

namespace {

struct Folder {
    std::string path{std::filesystem::temp_directory_path() / ("ecron-definitions-" + random_uuid())};
    Folder() { std::filesystem::create_directories(path + "/sub"); }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void write(const std::string& name, const std::string& text) const {
        std::ofstream{path + '/' + name} << text;
    }
};

}  // namespace

TEST_CASE("definitions are read from files and folders in order", "[client]") {
    const Folder folder;
    folder.write("b.yaml", "job_name: two\n---\njob_name: three\n");
    folder.write("a.yml", "job_name: one\n");
    folder.write("sub/c.json", R"([{"job_name":"four"},{"job_name":"five"}])");
    folder.write("notes.txt", "not YAML: [");
    folder.write(".hidden.yaml", "not YAML: [");
    const auto definitions = read_definitions({folder.path});
    REQUIRE(definitions);
    std::vector<std::string> names;
    for (const Definition& definition : *definitions) names.push_back(job_name(definition.job));
    CHECK(names == std::vector<std::string>{"one", "two", "three", "four", "five"});
    CHECK(definitions->at(2).place == folder.path + "/b.yaml:3");
}

TEST_CASE("names of definitions are required and unique", "[client]") {
    const Folder folder;
    folder.write("a.yaml", "job_name: one\n---\nremarks: x\n");
    folder.write("b.yaml", "job_name: one\n");
    const auto definitions = read_definitions({folder.path, folder.path + "/missing.yaml"});
    REQUIRE_FALSE(definitions);
    CHECK(definitions.error().code == ExitCode::usage);
    const std::vector<std::string>& lines = definitions.error().lines;
    REQUIRE(lines.size() == 3);
    CHECK_THAT(lines[0], Contains("missing.yaml: cannot be read: No such file"));
    CHECK_THAT(lines[1], Contains("a.yaml:3: job_name: must not be empty"));
    CHECK_THAT(lines[2],
               Contains("b.yaml:1: job_name: \"one\" is already defined at") && Contains("a.yaml:1"));
}

TEST_CASE("an invalid definition is refused with the reasons of the API", "[client]") {
    const Definition definition{
        json::parse(
            R"({"job_name":"a","job_type":"scheduled","job_cron_time":"0 25 * * *","job_context":{"mode":"ftp"}})")
            .as_object(),
        "f:1"};
    const auto canonical = canonical_job(definition, nullptr, Instant{});
    REQUIRE_FALSE(canonical);
    CHECK(canonical.error().lines ==
          std::vector<std::string>{"f:1: mode: must be http, https or exe",
                                   "f:1: job_cron_time: hour 25 is above 23 (at position 2)"});
}

TEST_CASE("the definitions in docs/cli.md are valid", "[client]") {
    std::ifstream file{"docs/cli.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t begin = page.find("```yaml\n") + 8;
    const Folder folder;
    folder.write("example.yaml", page.substr(begin, page.find("```\n", begin) - begin));
    const auto definitions = read_definitions({folder.path});
    REQUIRE(definitions);
    REQUIRE(definitions->size() == 2);
    for (const Definition& definition : *definitions) {
        const auto canonical = canonical_job(definition, nullptr, Instant{});
        REQUIRE(canonical);
        CHECK(canonical->warnings.empty());
    }
}

TEST_CASE("a job is enabled unless its definition or its state on the server says otherwise", "[client]") {
    const Definition definition{json::parse(R"({"job_name":"a"})").as_object(), "f:1"};
    const JobObject disabled = json::parse(R"({"job_name":"a","enabled":false})").as_object();
    CHECK(request_body(definition, nullptr).at("enabled") == true);
    CHECK(request_body(definition, &disabled).at("enabled") == false);
    const Definition explicitly{json::parse(R"({"job_name":"a","enabled":true})").as_object(), "f:1"};
    CHECK(request_body(explicitly, &disabled).at("enabled") == true);
}

TEST_CASE("an exported job states neither what the server sets nor defaults that are empty", "[client]") {
    const JobObject job =
        json::parse(R"({"job_id":"1","job_name":"a","job_cron_time":"","job_type":"real-time",
        "job_context":{"mode":"exe","exec":"true","info":{"method":"POST","params":null,"headers":null,"body":null,
        "kubernetes":null},"notify":{"webhook":""},"begin_at":"","end_at":"","execute_id":"","timezone":"UTC"},
        "tenant_id":"t","enabled":false,"remarks":"","created_at":"x","updated_at":"x","revision":1})")
            .as_object();
    CHECK(
        json::serialize(exported_job(job)) ==
        R"({"job_name":"a","job_type":"real-time","job_context":{"mode":"exe","exec":"true","timezone":"UTC"},"enabled":false})");
}
