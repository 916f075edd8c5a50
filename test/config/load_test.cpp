#include "ecron/config/load.hpp"

#include <catch2/catch.hpp>

#include "config/given_files.hpp"

using namespace ecron;
using namespace ecron::config;
using namespace std::chrono_literals;
using Catch::Contains;
using Lines = std::vector<std::string>;

TEST_CASE("without any source, the table's defaults apply", "[config]") {
    const auto loaded = load({});
    REQUIRE(loaded);
    CHECK(loaded->warnings.empty());
    const Config& config = loaded->config;
    CHECK(config.server.address == "127.0.0.1");
    CHECK(config.server.port == 12345);
    CHECK(config.server.body_limit == 1024 * 1024);
    CHECK_FALSE(config.server.tls);
    CHECK(config.store.driver == store::Driver::sqlite);
    CHECK(config.scheduler.claim_ahead == 250ms);
    CHECK_FALSE(config.scheduler.policy.start_deadline);
    CHECK(config.rules.retry.max_attempts == 3);
    CHECK(config.rules.retry.max == 5min);
    CHECK_FALSE(config.node.value().empty());
    CHECK(config.api.executor_id == config.node.value());
    CHECK_FALSE(config.auth.enabled());
}

TEST_CASE("a word of a choice selects the enumerator of the same name", "[config]") {
    const auto [variable, is_set] = GENERATE(table<std::string, bool (*)(const Config&)>({
        {"ECRON_LANG=zh_TW", [](const Config& c) { return c.api.language == model::Language::zh_tw; }},
        {"ECRON_MISFIRE=all",
         [](const Config& c) { return c.scheduler.policy.misfire == model::Misfire::all; }},
        {"ECRON_OVERLAP=queue",
         [](const Config& c) { return c.scheduler.policy.overlap == model::Overlap::queue; }},
        {"ECRON_ON_NODE_LOSS=interrupt",
         [](const Config& c) { return c.scheduler.on_node_loss == model::NodeLoss::interrupt; }},
        {"ECRON_EGRESS=public",
         [](const Config& c) { return c.egress.reach == execution::Reach::public_only; }},
        {"ECRON_KUBERNETES_POD_POLICY=baseline",
         [](const Config& c) { return c.executors.kubernetes.rules.policy == model::PodPolicy::baseline; }},
        {"ECRON_LOG_LEVEL=warn", [](const Config& c) { return c.log.level == log::Level::warn; }},
        {"ECRON_LOG_FORMAT=json", [](const Config& c) { return c.log.format == log::Format::json; }},
        {"ECRON_MQ_CONNECTOR_TYPE=kafka", [](const Config& c) { return c.queue.kind == Queue::Kind::kafka; }},
    }));
    CAPTURE(variable);
    const std::size_t sign = variable.find('=');
    Sources sources;
    sources.environment = {{variable.substr(0, sign), variable.substr(sign + 1)}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(is_set(loaded->config));
}

TEST_CASE("the store accepts watermarks as far ahead as the scheduler claims", "[config]") {
    Sources sources;
    sources.environment = {{"ECRON_CLAIM_AHEAD", "5s"}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.scheduler.claim_ahead == 5s);
    CHECK(loaded->config.store.claim_ahead == 5s);
}

TEST_CASE("precedence is flags, environment, later files, earlier files", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("a.yaml", "cron_port: 1\nanlys_port: 1\ndb_port: 1\nexecutor_max: 1\n"),
                     files.write("b.yaml", "cron_port: 2\nanlys_port: 2\ndb_port: 2\n")};
    sources.environment = {{"ECRON_CRON_PORT", "3"}, {"ECRON_ANLYS_PORT", "3"}};
    sources.flags = {{"cron_port", "4"}, {"cron_port", "5"}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.server.port == 5);
    CHECK(loaded->config.health_port == 3);
    CHECK(loaded->config.store.port == 2);
    CHECK(loaded->config.executors.http.limit == 1);
}

TEST_CASE("webhook_secret accepts one or two valid secrets", "[config]") {
    const std::string good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const auto [text, is_good] = GENERATE_COPY(
        table<std::string, bool>({{good, true},
                                  {good + " " + good, true},
                                  {good + " ", false},
                                  {good + " " + good + " " + good, false},
                                  {"whsec_short", false},
                                  {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaA=", false},  // 23 bytes
                                  {good.substr(6), false}}));
    CAPTURE(text);
    Sources sources;
    sources.environment = {{"ECRON_WEBHOOK_SECRET", text}};
    const auto loaded = load(sources);
    CHECK(loaded.has_value() == is_good);
    if (loaded) CHECK(loaded->config.webhook_secret.reveal() == text);
}

TEST_CASE("traces have an endpoint and header fields", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("a.yaml",
                                 "otlp_endpoint: https://collector:4318/otlp/\n"
                                 "otlp_headers: [Authorization=Bearer a=b, X-Team=ops]\n")};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.traces.endpoint == "https://collector:4318/otlp/");
    CHECK(loaded->config.traces.headers ==
          std::vector{SecretText{"Authorization=Bearer a=b"}, SecretText{"X-Team=ops"}});
}

TEST_CASE("an endpoint or header fields for traces that cannot work are refused", "[config]") {
    const auto [variable, value, said] = GENERATE(table<std::string, std::string, std::string>({
        {"ECRON_OTLP_ENDPOINT", "collector:4318",
         "is not an http or https URL without user, query and fragment"},
        {"ECRON_OTLP_ENDPOINT", "http://a:canary@collector",
         "is not an http or https URL without user, query and fragment"},
        {"ECRON_OTLP_ENDPOINT", "http://collector/?key=canary",
         "is not an http or https URL without user, query and fragment"},
        {"ECRON_OTLP_HEADERS", "a=b,canary", "contains an entry that is not NAME=VALUE"},
        {"ECRON_OTLP_HEADERS", "a canary=b", "contains an entry that is not NAME=VALUE"},
        {"ECRON_OTLP_HEADERS", "=canary", "contains an entry that is not NAME=VALUE"},
    }));
    CAPTURE(variable, value);
    const auto loaded = load({.environment = {{variable, value}}});
    REQUIRE_FALSE(loaded);
    const std::string error = lines(loaded.error()).front();
    CHECK_THAT(error, Catch::EndsWith(said) && !Catch::Contains("canary"));
}

TEST_CASE("an empty value means the default", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("a.yaml", "ca_file: /a.pem\ncron_port: 1\nlang: en_US\n"),
                     files.write("b.yaml", "cron_port:\n")};
    sources.environment = {{"ECRON_CA_FILE", ""}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.targets.ca_file.empty());
    CHECK(loaded->config.server.port == 12345);
    CHECK(loaded->config.api.language == model::Language::en_us);
}

TEST_CASE("all errors are reported at once, with their location", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", "cron_prot: 80\ndb_port: 70000\n\nlog_level: loud\n"),
                     "/no/such.yaml"};
    sources.environment = {{"ECRON_CLAIM_AHEAD", "late"}};
    sources.flags = {{"user_pwd", "hunter2"}, {"overlap", "maybe"}};
    const auto loaded = load(sources);
    REQUIRE_FALSE(loaded);
    CHECK(lines(loaded.error()) ==
          Lines{sources.files[0] + ":1: cron_prot: is not an option of ecron; did you mean cron_port?",
                "/no/such.yaml: cannot be read: No such file or directory",
                "--user-pwd: is secret, and all local users can read flags in /proc; use "
                "ECRON_USER_PWD or "
                "a file",
                sources.files[0] + ":2: db_port: \"70000\" is not a port from 1 to 65535",
                sources.files[0] + ":4: log_level: \"loud\" is not one of debug, info, warn, error",
                "ECRON_CLAIM_AHEAD: \"late\" is not a duration from 0s to 5s",
                "--overlap: \"maybe\" is not one of skip, allow, queue, replace"});
}

TEST_CASE("a file that is not a configuration is rejected", "[config]") {
    const auto [text, what] = GENERATE(table<std::string, std::string>({
        {"cron_port: 1\ncron_port: 2\n", "ecron.yaml:2: cron_port: is repeated; first set at ecron.yaml:1"},
        {"cron_port: [1, {a: b}]\n", "ecron.yaml:1: cron_port: must be a single value, not a map"},
        {"cron_port: {a: 1}\n", "ecron.yaml:1: cron_port: must be a single value, not a map"},
        {"auth:\n  username: u\n", "ecron.yaml:1: auth: is not an option of ecron"},
        {"auth.username: u\n", "ecron.yaml:1: auth.username: is not an option of ecron"},
        {"- a\n- b\n", "ecron.yaml: is not a YAML map (key: value)"},
        {"just text", "ecron.yaml: is not a YAML map (key: value)"},
        {"a: 1\n---\nb: 2\n", "ecron.yaml: contains more than one YAML document, or a comma outside a list"},
        {",c", "ecron.yaml: contains more than one YAML document, or a comma outside a list"},
        {"{a: 1},", "ecron.yaml: contains more than one YAML document, or a comma outside a list"},
        {"a: b: c\n", "ecron.yaml:1: is not valid YAML: illegal map value"},
    }));
    CAPTURE(text);
    CHECK(said_of("ecron.yaml", text) == Lines{what});
}

TEST_CASE("a folder, a huge file and a deeply nested file are rejected", "[config]") {
    const GivenFiles files;
    const std::string inside = files.write("folder/file", "");
    const std::string folder = inside.substr(0, inside.rfind('/'));
    const std::string huge = files.write("huge.yaml", std::string(2'000'000, '#'));
    const std::string deep = files.write("deep.yaml", "a: " + std::string(20'000, '['));
    for (const std::string& path : {folder, huge, deep}) {
        CAPTURE(path);
        Sources sources;
        sources.files = {path};
        CHECK_FALSE(load(sources));
    }
}

TEST_CASE("an empty file sets nothing", "[config]") {
    const std::string text = GENERATE("", "\n", "# only a comment\n", "---\n", "{}\n");
    CAPTURE(text);
    CHECK(said_of("ecron.yaml", text).empty());
}

TEST_CASE("a variable similar to an option's is reported, others are ignored", "[config]") {
    Sources sources;
    sources.environment = {{"ECRON_CRON_PROT", "1"},
                           {"ECRON_SERVICE_HOST", "10.0.0.1"},
                           {"ECRON_PORT_12345_TCP", "tcp://10.0.0.1:12345"},
                           {"PATH", "/bin"}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(lines(loaded->warnings) ==
          Lines{"ECRON_CRON_PROT: is not an option of ecron; did you mean cron_port?"});
}

TEST_CASE("service links of Kubernetes are ignored", "[config]") {
    Sources sources;
    // Variables that Kubernetes sets for services named ecron-db, ecron-mq, ecron-cron and ecron.
    for (const std::string service : {"ECRON_DB", "ECRON_MQ", "ECRON_CRON", "ECRON"}) {
        sources.environment.insert({{service + "_SERVICE_HOST", "10.96.0.11"},
                                    {service + "_SERVICE_PORT", "3306"},
                                    {service + "_SERVICE_PORT_MYSQL", "3306"},
                                    {service + "_PORT", "tcp://10.96.0.11:3306"},
                                    {service + "_PORT_3306_TCP", "tcp://10.96.0.11:3306"},
                                    {service + "_PORT_3306_TCP_PROTO", "tcp"},
                                    {service + "_PORT_3306_TCP_PORT", "3306"},
                                    {service + "_PORT_3306_TCP_ADDR", "10.96.0.11"}});
    }
    const auto loaded = load(sources);
    REQUIRE(loaded);
    REQUIRE(loaded->warnings.size() == 3);  // one per link that has the name of an option
    for (const std::string& line : lines(loaded->warnings))
        CHECK_THAT(line, Catch::Contains("set by Kubernetes"));

    sources.environment = {{"ECRON_DB_PORT", "10.96.0.11"}};
    CHECK_FALSE(load(sources));
}

TEST_CASE("optional files are read if they exist, before the named files", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files_if_present = {"/no/such.yaml", files.write("usual.yaml", "cron_port: 1\nanlys_port: 1\n")};
    sources.files = {files.write("named.yaml", "cron_port: 2\n")};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.server.port == 2);
    CHECK(loaded->config.health_port == 1);
}

TEST_CASE("a reachable address without authentication requires consent", "[config]") {
    const std::string refused =
        "cron_addr: \"0.0.0.0\" listens on 0.0.0.0, which is reachable from other hosts, and "
        "authentication is disabled; consent with --insecure-no-auth or with auth_enabled: false in a file";
    const std::string warned =
        "cron_addr: \"0.0.0.0\" listens on 0.0.0.0, which is reachable from other hosts, and "
        "authentication is disabled";
    const std::string address = "cron_addr: 0.0.0.0\n";
    CHECK(said_of("ecron.yaml", address) == Lines{"ecron.yaml:1: " + refused});
    const std::string consent = GENERATE("auth_enabled: false", "auth_enabled: False",
                                         "auth_enabled: \"FALSE\"", "insecure_no_auth: true");
    CAPTURE(consent);
    CHECK(said_of("ecron.yaml", address + consent) == Lines{"ecron.yaml:1: " + warned});
}

TEST_CASE("auth_enabled: false as a flag or variable does not count as consent", "[config]") {
    Sources sources;
    sources.environment = {{"ECRON_CRON_ADDR", "0.0.0.0"}, {"ECRON_AUTH_ENABLED", "false"}};
    CHECK_FALSE(load(sources));
    sources.flags = {{"insecure_no_auth", "true"}};
    CHECK(load(sources));
}

TEST_CASE("auth_enabled without an issuer is rejected", "[config]") {
    const std::string text = GENERATE("true", "\"true\"", "yes", "no", "0", "flase");
    CAPTURE(text);
    const Lines said = said_of("ecron.yaml", "auth_enabled: " + text + "\n");
    CHECK(said == Lines{"default: oauth_admin_addr: is required: auth_enabled requires tokens of Ory Hydra "
                        "(see auth_mode)"});
}

TEST_CASE("auth_enabled alone selects Hydra, auth_mode overrides it", "[config]") {
    const auto [text, mode] = GENERATE(table<std::string, AuthMode>({
        {"", AuthMode::none},
        {"auth_enabled: false", AuthMode::none},
        {"auth_enabled: true\noauth_admin_addr: hydra", AuthMode::hydra},
        {"auth_mode: hydra\noauth_admin_addr: hydra", AuthMode::hydra},
        {"auth_enabled: true\nauth_mode: token\ntoken_file: /t", AuthMode::token},
        {"auth_mode: jwt\njwt_issuer: https://issuer/", AuthMode::jwt},
    }));
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", text)};
    CAPTURE(text);
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.auth.mode == mode);
    CHECK(loaded->config.auth.enabled() == (mode != AuthMode::none));
}

TEST_CASE("with authentication, any listen address is accepted", "[config]") {
    CHECK(said_of("ecron.yaml", "cron_addr: 0.0.0.0\nauth_mode: token\ntoken_file: /t\n").empty());
}

TEST_CASE("a mistyped localhost is an error instead of all addresses", "[config]") {
    const std::string address = GENERATE("localhots", "locahost", "local-host", "LOCALHOTS", "localhost.");
    CAPTURE(address);
    CHECK(said_of("ecron.yaml", "auth_enabled: false\ncron_addr: " + address + "\n") ==
          Lines{"ecron.yaml:2: cron_addr: \"" + address +
                "\" would listen on all addresses; did you mean localhost?"});
    CHECK(said_of("ecron.yaml", "cron_addr: LocalHost\n").empty());
}

TEST_CASE("a name or foreign address that listens on all addresses is a warning", "[config]") {
    const std::string tokens = "auth_mode: token\ntoken_file: /t\n";
    const std::string address = GENERATE("ecron-management", "192.0.2.1");
    CAPTURE(address);
    const Lines said = said_of("ecron.yaml", tokens + "cron_addr: " + address + "\n");
    REQUIRE(said.size() == 1);
    CHECK_THAT(said[0], Contains("cron_addr: \"" + address + "\" listens on ") &&
                            Contains(", all addresses, because it is not an IP address of this machine"));
    for (const char* requested : {"all", "'::'", "127.0.0.1", "localhost"})
        CHECK(said_of("ecron.yaml", tokens + "cron_addr: " + requested + "\n").empty());
}

TEST_CASE("an external URL with a path is a warning while the web page is enabled", "[config]") {
    const std::string path = GENERATE("/ecron", "//ecron/", "/a/b");
    CAPTURE(path);
    const std::string option = "external_url: https://ecron.example.com:8443" + path + "\n";
    CHECK(
        said_of("ecron.yaml", option) ==
        Lines{
            "ecron.yaml:1: external_url: has a path, below which the web page does not work: serve ecron at "
            "the root of a host name, or disable the page (ui_enabled: false)"});
    CHECK(said_of("ecron.yaml", option + "ui_enabled: false\n").empty());
    for (const std::string end : {"", "/"})
        CHECK(said_of("ecron.yaml", "external_url: https://ecron.example.com" + end + "\n").empty());
}

TEST_CASE("the keys URL is jwt_keys_url, or derived from Hydra or the issuer", "[config]") {
    const auto [text, url] = GENERATE(table<std::string, std::string>({
        {"", "https://issuer/.well-known/jwks.json"},
        {"oauth_public_addr: fd00::5", "http://[fd00::5]:4444/.well-known/jwks.json"},
        {"jwt_keys_url: https://keys/x", "https://keys/x"},
    }));
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", "auth_mode: jwt\njwt_issuer: https://issuer/\n" + text)};
    CHECK(load(sources)->config.auth.jwt.keys_url == url);
}

TEST_CASE("a name in cron_addr is a name of the API", "[config]") {
    const GivenFiles files;
    const auto loaded_with = [&](const std::string& text) {
        Sources sources;
        sources.files = {files.write("ecron.yaml", "auth_enabled: false\n" + text)};
        const auto loaded = load(sources);
        REQUIRE(loaded);
        return loaded->config;
    };
    const auto allowed = [&](const std::string& text) { return loaded_with(text).api.hosts.allowed; };
    CHECK(allowed("cron_addr: Ecron.Example\n") == std::vector<std::string>{"ecron.example"});
    for (const char* literal : {"127.0.0.1", "10.1.2.3", "'::1'", "'[::]'"})
        CHECK(allowed("cron_addr: " + std::string{literal} + "\n").empty());
    CHECK(allowed("allowed_hosts: [A.example, b:80]\n") == std::vector<std::string>{"a.example", "b:80"});
}

TEST_CASE("the endpoints for signing in are those of Hydra unless they are set", "[config]") {
    const auto [text, authorization, token] = GENERATE(table<std::string, std::string, std::string>({
        {"oauth_public_addr: fd00::5\noauth_public_protocol: https", "https://[fd00::5]:4444/oauth2/auth",
         "https://[fd00::5]:4444/oauth2/token"},
        {"oauth_public_addr: h\noauth_token_url: https://login/token", "http://h:4444/oauth2/auth",
         "https://login/token"},
        {"oauth_authorization_url: https://login/auth?a=b\noauth_token_url: https://login/token",
         "https://login/auth?a=b", "https://login/token"},
    }));
    CAPTURE(text);
    const GivenFiles files;
    Sources sources;
    sources.files = {
        files.write("ecron.yaml", "auth_mode: hydra\noauth_admin_addr: h\noauth_client_id: page\n" + text)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    const management::SignIn& sign_in = loaded->config.api.sign_in;
    CHECK(sign_in.mode == "hydra");
    CHECK(sign_in.client_id == "page");
    CHECK(sign_in.authorization_endpoint == authorization);
    CHECK(sign_in.token_endpoint == token);
    CHECK(sign_in.scope == "all");
}

TEST_CASE("no option prints a secret", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.environment = {
        {"ECRON_JWT_KEYS_URL", "https://user:canary@host/keys?v=canary&sig=canary"},
        {"ECRON_JWT_ISSUER", "https://user:canary@host"},
        {"ECRON_MQ_KAFKA",
         "sasl.password=canary,ssl.key.password=canary&x,ssl.ca.location=/etc/ca.pem,"
         "sasl.jaas.config=a username=\"u\" password=\"canary\""},
    };
    for (const Option& option : kOptions) {
        if (option.secret == Secret::no) continue;
        std::string variable = "ECRON_" + std::string{option.name};
        for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        sources.environment[variable] =
            option.name == "webhook_secret" ? "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"
            : option.name == "otlp_headers" ? "X-Team=canary,Authorization=Bearer canary"
                                            : "canary";
    }
    const auto loaded = load(sources);
    REQUIRE(loaded);
    const std::string shown = format_settings(loaded->settings);
    CHECK_THAT(shown, !Catch::Contains("canary") && !Catch::Contains("Y2FuYXJ5"));
    CHECK_THAT(shown, Catch::Contains("https://***@host/keys?v=***&sig=***") &&
                          Catch::Contains("ssl.ca.location=/etc/ca.pem"));
}

TEST_CASE("a refused value shows no credentials", "[config]") {
    const std::string variable = GENERATE("ECRON_OAUTH_ADMIN_ADDR", "ECRON_DB_ADDR", "ECRON_CRON_PORT");
    const std::string value =
        GENERATE("me:canary@host", "https://me:canary@host/?sig=canary", "token=canary");
    CAPTURE(variable, value);
    const auto loaded = load({.environment = {{variable, value}}});
    REQUIRE_FALSE(loaded);
    const std::string errors = lines(loaded.error()).front();
    CHECK_THAT(errors, !Catch::Contains("canary") && Catch::Contains("***"));
}

TEST_CASE("a secret is read from the file named by a variable", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.environment = {{"ECRON_USER_PWD_FILE", files.write("password", "hunter2\n")}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.store.password.reveal() == "hunter2");
    CHECK_THAT(format_settings(loaded->settings), !Catch::Contains("hunter2"));
    sources.environment = {{"ECRON_USER_PWD_FILE", "/nowhere/password"}};
    CHECK_FALSE(load(sources));
}

TEST_CASE("secret files that all users can read produce a warning", "[config]") {
    namespace fs = std::filesystem;
    const GivenFiles files;
    const std::string config = files.write("ecron.yaml", "user_pwd: hunter2\nlog_level: warn\n");
    const std::string tokens = files.write("tokens", "");
    const std::string initial = files.write("tokens.initial", "");
    const std::string key = files.write("key.pem", "");
    const std::string secret = files.write("secrets/acme/key", "");
    const std::string password = files.write("password", "hunter3");
    const auto warnings = [&] {
        const auto loaded = load({.flags = {{"token_file", tokens},
                                            {"key_file", key},
                                            {"secrets_dir", fs::path{secret}.parent_path().parent_path()}},
                                  .environment = {{"ECRON_MQ_PASSWORD_FILE", password}},
                                  .files = {config}});
        REQUIRE(loaded);
        return lines(loaded->warnings);
    };
    const auto chmod_all = [&](fs::perms mode) {
        for (const std::string& file : {config, tokens, initial, key, secret, password})
            fs::permissions(file, mode);
    };
    const fs::path folder = fs::path{config}.parent_path();
    chmod_all(static_cast<fs::perms>(0644));
    CHECK(warnings().empty());  // the folder is readable by its owner only

    fs::permissions(folder, static_cast<fs::perms>(0755));
    const std::string readable = " is readable by all local users; run chmod o-r";
    CHECK(warnings() == Lines{config + ":1: user_pwd: is secret, and " + config + readable,
                              "ECRON_MQ_PASSWORD_FILE: mq_password: is secret, and " + password + readable,
                              "--key-file: key_file: " + key + readable,
                              "--secrets-dir: secrets_dir: " + secret + readable,
                              "--token-file: token_file: " + tokens + readable,
                              "--token-file: token_file: " + initial + readable});
    chmod_all(static_cast<fs::perms>(0640));
    CHECK(warnings().empty());
}

TEST_CASE("on MySQL, max_open_conns limits the reader threads", "[config]") {
    const auto [text, readers] = GENERATE(table<std::string, std::size_t>({
        {"db_addr: db\nmax_open_conns: 4\n", 1},
        {"db_addr: db\nmax_open_conns: 5\n", 2},
        {"db_addr: db\n", 3},
        {"db_addr: db\ndb_readers: 64\n", 27},
        {"db_readers: 64\n", 64},
        {"max_open_conns: 4\n", 3},
    }));
    CAPTURE(text);
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", text)};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    CHECK(loaded->config.store.readers == readers);
}

TEST_CASE("values that require or contradict each other are rejected", "[config]") {
    const auto [text, said] = GENERATE(table<std::string, Lines>({
        {"ssl_on: true\ncert_file: /c.pem\n", {"default: key_file: is required because ssl_on is true"}},
        {"webhook: api/x\n",
         {"ecron.yaml:1: webhook: is not a path such as /api/cronsvr/v1/executionresult"}},
        {"external_url: ecron.example.com/ops\n",
         {"ecron.yaml:1: external_url: is not an http or https URL"}},
        {"auth_mode: token\n", {"default: token_file: is required for this auth_mode"}},
        {"auth_mode: jwt\njwt_issuer: us\n",
         {"default: jwt_keys_url: is not an http or https URL, and none can be derived from jwt_issuer"}},
        {"auth_mode: token\ntoken_file: /t\noauth_client_id: page\noauth_public_addr: hydra\n",
         {"ecron.yaml:3: oauth_client_id: requires auth_mode hydra or jwt"}},
        {"auth_mode: hydra\noauth_admin_addr: h\noauth_client_id: page\n",
         {"default: oauth_authorization_url: is required: oauth_client_id is set, and oauth_public_addr is "
          "not",
          "default: oauth_token_url: is required: oauth_client_id is set, and oauth_public_addr is not"}},
        {"auth_mode: hydra\noauth_admin_addr: h\noauth_public_addr: h\noauth_client_id: page\n"
         "oauth_authorization_url: /auth\noauth_token_url: https://u@h/token\noauth_scope: ' '\n",
         {"ecron.yaml:5: oauth_authorization_url: is not an http or https URL without user and fragment",
          "ecron.yaml:6: oauth_token_url: is not an http or https URL without user and fragment",
          "ecron.yaml:7: oauth_scope: contains no scope"}},
        {"auth_mode: none\nauth_enabled: true\n",
         {"ecron.yaml:2: auth_enabled: requires tokens, but auth_mode is none"}},
        {"auth_mode: token\ntoken_file: /t\nauth_enabled: false\n",
         {"ecron.yaml:3: auth_enabled: is false, but auth_mode requires tokens"}},
        {"scope_admin: \",\"\n", {"ecron.yaml:1: scope_admin: contains no scope"}},
        {"webhook: /\n", {"ecron.yaml:1: webhook: is not a path such as /api/cronsvr/v1/executionresult"}},
        {"db_addr: db\nmax_open_conns: 5\ndb_readers: 3\n",
         {"ecron.yaml:2: max_open_conns: is less than the 6 sessions that db_readers requires"}},
        {"max_open_conns: 3\n", {R"(ecron.yaml:1: max_open_conns: "3" is not a number from 4 to 1000)"}},
        {"retry_initial: 10m\n", {"ecron.yaml:1: retry_initial: is longer than retry_max"}},
        {"node_id: a b\n", {"ecron.yaml:1: node_id: is not a name of at most 64 letters, digits and .-_"}},
        {"command_enabled: true\n",
         {"ecron.yaml:1: command_enabled: would run commands as ecron's own user, which can read and change "
          "ecron's database, token file and secrets: set command_user to another user, or consent with "
          "command_as_self: true"}},
        {"command_enabled: true\ncommand_as_self: true\n", {}},
        {"kubernetes_enabled: true\n",
         {"ecron.yaml:1: kubernetes_enabled: would let any client of the API create Jobs with ecron's "
          "credentials: set auth_mode, or consent with kubernetes_without_auth: true"}},
        {"kubernetes_enabled: true\nkubernetes_without_auth: true\n", {}},
        {"kubernetes_enabled: true\nauth_mode: token\ntoken_file: t\n", {}},
        {"kubernetes_namespace: jobs-{tenant}\nkubernetes_namespaces: [a, b-1]\n", {}},
        {"kubernetes_namespace: '{tenant}'\nkubernetes_namespaces: [A]\n",
         {"ecron.yaml:1: kubernetes_namespace: \"{tenant}\" is not a namespace (a DNS label), optionally "
          "with {tenant} once and other characters",
          "ecron.yaml:2: kubernetes_namespaces: \"A\" is not a namespace (a DNS label)"}},
        {"command_enabled: true\ncommand_user: jobs\n", {}},
        {"command_environment: [COLOUR, LD_PRELOAD, a=b]\n",
         {"ecron.yaml:1: command_environment: LD_PRELOAD would allow any code to be loaded into an allowed "
          "program",
          R"(ecron.yaml:1: command_environment: "a=b" is not a valid variable name)"}},
        {"egress_deny: [10.0.0.0/8, 10.0.0.0/33, ::/129]\n",
         {R"(ecron.yaml:1: egress_deny: "10.0.0.0/33" is not a network such as 10.0.0.0/8 or fd00::/8)",
          R"(ecron.yaml:1: egress_deny: "::/129" is not a network such as 10.0.0.0/8 or fd00::/8)"}},
    }));
    CAPTURE(text);
    CHECK(said_of("ecron.yaml", text) == said);
}

TEST_CASE("multi_node with SQLite is a warning", "[config]") {
    const auto warnings = [](std::string driver) {
        const auto loaded =
            load({.flags = {{"multi_node", "true"}, {"db_driver", std::move(driver)}, {"db_addr", "db"}}});
        REQUIRE(loaded);
        return lines(loaded->warnings);
    };
    CHECK(warnings("sqlite") ==
          Lines{"--multi-node: multi_node: has no effect: only one process can use an SQLite database"});
    CHECK(warnings("mysql").empty());
}

TEST_CASE("settings are printed as JSON with their sources, secrets masked", "[config]") {
    Sources sources;
    sources.environment = {{"ECRON_USER_PWD", "hunter2"}};
    sources.flags = {{"cron_port", "80"}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    const std::string& shown = loaded->config.api.configuration.english;
    CHECK_THAT(shown, !Catch::Contains("hunter2"));
    CHECK_THAT(shown, Catch::Contains(R"({"name":"cron_port","value":"80","default_value":"12345",)"
                                      R"("source":"--cron-port","group":"Listening",)"));
    CHECK_THAT(shown, Catch::Contains(R"({"name":"user_pwd","value":"***","default_value":"",)"));
    CHECK_THAT(shown,
               Catch::Contains(R"("name":"node_id","value":"","default_value":"","source":"default")"));
}

TEST_CASE("settings are described in English and in Chinese", "[config]") {
    const auto loaded = load({});
    REQUIRE(loaded);
    const auto shown = [&](model::Language language) { return settings_json(loaded->settings, language); };
    const std::string english = shown(model::Language::en_us), chinese = shown(model::Language::zh_cn);
    // Groups have the same names in both languages: clients recognise them by these.
    const std::string row =
        R"("name":"db_name","value":"ecron","default_value":"ecron","source":"default","group":"Database",)"
        R"("description":)";
    CHECK_THAT(english, Catch::Contains(row + R"("Name of the database.",)"));
    CHECK_THAT(chinese, Catch::Contains(row + R"("数据库名称。",)"));
    CHECK(shown(model::Language::zh_tw) == chinese);
    CHECK(loaded->config.api.configuration.english == english);
    CHECK(loaded->config.api.configuration.chinese == chinese);
}

TEST_CASE("settings are printed as YAML that can be loaded, secrets masked", "[config]") {
    const GivenFiles files;
    Sources sources;
    sources.files = {files.write("ecron.yaml", "user_pwd: hunter2\nnode_id: one\nwebhook: /a/b\n")};
    sources.flags = {{"cron_port", "80"}};
    const auto loaded = load(sources);
    REQUIRE(loaded);
    const std::string shown = format_settings(loaded->settings);
    CHECK_THAT(shown, !Catch::Contains("hunter2"));
    CHECK_THAT(shown, Catch::Contains("\nuser_pwd: \"***\"  # " + sources.files[0] + ":1\n"));
    CHECK_THAT(shown, Catch::Contains("\ncron_port: \"80\"  # --cron-port\n"));

    Sources again;
    again.files = {files.write("shown.yaml", shown)};
    const auto reloaded = load(again);
    REQUIRE(reloaded);
    CHECK(reloaded->config.server.port == 80);
    CHECK(reloaded->config.api.callback_path == "/a/b");
    CHECK(reloaded->config.node.value() == "one");
}
