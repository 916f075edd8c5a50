#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "app/given_cli.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/config/document.hpp"

using namespace ecron;
using namespace ecron::app;
using Catch::Contains;
using Arguments = std::vector<std::string>;

TEST_CASE("ecron without arguments shows the help, starts nothing and fails", "[cli]") {
    GivenCli cli;
    cli.run({});
    CHECK_FALSE(cli.served);
    CHECK(cli.exit_code == kExitWrong);
    CHECK_THAT(cli.out, Contains("Usage: ecron COMMAND") && Contains("job list") && Contains("serve"));
}

TEST_CASE("flags without a command start the service, and its exit code is returned", "[cli]") {
    const Arguments arguments = GENERATE(Arguments{"--lang=en_US"}, Arguments{"serve"});
    GivenCli cli;
    cli.run(arguments);
    REQUIRE(cli.served);
    CHECK(cli.served->server.port == 12345);
    CHECK(cli.exit_code == 7);
    CHECK(cli.err.empty());
}

TEST_CASE("a flag is accepted in each of its spellings", "[cli]") {
    const Arguments arguments =
        GENERATE(Arguments{"--cron-port=80"}, Arguments{"--cron-port", "80"}, Arguments{"--cron_port", "80"},
                 Arguments{"serve", "--cron_port=80"}, Arguments{"--cron-port=1", "--cron-port=80"});
    GivenCli cli;
    cli.run(arguments);
    CAPTURE(cli.err);
    REQUIRE(cli.served);
    CHECK(cli.served->server.port == 80);
}

TEST_CASE("a flag's value keeps underscores, equal signs and dashes", "[cli]") {
    GivenCli cli;
    cli.run({"--db_path=/a_b/c=d-e", "--node-id", "a_b"});
    REQUIRE(cli.served);
    CHECK(cli.served->store.path == "/a_b/c=d-e");
    CHECK(cli.served->node.value() == "a_b");
}

TEST_CASE("a boolean flag needs no value", "[cli]") {
    GivenCli cli;
    cli.run({"--cron-addr=0.0.0.0", "--insecure-no-auth"});
    REQUIRE(cli.served);
    CHECK(cli.served->server.address == "0.0.0.0");
    CHECK_THAT(cli.err, Contains("ecron: warning: --cron-addr: cron_addr: \"0.0.0.0\" listens on 0.0.0.0"));
}

TEST_CASE("tokens are created, listed and revoked, and only a new one is printed", "[cli]") {
    const std::string folder = std::filesystem::temp_directory_path() / ("ecron-cli-" + random_uuid());
    std::filesystem::create_directory(folder);
    GivenCli cli;
    cli.environment = {{"ECRON_TOKEN_FILE", folder + "/tokens"}};
    cli.run({"token", "create", "ci", "--tenant", "me", "--scope", "ecron.read ecron.write"});
    CHECK(cli.exit_code == kExitGood);
    CHECK_THAT(cli.out, Catch::StartsWith("ecron_"));
    const std::string token = cli.out.substr(0, cli.out.size() - 1);
    CHECK(cli.run({"token", "create", "ci"}).exit_code == kExitWrong);
    CHECK_THAT(cli.run({"token", "create", "other"}).err, Contains("token other of tenant default,"));
    CHECK(cli.run({"token", "revoke", "other"}).exit_code == kExitGood);
    cli.run({"token", "list"});
    CHECK(cli.out == "ci  tenant=me  scope=\"ecron.read ecron.write\"\n");
    CHECK(cli.run({"token", "revoke", "ci"}).exit_code == kExitGood);
    CHECK(cli.run({"token", "list"}).out.empty());
    CHECK(cli.run({"token", "revoke", "ci"}).err == "ecron: there is no token named \"ci\"\n");
    CHECK(cli.run({"token", "burn"}).exit_code == kExitWrong);
    std::filesystem::remove_all(folder);
}

TEST_CASE("a token can only be created with known scopes", "[cli]") {
    const std::string folder = std::filesystem::temp_directory_path() / ("ecron-cli-" + random_uuid());
    std::filesystem::create_directory(folder);
    GivenCli cli;
    cli.environment = {{"ECRON_TOKEN_FILE", folder + "/tokens"}, {"ECRON_SCOPE_ADMIN", "root"}};
    const auto [scope, exit_code] = GENERATE(table<std::string, int>({
        {"ecron.read  all root ecron.command", kExitGood},
        {"ecron.admin", kExitWrong},  // scope_admin is set to another scope
        {"ecron.read ecron.wirte", kExitWrong},
        {"ecron.read,ecron.write", kExitWrong},
        {"ALL", kExitWrong},
    }));
    CAPTURE(scope);
    cli.run({"token", "create", "ci", "--scope", scope});
    CHECK(cli.exit_code == exit_code);
    CHECK(cli.out.empty() == (exit_code != kExitGood));
    if (scope.contains("wirte"))
        CHECK(cli.err ==
              "ecron: \"ecron.wirte\" is not a scope that grants a permission, did you mean "
              "ecron.write?; known scopes: ecron.read, all, ecron.write, ecron.execute, ecron.report, "
              "ecron.command, ecron.kubernetes, root\n");
    std::filesystem::remove_all(folder);
}

TEST_CASE("a flag that does not apply with the others is refused before anything is sent", "[cli]") {
    const auto [arguments, err] = GENERATE(table<Arguments, std::string>({
        {{"job", "create", "a", "--command", "true", "--method", "GET"},
         "ecron: --method applies only with --url\n"},
        {{"job", "create", "a", "--command", "true", "--url", "http://h/"},
         "ecron: --command does not apply with --url\n"},
        {{"job", "create", "a", "--url", "http://h/", "--tz", "UTC"},
         "ecron: --tz applies only with --cron\n"},
        {{"job", "create", "-f", "a.yaml", "--method", "GET", "--disabled"},
         "ecron: --method does not apply with --filename\n"
         "ecron: --disabled does not apply with --filename\n"},
        {{"job", "list", "--enabled", "--disabled"}, "ecron: --enabled does not apply with --disabled\n"},
        {{"job", "logs", "a", "-f", "--stream", "stdout"}, "ecron: --stream does not apply with --follow\n"},
        {{"apply", "a.yaml", "-l", "a=b"}, "ecron: --label applies only with --prune\n"},
        {{"diff", "a.yaml", "-l", "a=b"}, "ecron: --label applies only with --prune\n"},
        {{"import", "crontab", "a", "--system", "--user"}, "ecron: --system does not apply with --user\n"},
        {{"login", "--token-command", "x", "--token", "y"},
         "ecron: --token-command does not apply with --token\n"},
        {{"preview", "@daily", "--token-file", "x", "--token", "y"},
         "ecron: --token does not apply with --token-file\n"},
        {{"export", "--server", "h"}, "ecron: --server applies only with --output\n"},
        {{"export", "-o", "yaml", "--all", "--config", "c", "--db-path", "p"},
         "ecron: --all does not apply with --output\n"
         "ecron: --config does not apply with --output\n"
         "ecron: --db-path does not apply with --output\n"},
        {{"token", "list", "--tenant", "a"}, "ecron: --tenant is only valid with token create\n"},
        {{"token", "revoke", "ci", "--scope", "a"}, "ecron: --scope is only valid with token create\n"},
        {{"db", "migrate", "--print-config"}, "ecron: --print-config: unknown flag\n"},
    }));
    CAPTURE(arguments);
    GivenCli cli;
    cli.run(arguments);
    CHECK(cli.exit_code == kExitWrong);
    CHECK(cli.out.empty());
    CHECK(cli.err == err);
}

TEST_CASE("token commands require a token file", "[cli]") {
    GivenCli cli;
    cli.run({"token", "list"});
    CHECK(cli.exit_code == kExitWrong);
    CHECK_THAT(cli.err, Contains("--token-file"));
}

TEST_CASE("the environment is used, and the default files unless others are specified", "[cli]") {
    GivenCli cli;
    cli.environment = {{"ECRON_CRON_PORT", "81"}};
    cli.usual_files = {"/no/such.yaml"};
    CHECK(cli.run({"serve"}).served->server.port == 81);
    CHECK_FALSE(cli.run({"--config", "/no/such.yaml"}).served);
    CHECK(cli.exit_code == kExitWrong);
    CHECK(cli.err == "ecron: /no/such.yaml: cannot be read: No such file or directory\n");
}

TEST_CASE("an invalid command line starts nothing and reports all errors at once", "[cli]") {
    const auto [arguments, err] = GENERATE(table<Arguments, std::string>({
        {{"--cron-prot=80"}, "ecron: --cron-prot: unknown flag; did you mean --cron-port?\n"},
        {{"--elephant", "--cron_addres=x"},
         "ecron: --elephant: unknown flag\necron: --cron-addres: unknown flag; did you mean --cron-addr?\n"},
        {{"--cron"}, "ecron: --cron: unknown flag\n"},  // abbreviations are not accepted: they would change
                                                        // meaning as options are added
        {{"--cron-port"}, "ecron: --cron-port requires a value: PORT\n"},
        {{"-x"}, "ecron: -x: unknown flag\n"},
        {{"serve", "now"}, "ecron: \"now\": serve does not take this argument\n"},
        {{"sevre"}, "ecron: \"sevre\" is not a command, did you mean serve?; see ecron help\n"},
        {{"job", "lst"}, "ecron: \"job lst\" is not a command, did you mean job list?; see ecron help job\n"},
        {{"jbo", "list"},
         "ecron: \"jbo list\" is not a command, did you mean job list?; see ecron help job\n"},
        {{"jbo", "lsit", "-o", "json"},
         "ecron: \"jbo lsit\" is not a command, did you mean job list?; see ecron help job\n"},
        {{"jbo"}, "ecron: \"jbo\" is not a command, did you mean job?; see ecron help\n"},
        {{"jbo", "--help"}, "ecron: \"jbo\" is not a command, did you mean job?; see ecron help\n"},
        {{"sevre", "--demo"}, "ecron: \"sevre\" is not a command, did you mean serve?; see ecron help\n"},
        {{"dif", "jobs.yaml"}, "ecron: \"dif\" is not a command, did you mean diff?; see ecron help\n"},
        {{"job", "elephant"}, "ecron: \"job elephant\" is not a command; see ecron help job\n"},
        {{"token", "lsit"},
         "ecron: \"token lsit\" is not a command, did you mean token list?; see ecron help token\n"},
        {{"db", "chek"}, "ecron: \"db chek\" is not a command, did you mean db check?; see ecron help db\n"},
        {{"import", "crontba", "/etc/crontab"},
         "ecron: \"import crontba\" is not a command, did you mean import crontab?; see ecron help import\n"},
        {{"elephant"}, "ecron: \"elephant\" is not a command; see ecron help\n"},
        {{"--user-pwd=hunter2"},
         "ecron: --user-pwd: is secret, and all local users can read flags in /proc; use "
         "ECRON_USER_PWD or a "
         "file\n"},
        {{"--timezone=Europe/Brelin", "serve"}, "ecron: \"serve\": serve does not take this argument\n"},
    }));
    GivenCli cli;
    cli.run(arguments);
    CHECK(cli.exit_code == kExitWrong);
    CHECK_FALSE(cli.served);
    CHECK(cli.out.empty());
    CHECK(cli.err == err);
}

TEST_CASE("an unknown default zone is rejected before anything starts", "[cli]") {
    GivenCli cli;
    cli.run({"--timezone=Europe/Brelin"});
    CHECK(cli.exit_code == kExitWrong);
    CHECK_FALSE(cli.served);
    CHECK_THAT(cli.err, Catch::StartsWith("ecron: --timezone: timezone: ") && Contains("Europe/Brelin"));
}

TEST_CASE("check-config validates the configuration and starts nothing", "[cli]") {
    GivenCli cli;
    CHECK(cli.run({"check-config"}).exit_code == kExitGood);
    CHECK(cli.out == "The configuration is valid.\n");
    CHECK_FALSE(cli.served);
    CHECK(cli.run({"check-config", "--cron-port=x"}).exit_code == kExitWrong);
    CHECK(cli.err == "ecron: --cron-port: \"x\" is not a port from 0 to 65535\n");
}

TEST_CASE("--print-config prints the configuration with masked secrets and starts nothing", "[cli]") {
    const std::string command = GENERATE("serve", "check-config");
    GivenCli cli;
    cli.environment = {{"ECRON_USER_PWD", "hunter2"}};
    cli.run({command, "--print-config", "--cron-port=80"});
    CHECK(cli.exit_code == kExitGood);
    CHECK_FALSE(cli.served);
    CHECK_THAT(cli.out, Contains("cron_port: \"80\"  # --cron-port\n"));
    CHECK_THAT(cli.out, Contains("user_pwd: \"***\"  # ECRON_USER_PWD\n"));
    CHECK_THAT(cli.out, !Contains("hunter2"));
}

TEST_CASE("every command has help for its flags", "[cli]") {
    const auto [command, mentions] = GENERATE(table<std::string, std::string>({
        {"serve", "--cron-port PORT"},
        {"check-config", "--config FILE"},
        {"next", "--count N"},
        {"version", "Usage: ecron version"},
        {"help", "Usage: ecron help"},
    }));
    GivenCli cli;
    cli.run({command, "--help"});
    CHECK(cli.exit_code == kExitGood);
    CHECK_THAT(cli.out, Contains(mentions) && Contains("--help"));
    CHECK_THAT(GivenCli{}.run({"help"}).out, Contains(command));
    CHECK(GivenCli{}.run({"help", command}).out == cli.out);
    CHECK(GivenCli{}.run({command, "--nonsense", "-h"}).out == cli.out);
    CHECK(GivenCli{}.run({command, "--version"}).out == GivenCli{}.run({"version"}).out);
}

TEST_CASE("a group of commands lists its commands", "[cli]") {
    const Arguments arguments =
        GENERATE(Arguments{"job"}, Arguments{"job", "--help"}, Arguments{"help", "job"});
    GivenCli cli;
    CHECK(cli.run(arguments).exit_code == kExitGood);
    CHECK_THAT(cli.out, Contains("job history") && !Contains("check-config"));
}

TEST_CASE("docs/cli.md matches the declarations of the commands", "[cli]") {
    std::ifstream file{"docs/cli.md"};
    const std::string document{std::istreambuf_iterator<char>{file}, {}};
    CHECK(document == command_reference());  // generated with scripts/document
}

TEST_CASE("no flag of a command is declared twice", "[cli]") {
    // ecron export has the flags of a configuration and those of a connection.
    GivenCli cli;
    const std::string command = GENERATE("export", "apply", "serve", "job list");
    const std::size_t space = command.find(' ');
    Arguments arguments{command.substr(0, space)};
    if (space != command.npos) arguments.push_back(command.substr(space + 1));
    arguments.emplace_back("--help");
    cli.run(arguments);
    for (const std::string name : {"--server ", "--token-file ", "--ca-file ", "--config "}) {
        const std::string flag = "\n      " + name;
        CAPTURE(command, flag);
        const std::size_t first = cli.out.find(flag);
        CHECK((first == cli.out.npos || cli.out.find(flag, first + 1) == cli.out.npos));
    }
}

TEST_CASE("bash completes commands, flags, permitted values and files", "[cli]") {
    const auto [words, offered] = GENERATE(table<std::string, std::string>({
        {"ecron ap", "apply"},
        {"ecron job hi", "history"},
        {"ecron job list -o ''", "table wide json yaml name"},
        {"ecron job list --lab", "--label"},
        {"ecron import cr", "crontab"},
        {"ecron completion ''", "bash zsh fish"},
        {"ecron apply -f CMakeL", "CMakeLists.txt"},
        {"ecron job list --enabled ''", ""},
    }));
    GivenCli cli;
    cli.run({"completion", "bash"});
    const std::string script = std::filesystem::temp_directory_path() / ("ecron-completion-" + random_uuid());
    std::ofstream{script} << cli.out << "COMP_WORDS=(" << words
                          << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                          << "_ecron\n[ \"${COMPREPLY[*]}\" = '" << offered << "' ]\n";
    CAPTURE(words);
    CHECK(std::system(("bash " + script).c_str()) == 0);
    std::filesystem::remove(script);
}

TEST_CASE("variables of the client commands are no options of the service", "[cli]") {
    GivenCli cli;
    cli.environment = {{"ECRON_SERVER", "http://h"}, {"ECRON_TOKEN", "t"}, {"ECRON_PROFILE", "p"}};
    cli.run({"serve"});
    CHECK(cli.served);
    CHECK(cli.err.empty());
    for (const char* name : {"server", "token", "profile"}) CHECK(config::find_option(name) == nullptr);
}

TEST_CASE("serve's help lists every option except secrets", "[cli]") {
    GivenCli cli;
    cli.run({"serve", "--help"});
    for (const config::Option& option : config::kOptions) {
        CAPTURE(option.name);
        const bool listed = cli.out.contains(config::flag_name(option) + ' ');
        CHECK(listed == (option.secret == config::Secret::no));
    }
    const std::size_t without_effect = cli.out.find("\nOptions of the old service, without effect:\n");
    CHECK(cli.out.find("\nListening:\n") < cli.out.find("\nDatabase:\n"));
    CHECK(cli.out.find("--analysis-load-sleep") > without_effect);
    CHECK(cli.out.find("--cron-port") < without_effect);
}

TEST_CASE("version prints the version", "[cli]") {
    const std::string asked = GENERATE("version", "--version");
    CHECK_THAT(GivenCli{}.run({asked}).out, Catch::Matches("ecron [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_CASE("environment entries are split at the first equal sign", "[cli]") {
    std::string one = "A=b=c", two = "EMPTY=", odd = "odd";
    char* entries[] = {one.data(), two.data(), odd.data(), nullptr};
    CHECK(environment_of(entries) == std::map<std::string, std::string>{{"A", "b=c"}, {"EMPTY", ""}});
}

TEST_CASE("db shards sets the number of shards or reports the error", "[cli]") {
    GivenCli cli;
    CHECK(cli.run({"db", "shards", "4"}).exit_code == kExitGood);
    CHECK(cli.divided == 4U);
    CHECK(cli.out == "The database is divided into 4 shards.\n");
    cli.shards_problem = "a node leads shard 0; stop every node first";
    CHECK(cli.run({"db", "shards", "1"}).exit_code == kExitWrong);
    CHECK(cli.err == "ecron: a node leads shard 0; stop every node first\n");
    CHECK(cli.out.empty());
}

TEST_CASE("db shards requires a number", "[cli]") {
    const Arguments arguments =
        GENERATE(Arguments{"db"}, Arguments{"db", "shards"}, Arguments{"db", "4"},
                 Arguments{"db", "shards", "four"}, Arguments{"db", "shards", "4x"},
                 Arguments{"db", "shards", "-1"}, Arguments{"db", "shards", "4", "5"});
    GivenCli cli;
    CHECK(cli.run(arguments).exit_code == kExitWrong);
    CHECK_FALSE(cli.divided);
    CHECK_FALSE(cli.err.empty());
}

TEST_CASE("health reports readiness by its exit code", "[cli]") {
    GivenCli cli;
    CHECK(cli.run({"health", "--cron-port", "8080"}).exit_code == kExitGood);
    CHECK(cli.asked->server.port == 8080);
    CHECK(cli.asked_url.empty());
    CHECK(cli.run({"health", "--url", "https://ecron:1"}).exit_code == kExitGood);
    CHECK(cli.asked_url == "https://ecron:1");
    cli.illness = "not ready: /health/ready answers 503";
    CHECK(cli.run({"health"}).exit_code == kExitBad);
    CHECK(cli.err == "ecron: not ready: /health/ready answers 503\n");
    CHECK(cli.run({"health", "--cron-port", "high"}).exit_code == kExitWrong);
}

TEST_CASE("ecron accepts the command lines of the chart's templates", "[cli]") {
    const std::regex arguments{R"(\n *args: \[([^\n]*)\]\n)"};
    const std::regex expression{R"(\{\{[^}]*\}\})"};
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{"deploy/helm/ecron/templates"}) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file{entry.path()};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        for (std::sregex_iterator match{text.begin(), text.end(), arguments}, end; match != end; ++match) {
            const std::string line = std::regex_replace((*match)[1].str(), expression, "http://ecron:12345");
            Arguments words;
            std::istringstream list{line};
            for (std::string word; std::getline(list >> std::ws, word, ',');) words.push_back(word);
            CAPTURE(entry.path().string(), line);
            GivenCli cli;
            cli.upkeep.migrate = [](const config::Config&) { return Result<void>{}; };
            cli.run(words);
            CHECK(cli.err.empty());
            CHECK(cli.exit_code != kExitWrong);
            ++found;
        }
    }
    CHECK(found == 3);  // serve, db migrate, health
}

TEST_CASE("db check lists violations, and its exit code reports whether there are any", "[cli]") {
    GivenCli cli;
    std::vector<std::string> broken;
    cli.upkeep.check = [&](const config::Config&) { return Result<std::vector<std::string>>{broken}; };
    CHECK(cli.run({"db", "check"}).exit_code == kExitGood);
    CHECK(cli.out == "The database is consistent.\n");
    broken = {"jobs share an id: a (2 in all)", "the file is damaged: page 7 (1 in all)"};
    CHECK(cli.run({"db", "check"}).exit_code == kExitBad);
    CHECK(cli.out == broken[0] + '\n' + broken[1] + '\n');
    cli.upkeep.check = [](const config::Config&) {
        return Result<std::vector<std::string>>{fail(Errc::not_found, "there is no database at ecron.db")};
    };
    CHECK(cli.run({"db", "check"}).exit_code == kExitWrong);
    CHECK(cli.err == "ecron: there is no database at ecron.db\n");
}

TEST_CASE("check-config lists changes for old jobs, and succeeds without a database", "[cli]") {
    GivenCli cli;
    cli.upkeep.takeover = [](const config::Config&) {
        return Result<std::vector<std::string>>{{"1 enabled job of the old service runs a command"}};
    };
    CHECK(cli.run({"check-config"}).exit_code == kExitGood);
    CHECK(cli.err == "ecron: warning: 1 enabled job of the old service runs a command\n");
    cli.upkeep.takeover = [](const config::Config&) {
        return Result<std::vector<std::string>>{fail(Errc::unavailable, "the database cannot be reached")};
    };
    CHECK(cli.run({"check-config"}).exit_code == kExitGood);
    CHECK(cli.err ==
          "ecron: warning: the database was not examined for jobs of the old service: the database cannot be "
          "reached\n");
}

TEST_CASE("check-config reports what is missing on this machine, except with --skip-files", "[cli]") {
    GivenCli cli;
    cli.machine = {.errors = {"ca_file: /nope.pem: No such file or directory"},
                   .occupied = {},
                   .warnings = {"secrets_dir: /nope: is not a folder"}};
    CHECK(cli.run({"check-config"}).exit_code == kExitWrong);
    CHECK(cli.out.empty());
    CHECK(cli.err ==
          "ecron: warning: secrets_dir: /nope: is not a folder\n"
          "ecron: ca_file: /nope.pem: No such file or directory\n");
    CHECK(cli.run({"check-config", "--skip-files"}).exit_code == kExitGood);
    CHECK(cli.err.empty());
}

TEST_CASE("check-config reports the errors of the options and of the machine at once", "[cli]") {
    GivenCli cli;
    cli.machine = {
        .errors = {"ca_file: /nope.pem: No such file or directory", "cert_file : No such file or directory"},
        .occupied = {},
        .warnings = {}};
    cli.run({"check-config", "--timezone", "Europe/Brelin", "--lang", "elvish", "--ssl-on", "--key-file=k"});
    CHECK(cli.exit_code == kExitWrong);
    for (const char* part : {"--timezone: timezone: ", "--lang: \"elvish\"",
                             "cert_file: is required because ssl_on", "ca_file: /nope.pem: No such file"})
        CHECK_THAT(cli.err, Contains(part));
    CHECK_FALSE(cli.err.contains("cert_file : "));  // follows from the error of the option
}

TEST_CASE("serve reports the machine's problems, and warnings, beside an invalid option", "[cli]") {
    GivenCli cli;
    cli.machine = {.errors = {"ca_file: /nope.pem: No such file or directory"},
                   .occupied = {"cron_port: cannot listen on 127.0.0.1 port 12345: Address already in use"},
                   .warnings = {"secrets_dir: /nope: is not a folder"}};
    cli.run({"serve", "--cron-port=x", "--db-format=utf8"});
    CHECK(cli.exit_code == kExitWrong);
    CHECK_FALSE(cli.served);
    // The port in use is that of the default, because the given one is invalid.
    CHECK(cli.err ==
          "ecron: warning: --db-format: db_format: \"utf8\" has no effect: database sessions always use "
          "utf8mb4\n"
          "ecron: warning: secrets_dir: /nope: is not a folder\n"
          "ecron: --cron-port: \"x\" is not a port from 0 to 65535\n"
          "ecron: ca_file: /nope.pem: No such file or directory\n");
}

TEST_CASE("check-config refuses a port in use, unless the service itself uses it", "[cli]") {
    GivenCli cli;
    cli.machine.occupied = {"cron_port: cannot listen on 127.0.0.1 port 12345: Address already in use"};
    CHECK(cli.run({"check-config"}).exit_code == kExitWrong);
    CHECK(cli.err == "ecron: cron_port: cannot listen on 127.0.0.1 port 12345: Address already in use\n");
    cli.running = true;
    CHECK(cli.run({"check-config"}).exit_code == kExitGood);
    CHECK(
        cli.err ==
        "ecron: warning: cron_port: cannot listen on 127.0.0.1 port 12345: Address already in use; a service "
        "with this configuration is running\n");
}

TEST_CASE("TZ without timezone produces a warning, because the old service used it", "[cli]") {
    GivenCli cli;
    cli.environment["TZ"] = "Asia/Shanghai";
    CHECK(cli.run({"check-config"}).exit_code == kExitGood);
    CHECK(cli.err.find("TZ: timezone: TZ is \"Asia/Shanghai\"") != std::string::npos);
    CHECK(cli.run({"check-config", "--timezone", "Asia/Shanghai"}).err.empty());
    cli.environment["TZ"] = "UTC";
    CHECK(cli.run({"check-config"}).err.empty());
}

TEST_CASE("db check --repair repairs first and then checks", "[cli]") {
    GivenCli cli;
    std::vector<std::string> repaired{"tenants had other counters than jobs (2)"};
    cli.upkeep.repair = [&](const config::Config&) { return Result<std::vector<std::string>>{repaired}; };
    cli.upkeep.check = [&](const config::Config&) { return Result<std::vector<std::string>>{}; };
    CHECK(cli.run({"db", "check", "--repair"}).exit_code == kExitGood);
    CHECK(cli.out == "Repaired: tenants had other counters than jobs (2)\nThe database is consistent.\n");
    CHECK(cli.run({"db", "migrate", "--repair"}).exit_code == kExitWrong);
}

TEST_CASE("db migrate reports success or the error", "[cli]") {
    GivenCli cli;
    cli.upkeep.migrate = [](const config::Config&) { return Result<void>{}; };
    CHECK(cli.run({"db", "migrate"}).exit_code == kExitGood);
    cli.upkeep.migrate = [](const config::Config&) {
        return Result<void>{fail(Errc::conflict, "needs a newer ecron")};
    };
    CHECK(cli.run({"db", "migrate"}).exit_code == kExitWrong);
    CHECK_THAT(cli.err, Contains("newer"));
}

TEST_CASE("export writes only the data to standard output", "[cli]") {
    GivenCli cli;
    std::optional<Scope> saved;
    cli.upkeep.save = [&](const config::Config&, Scope scope, std::ostream& to) {
        saved = scope;
        to << "rows\n";
        return Result<std::uint64_t>{1};
    };
    CHECK(cli.run({"export"}).exit_code == kExitGood);
    CHECK(saved == Scope::jobs);
    CHECK(cli.out == "rows\n");
    CHECK(cli.err == "ecron: 1 rows exported\n");
    cli.run({"export", "--all"});
    CHECK(saved == Scope::all);
    CHECK(cli.run({"export", "backup"}).exit_code == kExitWrong);
}

TEST_CASE("import requires a file name", "[cli]") {
    GivenCli cli;
    std::string read;
    cli.upkeep.restore = [&](const config::Config&, const std::string& file) {
        read = file;
        return file == "bad" ? Result<std::uint64_t>{fail(Errc::invalid, "line 1: it was cut off")} : 7;
    };
    CHECK(cli.run({"import", "backup"}).exit_code == kExitGood);
    CHECK(read == "backup");
    CHECK(cli.out == "7 rows imported.\n");
    CHECK(cli.run({"import", "bad"}).exit_code == kExitWrong);
    CHECK(cli.run({"import"}).exit_code == kExitWrong);
    CHECK(cli.run({"import", "a", "b"}).exit_code == kExitWrong);
}

TEST_CASE("a demo starts unless a database is configured", "[cli]") {
    GivenCli cli;
    cli.run({"serve", "--demo", "--cron-port=80"});
    CAPTURE(cli.err);
    REQUIRE(cli.demonstrated);
    CHECK(cli.demonstrated->server.port == 80);
    CHECK_FALSE(cli.served);
    CHECK(cli.exit_code == 7);
    const std::string database = GENERATE("--db-path=/x.db", "--db-addr=db", "--db-driver=sqlite");
    cli.demonstrated.reset();
    cli.run({"serve", "--demo", database});
    CHECK_FALSE(cli.demonstrated);
    CHECK(cli.exit_code == kExitWrong);
    CHECK_THAT(cli.err, Contains("a demo has a database of its own"));
}
