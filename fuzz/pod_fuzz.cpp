/// Pod templates by tenants: a stricter policy finds at least the faults of a looser one, and `privileged`
/// finds none.
#include <algorithm>
#include <boost/json/value.hpp>
#include <cassert>
#include <cstdint>
#include <string_view>

#include "ecron/model/cluster_rules.hpp"
#include "ecron/model/json_text.hpp"
#include "ecron/model/pod_policy.hpp"

using namespace ecron::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = parse_json({reinterpret_cast<const char*>(data), size});
    if (!value || !value->is_object()) return 0;
    const boost::json::object& pod = value->get_object();
    assert(pod_faults(pod, PodPolicy::privileged).empty());
    const std::vector<PodFault> restricted = pod_faults(pod, PodPolicy::restricted);
    assert(pod_faults(pod, PodPolicy::baseline).empty() || !restricted.empty());
    for (const PodFault& fault : restricted) assert(!fault.field.empty() && !fault.reason.empty());
    const ClusterRules rules{.own_namespace = "ecron", .own_account = "ecron"};
    assert(template_faults(rules, "jobs", pod).size() >= restricted.size());
    return 0;
}
