#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

using Names = std::vector<std::string>;

Names names_in(const Reply& reply) {
    Names names;
    for (const bj::value& job : reply.json().as_array()) names.emplace_back(job.at("job_name").as_string());
    return names;
}

}  // namespace

TEST_CASE("the filters of a list of jobs are passed to the store", "[management]") {
    AsTenant service;
    const Reply reply = service.get(
        "/job?search=Report&label=team:a&label=env:x:y&enabled=false&mode=exe&state=abandon&job_type=cron&"
        "name=n&name_contains=Part"
        "&timestamp=2026-01-05T10:00:00Z&limit=7&page=3&sort=created");
    CHECK(reply.status() == 200);
    const store::JobSearch& search = service.store.searched;
    CHECK(search.tenant == TenantId{"me"});
    CHECK(search.text == "Report");
    CHECK(search.labels == model::NameValues{{"team", "a"}, {"env", "x:y"}});
    CHECK(search.enabled == false);
    CHECK(search.mode == model::Mode::exe);
    CHECK(search.state == model::ExecutionState::abandon);
    CHECK(search.type == model::JobType::scheduled);
    CHECK(search.name == "n");
    CHECK(search.name_contains == "Part");
    CHECK(search.created_until == service.clock.now());
    CHECK(search.limit == 8);  // one more than shown
    CHECK(search.offset == 14);
    CHECK(search.order == store::JobOrder::oldest);
}

TEST_CASE("invalid filters of jobs are refused, each with its reason", "[management]") {
    Service service;
    const auto [query, field] = GENERATE(table<std::string, std::string>({
        {"label=team", "label"},
        {"label=:x", "label"},
        {"enabled=yes", "enabled"},
        {"mode=ftp", "mode"},
        {"state=done", "state"},
        {"sort=age", "sort"},
        {"sort=name&after=7", "after"},
        {"name=a&after=x", "after"},
        {"name=a&after=7.YQ", "after"},
        {"name=a&limit=-1", "limit"},
        {"name=a&page=0", "page"},
        {"name=a&timestamp=x", "timestamp"},
        {"name=a&job_type=x", "job_type"},
    }));
    CAPTURE(query);
    const Reply reply = service.get("/job?" + query);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/parameters") == bj::array{bj::value(field)});
    CHECK_FALSE(reply.at("/detail/reasons/0/reason").as_string().empty());
    CHECK(service.get("/job?enabled=x&mode=x").at("/detail/parameters") == bj::array{"enabled", "mode"});
    for (const std::string parameter : {"search", "name_contains"}) {
        CHECK(service.get("/job?" + parameter + '=' + std::string(256, 'x')).status() == 200);
        CHECK(service.get("/job?" + parameter + '=' + std::string(257, 'x')).at("/detail/parameters") ==
              bj::array{bj::value(parameter)});
    }
    std::string labels = "/job?";
    for (int i = 0; i < 9; ++i) labels += "label=a:" + std::to_string(i) + "&";
    CHECK(service.get(labels).status() == 400);
}

TEST_CASE("sorted and filtered lists continue behind a cursor", "[management]") {
    Service service;
    for (const char* name : {"b", "任", "a", "d", "c"}) service.given_job(name);
    const auto [sort, all] = GENERATE(table<std::string, Names>({
        {"created", {"b", "任", "a", "d", "c"}},
        {"-created", {"c", "d", "a", "任", "b"}},
        {"name", {"a", "b", "c", "d", "任"}},
        {"-name", {"任", "d", "c", "b", "a"}},
    }));
    CAPTURE(sort);
    Names shown;
    std::string target = "/job?limit=2&sort=" + sort;
    for (int pages = 0; pages < 3; ++pages) {
        const Reply page = service.get(target);
        REQUIRE(page.status() == 200);
        for (const std::string& name : names_in(page)) shown.push_back(name);
        const std::string link = page.field("Link");
        CHECK(link.empty() == (pages == 2));
        CHECK(page.field("X-Next-After").empty() == link.empty());
        if (!link.empty()) target = link.substr(1, link.find('>') - 1);
    }
    CHECK(shown == all);
}

TEST_CASE("a list that stopped before its end says where it continues, also without jobs", "[management]") {
    Service service;
    service.store.search_stops_at = store::JobPlace{JobKey{7}, JobId{}, "name"};
    const Reply page = service.get("/job?search=nothing&limit=3");
    CHECK(page.text() == "[]");
    CHECK(page.field("X-Next-After") == "7");
    CHECK(page.field("Link").contains("after=7"));
}

TEST_CASE("jobs are found by a part of the name alone, page by page", "[management]") {
    Service service;
    for (const char* name : {"report a", "other", "report b"}) service.given_job(name);
    const Reply first = service.get("/job?name_contains=report&limit=1&sort=name");
    CHECK(names_in(first) == Names{"report a"});
    const std::string link = first.field("Link");
    CHECK(link.contains("name_contains=report"));
    const Reply second = service.get(link.substr(1, link.find('>') - 1));
    CHECK(names_in(second) == Names{"report b"});
    CHECK(second.field("X-Next-After").empty());
}

TEST_CASE("a long filtered list is streamed in its order, without jobs deleted meanwhile", "[management]") {
    Service service;
    for (int i = 100; i < 160; ++i) service.given_job("job " + std::to_string(i));
    const Reply list = service.get("/job?sort=name&limit=50");
    REQUIRE(list.status() == 200);
    const Names names = names_in(list);
    CHECK(names.size() == 50);
    CHECK(std::ranges::is_sorted(names));
    CHECK_FALSE(list.field("X-Next-After").empty());
    CHECK(service.get("/job?enabled=true&limit=0").text() == "[]");
    CHECK(service.get("/job?enabled=false").text() == "[]");
    CHECK(service.get("/job?name=job%20107").at("/0/job_name") == "job 107");
}

TEST_CASE("with job_id, filters are ignored as before", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    CHECK(service.get("/job?enabled=false&sort=wrong&job_id=" + id).at("/0/job_name") == "a");
}
