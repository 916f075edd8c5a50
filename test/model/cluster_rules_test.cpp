#include "ecron/model/cluster_rules.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::model;

namespace {

const TenantId kTenant{"acme"};

Context context_of(const std::string& kubernetes, const std::string& body = "") {
    Context context{.mode = Mode::exe};
    context.kubernetes = kubernetes;
    if (!body.empty()) context.body = body;
    return context;
}

std::string first_problem(const ClusterRules& rules, const Context& context) {
    const Problems problems = cluster_problems(rules, kTenant, context);
    return problems.empty() ? "none" : problems.front().field + " " + problems.front().explanation;
}

}  // namespace

TEST_CASE("a Job without an addr is made with ecron's credentials", "[cluster rules]") {
    CHECK(is_own_cluster_job(context_of(R"({"image":"i"})")));
    CHECK(is_own_cluster_job(context_of(R"({"addr":"","image":"i"})")));
    CHECK(is_own_cluster_job(context_of(R"({"addr":7})")));
    CHECK_FALSE(is_own_cluster_job(context_of(R"({"addr":"proxy","image":"i"})")));
    CHECK_FALSE(is_own_cluster_job(Context{.mode = Mode::exe}));
}

TEST_CASE("a job goes into its tenant's namespace, and names no other", "[cluster rules]") {
    ClusterRules rules{.name_space = "jobs-{tenant}", .name_spaces = {"shared"}, .own_namespace = "jobs-own"};
    CHECK(namespace_of(rules, kTenant, "") == "jobs-acme");
    CHECK(namespace_of(rules, kTenant, "jobs-acme") == "jobs-acme");
    CHECK(namespace_of(rules, kTenant, "shared") == "shared");
    for (const char* const other : {"jobs-other", "kube-system", "jobs-own", "No_Label"}) {
        const auto refused = namespace_of(rules, kTenant, other);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::denied);
    }
    for (const char* const tenant : {"Acme", "a b", "a_b", "a.b", "a-"})
        CHECK_FALSE(namespace_of(rules, TenantId{tenant}, ""));
    CHECK_FALSE(namespace_of(rules, TenantId{"own"}, ""));  // a tenant cannot be named into ecron's namespace
}

TEST_CASE("ecron's own namespace is for Jobs where the configuration names it", "[cluster rules]") {
    CHECK(namespace_of({.name_space = "here", .own_namespace = "here"}, kTenant, ""));
    CHECK(
        namespace_of({.name_space = "a", .name_spaces = {"here"}, .own_namespace = "here"}, kTenant, "here"));
}

TEST_CASE("a Job has the default service account, or one that is allowed, never ecron's", "[cluster rules]") {
    const auto fault = [](const ClusterRules& rules, const char* name_space, const char* pod) {
        const auto faults = template_faults(rules, name_space, boost::json::parse(pod).as_object());
        return faults.empty() ? std::string{} : faults.front().field + ' ' + faults.front().reason;
    };
    ClusterRules rules{.policy = PodPolicy::privileged,
                       .service_accounts = {"reporter"},
                       .own_namespace = "here",
                       .own_account = "ecron"};
    CHECK(fault(rules, "jobs", R"({"spec":{}})").empty());
    CHECK(fault(rules, "jobs", R"({"spec":{"serviceAccountName":"reporter"}})").empty());
    CHECK(fault(rules, "jobs", R"({"spec":{"serviceAccountName":"admin"}})") ==
          "spec.serviceAccountName is not among the service accounts that Jobs may have "
          "(kubernetes_service_accounts)");
    CHECK_THAT(fault(rules, "jobs", R"({"spec":{"serviceAccount":"admin"}})"),
               Catch::StartsWith("spec.serviceAccount "));
    rules.service_accounts = {"*"};
    CHECK(fault(rules, "jobs", R"({"spec":{"serviceAccountName":"admin"}})").empty());
    CHECK(fault(rules, "here", R"({"spec":{"serviceAccountName":"ecron"}})") ==
          "spec.serviceAccountName is ecron's own service account");
    rules.own_account = "default";
    CHECK_THAT(fault(rules, "here", R"({"spec":{}})"),
               Catch::Contains("the namespace's default is ecron's own"));
    CHECK(fault(rules, "jobs", R"({"spec":{}})").empty());
}

TEST_CASE("what a job's Job may not be is named by its member", "[cluster rules]") {
    const ClusterRules rules{.name_space = "jobs"};
    CHECK(first_problem(rules, context_of(R"({"image":"i"})")) == "none");
    CHECK_THAT(first_problem(rules, context_of(R"({"image":"i","namespace":"kube-system"})")),
               Catch::StartsWith("job_context.info.kubernetes.namespace Jobs may not run in the namespace "
                                 "kube-system"));
    CHECK_THAT(first_problem(rules, context_of(R"({"image":"i","service_account":"admin"})")),
               Catch::StartsWith("job_context.info.kubernetes.service_account "));
    CHECK_THAT(first_problem(rules, context_of("{\"a\":1}", R"({"metadata":{"namespace":"kube-system"}})")),
               Catch::StartsWith("job_context.info.body.metadata.namespace "));
    const std::string body =
        R"({"spec":{"template":{"spec":{"hostPID":true,"containers":[{"name":"a","image":"i"}]}}}})";
    CHECK(first_problem(rules, context_of("{\"a\":1}", body)) ==
          "job_context.info.body.spec.template.spec.hostPID must be false: pods share no namespace of their "
          "host");
    CHECK(first_problem(rules, context_of(R"({"addr":"proxy"})", body)) == "none");
}
