#include "store/jobs/job_search.hpp"

#include <boost/json/value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/text.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/json_text.hpp"
#include "store/sql/conditions.hpp"
#include "store/sql/records.hpp"

namespace ecron::store {

namespace {

/// Rows of a statement whose rows are narrow.
constexpr std::size_t kMaxPlaces = 5'000;

/// A pattern for LIKE with the escape character !.
std::string pattern_of(std::string_view text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '!') pattern += '!';
        pattern += c;
    }
    return pattern + '%';
}

/// The text inside a JSON string.
std::string escaped(std::string_view text) {
    const std::string quoted = json_string(text);
    return quoted.substr(1, quoted.size() - 2);
}

bool is_descending(JobOrder order) {
    return order == JobOrder::newest || order == JobOrder::by_name_descending;
}
bool is_by_name(JobOrder order) {
    return order == JobOrder::by_name || order == JobOrder::by_name_descending;
}

/// The part of a list that a statement reads: behind a place, and up to another, inclusive.
struct Section {
    std::optional<JobPlace> after{};
    std::optional<JobPlace> until{};
    std::optional<std::string> first_name{};
};

/// `sign`: how keys and names of the places compare to those of `place`; `equal`: "=" if it is included.
void add_place(Conditions& conditions, JobOrder order, const JobPlace& place, std::string_view sign,
               std::string_view equal) {
    const std::int64_t key = place.key.value();
    if (!is_by_name(order)) return conditions.add(fmt::format("f_key_id {}{} {{}}", sign, equal), key);
    // The first comparison is the range of the index.
    conditions.add(
        fmt::format("f_job_name {0}= {{}} and (f_job_name {0} {{}} or f_key_id {0}{1} {{}})", sign, equal),
        std::string_view{place.name}, std::string_view{place.name}, key);
}

void add_section(Conditions& conditions, JobOrder order, const Section& section) {
    const bool descends = is_descending(order);
    if (section.after) add_place(conditions, order, *section.after, descends ? "<" : ">", "");
    if (section.until) add_place(conditions, order, *section.until, descends ? ">" : "<", "=");
    if (section.first_name)
        conditions.add(descends ? "f_job_name <= {}" : "f_job_name >= {}",
                       std::string_view{*section.first_name});
}

/// The latest execution that has ended is recorded per job; those that have not are few and have an index.
void add_state(Conditions& conditions, model::ExecutionState state) {
    const auto number = static_cast<std::int64_t>(state);
    if (model::is_end(state))
        conditions.add("f_key_id in (select f_job_key from t_cron_job_last where f_state = {})", number);
    else
        conditions.add(
            "f_key_id in (select f_job_key from t_cron_job_status where f_job_status = {} and f_trigger in "
            "(1, 2, 3))",
            number);
}

/// Conditions on the context find a superset: their text may also be elsewhere in it.
void add_contents(Conditions& conditions, const Dialect& dialect, const JobSearch& search) {
    if (!search.text.empty()) {
        const std::string pattern = pattern_of(search.text);
        conditions.add(fmt::format("({} or {} or {})", dialect.like("f_job_name"), dialect.like("f_remarks"),
                                   dialect.like("f_job_context")),
                       std::string_view{pattern}, std::string_view{pattern},
                       std::string_view{pattern_of(escaped(search.text))});
    }
    for (const auto& [name, value] : search.labels) {
        const std::string member = json_string(name) + ':' + json_string(value);
        conditions.add(dialect.has_bytes("f_job_context"), std::string_view{member});
    }
    // Canonical contexts begin with the mode; the previous service also wrote numbers.
    if (search.mode)
        conditions.add("(f_job_context like {} or f_job_context like {})",
                       std::string_view{fmt::format(R"({{"mode":"{}"%)", model::to_text(*search.mode))},
                       std::string_view{fmt::format(R"({{"mode":{},%)", static_cast<int>(*search.mode))});
}

/// All conditions except those on the contents.
Conditions conditions_of(const JobSearch& search, const Dialect& dialect, const Section& section) {
    Conditions conditions;
    if (search.tenant) conditions.add_exactly(dialect, "f_tenant_id", search.tenant->value());
    if (search.name) conditions.add_exactly(dialect, "f_job_name", *search.name);
    if (!search.name_contains.empty())
        conditions.add(dialect.like("f_job_name"), std::string_view{pattern_of(search.name_contains)});
    if (search.created_until) conditions.add("f_create_time <= {}", to_unix_seconds(*search.created_until));
    if (search.type) conditions.add("f_job_type = {}", static_cast<std::int64_t>(*search.type));
    if (search.enabled) conditions.add("f_enabled = {}", std::int64_t{*search.enabled ? 1 : 0});
    if (search.state) add_state(conditions, *search.state);
    add_section(conditions, search.order, section);
    return conditions;
}

bool contains(std::string_view text, const std::string& lower) {
    return lower_case(std::string{text}).contains(lower);
}

/// Returns true if a name or value of a label contains the text.
bool labels_contain(const model::Context& context, const std::string& lower) {
    if (!context.labels) return false;
    const auto labels = model::parse_json(*context.labels);
    if (!labels || !labels->is_object()) return false;
    return std::ranges::any_of(labels->get_object(), [&](const auto& label) {
        return contains(label.key(), lower) ||
               (label.value().is_string() && contains(label.value().get_string(), lower));
    });
}

bool has_labels(const model::Context& context, const model::NameValues& wanted) {
    if (wanted.empty()) return true;
    const auto labels = model::parse_json(context.labels.value_or("{}"));
    if (!labels || !labels->is_object()) return false;
    return std::ranges::all_of(wanted, [&](const auto& label) {
        const auto* const found = labels->get_object().if_contains(label.first);
        return found != nullptr && found->is_string() && found->get_string() == label.second;
    });
}

bool examines_rows(const JobSearch& search) {
    return !search.text.empty() || !search.labels.empty() || search.mode.has_value();
}

/// Decides what the conditions on texts leave open.
class Matcher {
public:
    explicit Matcher(const JobSearch& search)
        : search_(search),
          examines_(examines_rows(search)),
          text_(lower_case(search.text)),
          name_part_(lower_case(search.name_contains)) {}

    [[nodiscard]] bool matches(const Statement& row) const {
        return contains(row.text(2), name_part_) && (!examines_ || contents_match(row));
    }

private:
    [[nodiscard]] bool contents_match(const Statement& row) const;

    const JobSearch& search_;
    bool examines_;
    std::string text_, name_part_;  // in lower case
};

bool Matcher::contents_match(const Statement& row) const {
    const Result<model::Context> context = model::read_context(row.text(4));
    if (!context || (search_.mode && context->mode != *search_.mode)) return false;
    if (!has_labels(*context, search_.labels)) return false;
    return text_.empty() || contains(row.text(2), text_) || contains(row.text(3), text_) ||
           contains(context->exec, text_) || labels_contain(*context, text_);
}

/// Chooses how many rows to read next, so that their contexts fit in kBytesAtOnce.
class ReadAhead {
public:
    [[nodiscard]] std::size_t rows() const {
        if (read_ == 0) return kFirstRows;
        return std::clamp<std::size_t>(kBytesAtOnce / std::max<std::size_t>(1, bytes_ / read_), 1, kMaxRows);
    }
    void add(const Statement& row) { ++read_, bytes_ += row.text(3).size() + row.text(4).size(); }

private:
    static constexpr std::size_t kFirstRows = 32, kMaxRows = 1'000, kBytesAtOnce = 512UL * 1024;
    std::size_t read_{0};
    std::size_t bytes_{0};
};

/// Names are unique in a tenant; MySQL would sort all of them if the key were given.
std::string order_of(const JobSearch& search) {
    const std::string_view direction = is_descending(search.order) ? "desc" : "asc";
    if (!is_by_name(search.order)) return fmt::format("f_key_id {}", direction);
    if (search.tenant) return fmt::format("f_job_name {}", direction);
    return fmt::format("f_job_name {0}, f_key_id {0}", direction);
}

/// Returns true if jobs of several tenants may have one name: their order is by name and key, which is not
/// the order of the index.
bool names_may_repeat(const JobSearch& search) {
    return is_by_name(search.order) && !search.tenant && !search.name;
}

/// Selects names in the order of the index, which contains all that the server has to read, apart from what
/// the conditions need.
std::string select_names(const JobSearch& search, const Dialect& dialect, const Conditions& conditions) {
    return fmt::format("select f_job_name from t_cron_job{} where 1 = 1{} order by f_job_name {} limit :rows",
                       dialect.use_index("t_cron_job", "index_job_name"), conditions.sql(),
                       is_descending(search.order) ? "desc" : "asc");
}

/// Behind all jobs of that name.
JobPlace end_of_name(const JobSearch& search, std::string name) {
    using Limits = std::numeric_limits<std::int64_t>;
    return {JobKey(is_descending(search.order) ? Limits::min() : Limits::max()), JobId{}, std::move(name)};
}

/// Selects places in the order of the list.
std::string select_places(const JobSearch& search, const Dialect& dialect, std::string_view columns,
                          const Conditions& conditions) {
    const bool uses_names = is_by_name(search.order) && !search.name;
    return fmt::format(
        "select f_key_id, f_job_id, f_job_name{} from t_cron_job{} where 1 = 1{} order by {} limit :rows",
        columns, uses_names ? dialect.use_index("t_cron_job", "index_job_name") : "", conditions.sql(),
        order_of(search));
}

/// Returns true if the index of names contains all that the conditions need.
bool names_suffice(const JobSearch& search) {
    return !search.name_contains.empty() && !search.name && !search.created_until && !search.type &&
           !search.enabled && !search.state && !examines_rows(search);
}

/// As select_places(), but reads only the rows of the jobs that are shown: with another order than that of
/// the index, MariaDB would read all rows to sort them, and with a column that is not in the index, too. The
/// limit of the subquery keeps the server from merging it into the query.
std::string select_named(const JobSearch& search, const Dialect& dialect, std::string_view columns,
                         const Conditions& conditions) {
    const std::string by_index = fmt::format(" order by {} limit :rows", order_of(search));
    const std::string by_key =
        fmt::format(" order by f_named {} limit :rows", is_descending(search.order) ? "desc" : "asc");
    const std::string all = fmt::format(" limit {}", std::numeric_limits<std::int64_t>::max());
    const bool is_sorted = is_by_name(search.order);
    return fmt::format(
        "select f_key_id, f_job_id, f_job_name{} from (select f_key_id as f_named from t_cron_job{} "
        "where 1 = 1{}{}) n {} t_cron_job on f_key_id = f_named{}",
        columns, dialect.use_index("t_cron_job", "index_job_name"), conditions.sql(),
        is_sorted ? by_index : all, dialect.texts.ordered_join,
        is_sorted ? " order by " + order_of(search) : by_key);
}

JobPlace place_in(const Statement& row) { return {JobKey(row.integer(0)), JobId(row.text(1)), row.text(2)}; }

/// Limits a section to the names of its first `rows` jobs, so that the server does not sort the others.
/// nullopt: it has no job.
std::optional<Section> first_names(Session& session, const JobSearch& search, const Section& section,
                                   std::size_t rows) {
    const Conditions conditions = conditions_of(search, session.dialect(), section);
    Statement& select =
        session.prepare(select_names(search, session.dialect(), conditions), conditions.types() + 'i', "s");
    conditions.bind(select);
    select << static_cast<std::int64_t>(rows);
    Section first = section;
    std::string last;
    for (select.run(); select.fetch(); last = select.text(0))
        if (!first.first_name) first.first_name = select.text(0);
    if (!first.first_name) return std::nullopt;
    first.until = end_of_name(search, std::move(last));
    return first;
}

Statement& candidates(Session& session, const JobSearch& search, const Section& section, std::size_t rows) {
    const Dialect& dialect = session.dialect();
    Conditions conditions = conditions_of(search, dialect, section);
    add_contents(conditions, dialect, search);
    const std::string_view columns = examines_rows(search) ? ", f_remarks, f_job_context" : ", '', ''";
    Statement& select =
        session.prepare(names_suffice(search) ? select_named(search, dialect, columns, conditions)
                                              : select_places(search, dialect, columns, conditions),
                        conditions.types() + 'i', "issss");
    conditions.bind(select);
    select << static_cast<std::int64_t>(rows);
    return select;
}

/// Returns the last of the first `count` jobs of a section, without regard to their contents; nullopt if
/// there are fewer.
std::optional<JobPlace> last_of(Session& session, const JobSearch& search, const Section& section,
                                std::size_t count) {
    const Conditions conditions = conditions_of(search, session.dialect(), section);
    if (names_may_repeat(search)) {
        Statement& select =
            session.prepare(select_names(search, session.dialect(), conditions) + " offset :skipped",
                            conditions.types() + "ii", "s");
        conditions.bind(select);
        select << std::int64_t{1} << static_cast<std::int64_t>(std::max<std::size_t>(count, 1) - 1);
        if (!select.first()) return std::nullopt;
        return end_of_name(search, select.text(0));
    }
    Statement& select =
        session.prepare(select_places(search, session.dialect(), "", conditions) + " offset :skipped",
                        conditions.types() + "ii", "iss");
    conditions.bind(select);
    select << std::int64_t{1} << static_cast<std::int64_t>(std::max<std::size_t>(count, 1) - 1);
    if (!select.first()) return std::nullopt;
    return place_in(select);
}

/// Costs less than last_of(), because the server chooses the smallest index.
bool has_more_jobs(Session& session, std::size_t count) {
    Statement& select = session.prepare("select f_key_id from t_cron_job limit 1 offset :skipped", "i", "i");
    select << static_cast<std::int64_t>(count);
    return select.first();
}

/// Returns the last job whose name the search may examine; nullopt if it may examine the rest of the list.
std::optional<JobPlace> last_named(Session& session, const JobSearch& search) {
    const bool examines_names = !search.name_contains.empty() && !search.name;
    if (!examines_names || !has_more_jobs(session, search.names)) return std::nullopt;
    return last_of(session, {.tenant = search.tenant, .order = search.order}, {.after = search.after},
                   search.names);
}

/// Returns the last job that the search may examine; nullopt if it may examine the rest of the list.
std::optional<JobPlace> last_examined(Session& session, const JobSearch& search) {
    std::optional<JobPlace> named = last_named(session, search);
    if (!examines_rows(search)) return named;
    const std::optional<JobPlace> examined =
        last_of(session, search, {.after = search.after, .until = named}, search.examined);
    return examined ? examined : named;
}

}  // namespace

JobPage search_jobs(Session& session, const JobSearch& search) {
    const bool examines = examines_rows(search);
    const Matcher matcher{search};
    JobPage page;
    ReadAhead ahead;
    std::size_t skipped = 0;
    Section section{search.after, last_examined(session, search)};
    while (page.places.size() < search.limit) {
        const std::size_t missing = search.limit - page.places.size() + (search.offset - skipped);
        const std::size_t wanted = examines ? ahead.rows() : std::min(missing, kMaxPlaces);
        std::optional<Section> part = section;
        if (names_may_repeat(search) && !examines) part = first_names(session, search, section, wanted);
        if (!part) break;
        Statement& select = candidates(session, search, *part, wanted);
        std::size_t rows = 0;
        for (select.run(); select.fetch(); ++rows) {
            section.after = place_in(select);
            ahead.add(select);
            const bool is_full = page.places.size() == search.limit;
            if (is_full || !matcher.matches(select)) continue;
            if (skipped < search.offset)
                ++skipped;
            else
                page.places.push_back(*section.after);
        }
        if (rows < wanted) break;
    }
    if (page.places.size() < search.limit) page.next = section.until;
    return page;
}

}  // namespace ecron::store
