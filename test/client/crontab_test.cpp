#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "client/import/crontab_command.hpp"
#include "client/import/imported.hpp"
#include "client/text/json_access.hpp"
#include "client/text/yaml_reader.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/model/command_line.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;
using Words_ = std::vector<std::string>;

namespace {

const Instant kNow = parse_rfc3339("2026-01-05T10:00:00Z").value();  // a Monday

Import import(const std::string& text, ImportOptions::UserColumn column = ImportOptions::UserColumn::absent) {
    auto result =
        import_crontab(text, {.file = "crontab", .timezone = "Europe/Berlin", .user_column = column});
    REQUIRE(result);
    return std::move(*result);
}

Imported import_one(const std::string& line) {
    Import result = import(line);
    REQUIRE(result.jobs.size() == 1);
    return std::move(result.jobs[0]);
}

std::string cron_of(const Imported& imported) { return text_at(imported.job, "job_cron_time"); }
const json::object& context_of(const Imported& imported) { return object_at(imported.job, "job_context"); }
std::string exec_of(const Imported& imported) { return text_at(context_of(imported), "exec"); }
Words_ words_of(const Imported& imported) { return model::split_words(exec_of(imported)).value(); }

std::string described(const Imported& imported) {
    const auto parsed = cron::parse(cron_of(imported), {});
    return parsed ? parsed->schedule.describe(cron::Language::english) : "refused";
}

}  // namespace

TEST_CASE("schedules of crontab lines keep their meaning", "[import]") {
    const auto [line, meaning, command] = GENERATE(table<std::string, std::string, std::string>({
        {"0 2 * * * /usr/local/bin/backup", "at 02:00 every day", "/usr/local/bin/backup"},
        {"*/5 * * * * /opt/app/poll --quiet", "every 5 minutes", "/opt/app/poll --quiet"},
        {"0 9-17 * * 1-5 /opt/app/sync", "every hour from 09:00 to 17:00 on weekdays", "/opt/app/sync"},
        {"15,45 8-18/2 * * mon-fri /opt/bin/check", "", "/opt/bin/check"},
        {"0 0 1 jan,apr,jul,oct * /opt/bin/quarter", "", "/opt/bin/quarter"},
        {"30 4 * * sun /usr/bin/fstrim -a", "", "/usr/bin/fstrim -a"},
        {"30 4 * * 7 /usr/bin/fstrim -a", "", "/usr/bin/fstrim -a"},
        {"0 22 * * 0,6 /opt/bin/weekend", "", "/opt/bin/weekend"},
        {"5\t4\t*\t*\t*\t/usr/bin/tabbed\t-x", "at 04:05 every day", "/usr/bin/tabbed\t-x"},
        {"   7 3 * * *   /usr/bin/spaced   -a  -b", "at 03:07 every day", "/usr/bin/spaced   -a  -b"},
        {"@daily /opt/bin/daily", "at 00:00 every day", "/opt/bin/daily"},
        {"@hourly /opt/bin/hourly", "every hour", "/opt/bin/hourly"},
        {"@weekly /opt/bin/weekly", "at 00:00 on Sundays", "/opt/bin/weekly"},
        {"@monthly /opt/bin/monthly", "at 00:00 on day 1 of every month", "/opt/bin/monthly"},
        {"@midnight /opt/bin/midnight", "at 00:00 every day", "/opt/bin/midnight"},
        {"@yearly\t/opt/bin/yearly", "at 00:00 on day 1 of January", "/opt/bin/yearly"},
        {"0 0 29 2 * /opt/bin/leap", "at 00:00 on day 29 of February", "/opt/bin/leap"},
        {"0 12 1,15 * * /usr/bin/mail -s 'pay day' team", "", "/usr/bin/mail -s 'pay day' team"},
    }));
    CAPTURE(line);
    const Imported imported = import_one(line);
    CHECK(imported.warnings.empty());
    CHECK(imported.use == Imported::Use::active);
    CHECK(exec_of(imported) == command);
    CHECK(described(imported) != "refused");
    if (!meaning.empty()) CHECK(described(imported) == meaning);
    CHECK(text_at(context_of(imported), "timezone") == "Europe/Berlin");
}

TEST_CASE("shell syntax runs in a shell, with a warning", "[import]") {
    const auto [command, warning] = GENERATE(table<std::string, std::string>({
        {"/usr/bin/dump | gzip > /backup/dump.gz", "a pipe"},
        {"/opt/bin/clean >/dev/null 2>&1", "a redirection"},
        {"cd /srv/app && ./manage.py clear", "&&"},
        {"test -x /usr/sbin/anacron || run-parts /etc/cron.daily", "||"},
        {"rm -f /tmp/*.tmp", "a file name pattern"},
        {"FOO=1 /opt/bin/x", "a variable assignment"},
        {"echo \"$HOME\"", "a variable or substitution ($)"},
        {"touch /tmp/`hostname`", "a substitution (`)"},
        {"/opt/a; /opt/b", "several commands (;)"},
        {"~/bin/x", "a home directory (~)"},
        {". /etc/profile", "the shell command ."},
        {"/opt/bin/server & wait", "a background process (&)"},
        {"(/opt/a)", "a subshell"},
        {"echo it's", "a quote that is not closed"},
    }));
    CAPTURE(command);
    const Imported imported = import_one("0 1 * * * " + command);
    REQUIRE(imported.warnings.size() == 1);
    CHECK(imported.warnings[0] == warning + " needs a shell: the job runs /bin/sh -c");
    CHECK(words_of(imported) == Words_{"/bin/sh", "-c", command});
}

TEST_CASE("braces are expanded if the shell of the crontab does that", "[import]") {
    const auto [shell, command, expanded] = GENERATE(table<std::string, std::string, bool>({
        {"/bin/bash", "/bin/cp /etc/app.{conf,old}", true},
        {"/usr/bin/zsh", "/bin/touch /tmp/{1..3}", true},
        {"/bin/bash", "/bin/echo '{a,b}' \"{a,b}\" \\{a,b} {a} {a b,c}", false},
        {"/bin/sh", "/bin/cp /etc/app.{conf,old}", false},
        {"", "/bin/cp /etc/app.{conf,old}", false},
    }));
    CAPTURE(shell, command);
    const Import result = import("SHELL=" + shell + "\n0 2 * * * " + command + "\n");
    REQUIRE(result.jobs.size() == 1);
    const Imported& job = result.jobs[0];
    if (expanded) {
        CHECK(words_of(job) == Words_{shell, "-c", command});
        CHECK(job.warnings == Words_{"brace expansion needs a shell: the job runs " + shell + " -c"});
    } else {
        CHECK(exec_of(job) == command);
    }
}

TEST_CASE("an empty CRON_TZ ends an earlier one, with a warning", "[import]") {
    const Import result = import("CRON_TZ=Asia/Tokyo\nCRON_TZ=\n0 2 * * * /opt/bin/job\n");
    REQUIRE(result.jobs.size() == 1);
    CHECK(text_at(context_of(result.jobs[0]), "timezone") == "Europe/Berlin");
    CHECK_THAT(result.warnings.back(),
               Contains("crontab:2: CRON_TZ: is empty: the following jobs have the time zone Europe/Berlin"));
}

TEST_CASE("quoted characters need no shell", "[import]") {
    const std::string command =
        GENERATE("grep -c 'a|b' /var/log/x", "awk '{print $1}' /etc/hosts",
                 "find /tmp -name '*.tmp' -mtime +7 -exec rm {} \\;", "echo \"a > b\"",
                 "curl 'https://h/?a=1&b=2'", "printf a\\ b\\$c", "/opt/x --user=a --t=#1 a~b");
    CAPTURE(command);
    CHECK(ecron::model::shell_syntax_in(command, ecron::model::ShellSyntax::any) == "");
    CHECK(exec_of(import_one("0 1 * * * " + command)) == command);
}

TEST_CASE("% begins the standard input, and further ones are newlines", "[import]") {
    const Imported imported = import_one("0 8 * * 1 mail -s hello team@example.com%Hello,%%it's Monday%");
    CHECK(words_of(imported) ==
          Words_{"/bin/sh", "-c",
                 "printf %s 'Hello,\n\nit'\\''s Monday\n' | { mail -s hello team@example.com; }"});
    REQUIRE(imported.warnings.size() == 1);
    CHECK_THAT(imported.warnings[0], Contains("standard input (%) needs a shell"));
    CHECK(words_of(import_one("0 8 * * 1 cat # all%x")).at(2) == "printf %s 'x\n' | { cat # all\n}");
    const Imported escaped = import_one("0 8 * * 1 /usr/bin/date +\\%F");
    CHECK(exec_of(escaped) == "/usr/bin/date +%F");
    CHECK_THAT(escaped.warnings.at(0), Contains("\\%"));
}

TEST_CASE("a command that leaves a process in the background is disabled", "[import]") {
    const Imported imported = import_one("0 1 * * * nohup /opt/serve >/dev/null 2>&1 &");
    CHECK(imported.job.contains("enabled"));
    CHECK_FALSE(flag_at(imported.job, "enabled"));
    CHECK_THAT(imported.warnings.back(), Contains("leaves a process in the background"));
    CHECK_FALSE(import_one("0 1 * * * a && b").job.contains("enabled"));
}

TEST_CASE("variables become the environment of later jobs or a warning", "[import]") {
    const Import result = import(
        "SHELL=/bin/bash\nPATH = \"/usr/local/bin:/usr/bin\"\nMAILTO=ops@example.com\nHOME=/srv\n"
        "0 1 * * * first\nCRON_TZ=Asia/Shanghai\nLEVEL='a b'\n0 1 * * * second | tee x\n");
    REQUIRE(result.jobs.size() == 2);
    const json::object& first = context_of(result.jobs[0]);
    CHECK(json::serialize(object_at(first, "info")) ==
          R"({"environment":{"HOME":"/srv","PATH":"/usr/local/bin:/usr/bin"},"working_directory":"/srv"})");
    CHECK(text_at(first, "timezone") == "Europe/Berlin");
    const json::object& second = context_of(result.jobs[1]);
    CHECK(text_at(second, "timezone") == "Asia/Shanghai");
    CHECK(text_at(object_at(object_at(second, "info"), "environment"), "LEVEL") == "a b");
    CHECK(words_of(result.jobs[1]).at(0) == "/bin/bash");
    REQUIRE(result.warnings.size() == 2);
    CHECK_THAT(result.warnings[0], Contains("command_enabled"));
    CHECK_THAT(result.warnings[1], Contains("crontab:3: MAILTO: ecron sends no mail"));
}

TEST_CASE("the user column of a system crontab is a warning", "[import]") {
    const Import result = import(
        "17 *\t* * *\troot    cd / && run-parts --report /etc/cron.hourly\n"
        "25 6 * * * www-data /usr/bin/php /srv/cron.php\n",
        ImportOptions::UserColumn::present);
    REQUIRE(result.jobs.size() == 2);
    CHECK_THAT(result.jobs[0].warnings.at(0), Contains("user root"));
    CHECK(words_of(result.jobs[0]) == Words_{"/bin/sh", "-c", "cd / && run-parts --report /etc/cron.hourly"});
    CHECK_THAT(result.jobs[1].warnings.at(0), Contains("user www-data") && Contains("command_user"));
    CHECK(exec_of(result.jobs[1]) == "/usr/bin/php /srv/cron.php");
}

TEST_CASE("what cannot keep its meaning is said", "[import]") {
    const Imported reboot = import_one("@reboot /opt/bin/start");
    CHECK(text_at(reboot.job, "job_type") == "real-time");
    CHECK_THAT(reboot.warnings.at(0), Contains("@reboot"));

    const Imported both = import_one("0 0 */2 * 1 /opt/bin/x");
    CHECK_THAT(both.warnings.at(0), Contains("both day fields"));
    CHECK_FALSE(flag_at(both.job, "enabled"));
    CHECK(import_one("0 0 13 * 5 /opt/bin/x").warnings.empty());  // either matches, as in cron

    const Imported random = import_one("0~29 3 * * * /opt/bin/x");
    CHECK(cron_of(random) == "H(0-29) 3 * * *");
    CHECK_THAT(random.warnings.at(0), Contains("~"));

    const Imported never = import_one("0 0 31 2 * /opt/bin/x");
    CHECK(never.use == Imported::Use::commented);
    CHECK_THAT(never.warnings.at(0), Contains("refused"));
}

TEST_CASE("a line that is neither job, variable nor comment is an error", "[import]") {
    const Import nonsense =
        import("hello world\n0 0 * * *\n# 0 1 * * * old\n#\n  ##\n\n@daily\n0 1 * * * new\n");
    CHECK(nonsense.jobs.size() == 1);
    CHECK(nonsense.errors == Words_{"crontab:1: \"hello world\" is neither a job nor a variable",
                                    "crontab:2: \"0 0 * * *\" has no command",
                                    "crontab:7: \"@daily\" has no command"});
    CHECK_THAT(format_import(nonsense, kNow),
               Contains("# error: crontab:1: \"hello world\" is neither a job nor a variable\n"));
    const Import system = import("0 1 * * * root\n", ImportOptions::UserColumn::present);
    CHECK(system.jobs.empty());
    CHECK(system.errors == Words_{"crontab:1: \"0 1 * * * root\" has no command after the user"});
}

TEST_CASE("a column for the user that is read as a command is a warning", "[import]") {
    const auto [text, warning] = GENERATE(table<std::string, std::string>({
        {"0 1 * * * /opt/a\n17 * * * * root cd / && run-parts /etc/cron.hourly\n",
         "crontab:2: \"root\" is a user: 1 of 2 lines"},
        {"@daily www-data /usr/bin/php x\n@daily app1 /opt/b\n",
         "crontab:1: \"www-data\" is a user: 2 of 2 lines"},
        {"@daily app1 [ -x /opt/b ] && /opt/b\n", "crontab:1: \"app1\" is a user: 1 of 1 lines"},
        {"@daily app1\n@daily app1 -x\n@daily app1 team@example.com\n@daily other /opt/b\n", ""},
        {"0 1 * * * root\n", ""},
    }));
    CAPTURE(text);
    const auto result =
        import_crontab(text, {.file = "crontab", .timezone = "UTC", .is_user = [](const std::string& name) {
                                  return name == "app1";
                              }});
    REQUIRE(result);
    if (warning.empty())
        CHECK_THAT(result->warnings.front(), !Contains("is a user"));
    else
        CHECK_THAT(result->warnings.front(), Contains(warning) && Contains("use --system"));
}

TEST_CASE("a command that is read as the user is a warning", "[import]") {
    const auto [text, warning] = GENERATE(table<std::string, std::string>({
        {"@daily root /opt/a\n@daily /opt/bin/b --all x\n", "crontab:2: \"/opt/bin/b\" is read as the user"},
        {"@daily root /opt/a\n@daily mail -s hello team\n", "crontab:2: \"mail\" is read as the user"},
        {"@daily cd /srv && ./x\n", "crontab:1: \"cd\" is read as the user"},
        {"@daily root /opt/a\n@daily elsewhere /opt/b\n", ""},  // a user of the crontab's own machine
    }));
    CAPTURE(text);
    const Import result = import(text, ImportOptions::UserColumn::present);
    if (warning.empty())
        CHECK_THAT(result.warnings.front(), !Contains("is read as the user"));
    else
        CHECK_THAT(result.warnings.front(), Contains(warning) && Contains("use --user"));
}

TEST_CASE("jobs behave as under cron: no retry, no catching up, runs side by side", "[import]") {
    const Imported imported = import_one("0 2 * * * /usr/local/bin/backup");
    CHECK(
        json::serialize(context_of(imported)) ==
        R"({"mode":"exe","exec":"/usr/local/bin/backup","timezone":"Europe/Berlin","overlap":"allow","misfire":"skip",)"
        R"("retry":{"max_attempts":1},"timeout":"1d"})");
}

TEST_CASE("jobs are named after their programs", "[import]") {
    const auto [command, name] = GENERATE(table<std::string, std::string>({
        {"/usr/local/bin/backup --full", "backup"},
        {"cd /srv/app && /usr/bin/python3 manage.py clear", "manage.py"},
        {"flock -n /tmp/x.lock /opt/bin/sync", "sync"},
        {"[ -x /usr/sbin/anacron ] || /opt/bin/x", "x"},
        {"/bin/sh -c '/opt/bin/deep one'", "deep"},
        {"FOO=1 nice -n 19 /opt/bin/slow; true", "slow"},
        {"sh", "sh"},
    }));
    CAPTURE(command);
    CHECK(name_for_command(command) == name);
    const Import twice = import("0 1 * * * " + command + "\n0 2 * * * " + command + "\n");
    CHECK(text_at(twice.jobs.at(1).job, "job_name") == name + "-2");
}

TEST_CASE("the example of docs/import.md is what an import writes", "[import]") {
    std::ifstream file{"docs/import.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    const auto block = [&](const std::string& kind) {
        const std::size_t begin = page.find("```" + kind + '\n') + kind.size() + 4;
        return page.substr(begin, page.find("```\n", begin) - begin);
    };
    CHECK(format_import(import(block("crontab")), kNow) == block("yaml"));
}

TEST_CASE("an import is YAML with origin, warnings and next occurrences as comments", "[import]") {
    const Import result = import("# nightly dump\n0 2 * * * dump | gzip > x.gz\n0 0 31 2 * never\n");
    const std::string yaml = format_import(result, kNow);
    CHECK_THAT(
        yaml,
        Contains("# crontab:2: 0 2 * * * dump | gzip > x.gz\n"
                 "# warning: a pipe needs a shell: the job runs /bin/sh -c\n"
                 "# at 02:00 every day (Europe/Berlin)\n"
                 "# next: 2026-01-06T02:00:00+01:00, 2026-01-07T02:00:00+01:00, 2026-01-08T02:00:00+01:00\n"
                 "job_name: dump\n"));
    CHECK_THAT(yaml, Contains("# job_name: never\n"));
    const auto documents = read_documents("import", yaml, Content::jobs);
    REQUIRE(documents);
    REQUIRE(documents->size() == 1);
    CHECK(text_at(documents->front().value.get_object(), "remarks") == "nightly dump");
}
