#include <fstream>
#include <iterator>

#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

/// The id shown in the examples in place of a generated one.
const std::string kShownId{"6f9ad6c5-0a5d-4f0e-9f3b-1d1c5a0c7e11"};

struct Example {
    std::string command, answer;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); !from.empty() && at != text.npos;
         at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string between(std::string_view text, std::string_view open, std::string_view close) {
    const std::size_t begin = text.find(open);
    if (begin == text.npos) return {};
    text.remove_prefix(begin + open.size());
    return std::string{text.substr(0, text.find(close))};
}

/// Returns each sh block with the json block that directly follows it.
std::vector<Example> examples_in(std::string_view document) {
    std::vector<Example> examples;
    for (std::size_t at = document.find("```sh\n"); at != document.npos;
         at = document.find("```sh\n", at + 1)) {
        const std::string_view rest = document.substr(at);
        examples.push_back({between(rest, "```sh\n", "```"), between(rest, "```json\n", "```")});
    }
    return examples;
}

Reply run(Service& service, const std::string& command) {
    const std::string target =
        "/api/" + between(command, "localhost:12345/api/", command.contains("'localhost") ? "'" : " ");
    const std::string body = between(command, "-d '", "'");
    const std::string method = between(command, "-X ", " ");
    return service.ask(method == "POST"    ? Method::post
                       : method == "PATCH" ? Method::patch
                                           : Method::get,
                       replaced(target, "\n", ""), body);
}

}  // namespace

TEST_CASE("the examples of docs/api.md match the responses of the API", "[management]") {
    std::ifstream file{"docs/api.md"};
    const std::string document{std::istreambuf_iterator<char>{file}, {}};
    const std::vector<Example> examples = examples_in(document);
    REQUIRE(examples.size() > 5);
    Service service;
    service.options.tenant = Options{}.tenant;
    std::string id;
    for (const Example& example : examples) {
        const Reply reply = run(service, replaced(example.command, kShownId, id));
        if (id.empty()) id = reply.at("/job_id").as_string();
        const std::string answer = replaced(reply.text(), id, kShownId);
        INFO(example.command << "answers\n" << answer);
        CHECK((!example.answer.empty() && bj::parse(answer) == bj::parse(example.answer)));
    }
}
