#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "config/values.hpp"
#include "ecron/base/near_miss.hpp"
#include "ecron/config/document.hpp"
#include "ecron/config/helm.hpp"
#include "ecron/config/load.hpp"
#include "ecron/model/fields.hpp"

using namespace ecron;
using namespace ecron::config;

namespace {

std::string file_text(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Collects the defaults of members of jobs that are names with an underscore, and no values of the member.
void collect_option_names(std::span<const model::Field> fields, std::set<std::string>& names) {
    static const std::regex name{"[a-z]+(_[a-z]+)+"};
    for (const model::Field& field : fields) {
        const auto values = field.choices == nullptr ? std::vector<std::string_view>{} : field.choices();
        const std::string text{field.default_value};
        if (std::regex_match(text, name) && std::ranges::find(values, text) == values.end())
            names.insert(text);
        collect_option_names(field.members, names);
    }
}

}  // namespace

TEST_CASE("every option that a member of a job names as its default exists", "[config]") {
    std::set<std::string> names;
    collect_option_names(model::job_fields(), names);
    CHECK(names.contains("start_deadline"));
    for (const std::string& name : names) {
        INFO(name);
        CHECK(find_option(name) != nullptr);
    }
}

TEST_CASE("every option has a unique name, a valid default and a help sentence", "[config]") {
    std::set<std::string_view> names;
    for (const Option& option : kOptions) {
        CAPTURE(option.name);
        CHECK(names.insert(option.name).second);
        CHECK(find_option(option.name) == &option);
        if (!option.fallback.empty()) {
            const Result<std::string> checked = check_value(option, option.fallback);
            REQUIRE(checked);
            CHECK(*checked == option.fallback);
        }
        CHECK(option.help.ends_with('.'));
        CHECK(choices_of(option).empty() == (option.kind != Kind::choice));
        CHECK((option.kind == Kind::text || option.kind == Kind::address || option.kind == Kind::path ||
               option.kind == Kind::list || !option.fallback.empty()));
    }
}

namespace {

/// The text of the sources below a folder.
std::string sources_of(const std::string& folder) {
    std::string text;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file()) text += file_text(entry.path());
    return text;
}

std::set<std::string> words_of(const std::string& text) {
    static const std::regex kWord{R"(\w+)"};
    std::set<std::string> words;
    for (std::sregex_iterator word{text.begin(), text.end(), kWord}, end; word != end; ++word)
        words.insert(word->str());
    return words;
}

/// Chinese characters: the block of unified ideographs is E4 B8 80 to E9 BF BF in UTF-8.
bool has_chinese(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c >= 0xE4 && c <= 0xE9; });
}

/// What no language changes: names of options, variables and limits, and numbers such as those of ports and
/// statuses.
std::set<std::string> names_and_numbers(std::string_view help) {
    std::set<std::string> found = words_of(std::string{help});
    std::erase_if(found, [](const std::string& word) {
        return word.find_first_of("_0123456789") == std::string::npos;
    });
    return found;
}

}  // namespace

TEST_CASE("every option that has an effect is described in Chinese", "[config]") {
    for (const Option& option : kOptions) {
        CAPTURE(option.name, option.help_zh_cn);
        if (option.effect == Effect::ignored) {
            CHECK(option.help_zh_cn.empty());
            continue;
        }
        CHECK(has_chinese(option.help_zh_cn));
        CHECK_FALSE(has_chinese(option.help));
        CHECK(option.help_zh_cn.ends_with("。"));
        const std::set<std::string> named = names_and_numbers(option.help_zh_cn);
        for (const std::string& word : names_and_numbers(option.help)) {
            CAPTURE(word);
            CHECK(named.contains(word));
        }
    }
}

TEST_CASE("every option is read", "[config]") {
    std::string by_name;
    for (const char* file : {"derive", "cross_validate", "load"})
        by_name += file_text("src/config/" + std::string{file} + ".cpp");
    for (const Option& option : kOptions) {
        CAPTURE(option.name);
        const bool is_read =
            option.assign != nullptr || by_name.contains('"' + std::string{option.name} + '"');
        CHECK(is_read == (option.effect == Effect::works));
    }
}

TEST_CASE("every member that an option fills is used by its module", "[config]") {
    std::set<std::string> used;
    for (const auto& folder : std::filesystem::directory_iterator{"src"})
        if (folder.is_directory() && folder.path().filename() != "config")
            used.merge(words_of(sources_of(folder.path())));
    const std::string table = file_text("src/config/options.cpp");
    static const std::regex kMember{R"(&\w+::(\w+)>)"};
    std::size_t members = 0;
    for (std::sregex_iterator bound{table.begin(), table.end(), kMember}, end; bound != end; ++bound) {
        CAPTURE(bound->str());
        CHECK(used.contains((*bound)[1]));
        ++members;
    }
    CHECK(members > 100);
}

TEST_CASE("the documentation and the sample file match the table", "[config]") {
    // Generated with: ecron document configuration >docs/configuration.md; ecron document sample
    // >etc/cronsvr.yaml
    CHECK(file_text("docs/configuration.md") == configuration_page());
    CHECK(file_text("etc/cronsvr.yaml") == sample_file());
}

TEST_CASE("the Helm chart's values and schema match the table", "[config]") {
    // Generated with scripts/document.
    CHECK(file_text("deploy/helm/ecron/values.yaml").ends_with(helm_values()));
    CHECK(file_text("deploy/helm/ecron/values.schema.json").ends_with(helm_schema()));
}

TEST_CASE("deployment files use existing options only", "[config]") {
    for (const char* file : {"etc/container.yaml", "deploy/debian/ecron.yaml"}) {
        const auto loaded = load({.files = {file}});
        CAPTURE(file, loaded ? "" : format(loaded.error().front()));
        CHECK(loaded);
    }
    const std::string compose = file_text("compose.yaml");
    int named = 0;
    for (std::size_t at = 0; (at = compose.find(" ECRON_", at)) != std::string::npos; ++at) {
        std::string name = compose.substr(at + 7, compose.find(':', at) - at - 7);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        CAPTURE(name);
        CHECK(find_option(name) != nullptr);
        ++named;
    }
    CHECK(named > 5);
}

TEST_CASE("the sample file lists all options and is valid when uncommented", "[config]") {
    std::set<std::string> listed;
    const std::string sample = sample_file();
    for (std::size_t at = 0; at < sample.size(); at = sample.find('\n', at) + 1) {
        const std::string line = sample.substr(at, sample.find('\n', at) - at);
        if (line.size() < 2 || line[0] != '#' || line[1] == ' ') continue;
        CHECK(listed.insert(line.substr(1, line.find(':') - 1)).second);
    }
    std::set<std::string> names;
    for (const Option& option : kOptions) names.emplace(option.name);
    CHECK(listed == names);
}

TEST_CASE("flag and variable names are derived from the option", "[config]") {
    const Option& option = *find_option("cron_port");
    CHECK(flag_name(option) == "--cron-port");
    CHECK(variable_name(option) == "ECRON_CRON_PORT");
    CHECK(expected_value(option) == "a port from 0 to 65535");
}

TEST_CASE("a mistyped name yields a suggestion, an unrelated one does not", "[config]") {
    const std::vector<std::string_view> names{"cron_port", "cron_addr", "db_port"};
    CHECK(near_miss("cron_prot", names) == "cron_port");
    CHECK(near_miss("cronport", names) == "cron_port");
    CHECK(near_miss("dbport", names) == "db_port");
    CHECK(near_miss("elephant", names).empty());
    CHECK(near_miss("", names).empty());
    CHECK(near_miss(std::string(100'000, 'x'), names).empty());
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("serve", "sevre") == 1);
    CHECK(edit_distance("", "abc") == 3);
}
