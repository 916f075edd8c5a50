#include "ecron/base/credentials.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

TEST_CASE("recognizes names of credentials in every spelling", "[base]") {
    const std::string name =
        GENERATE("Authorization", "proxy-authorization", "Cookie", "X-Api-Key", "x_api_key", "Private-Token",
                 "X-Auth-Token", "X-Auth", "sasl.password", "ssl.key.password", "ssl.key.pem", "DB_PASSWORD",
                 "client_secret", "Ocp-Apim-Subscription-Key", "X-Amz-Signature", "AWS_ACCESS_KEY_ID");
    CAPTURE(name);
    CHECK(names_credential(name));
}

TEST_CASE("does not treat other names as credentials", "[base]") {
    const std::string name =
        GENERATE("Content-Type", "Idempotency-Key", "Accept", "X-Job", "ssl.key.location", "sasl.mechanism",
                 "sasl.username", "webhook", "X-Ecron-Attempt", "key", "session.timeout.ms", "");
    CAPTURE(name);
    CHECK_FALSE(names_credential(name));
}

TEST_CASE("hides credentials in a text", "[base]") {
    const auto [text, shown] = GENERATE(table<std::string, std::string>({
        {"https://u:p@host/x?a=1", "https://***@host/x?a=1"},
        {"https://u:p@ss@host", "https://***@host"},
        {"amqp://u@a,amqp://v:w@b", "amqp://***@a,amqp://***@b"},
        {"https://host/x@y", "https://host/x@y"},
        {"me:canary@host", "***@host"},
        {"rsync -a x me:c@n=ary@host:/y", "rsync -a x ***@host:/y"},
        {"git@host:x/y", "git@host:x/y"},
        {"registry:5000/image:1@sha256:0123", "registry:5000/image:1@sha256:0123"},
        {"https://host/?token=canary&a=b", "https://host/?token=***&a=b"},
        {"run --password=canary --level=3", "run --password=*** --level=3"},
        {"run --api-key='a b' x", "run --api-key=*** x"},
        {"sasl.password=canary", "sasl.password=***"},
        {"run --password canary --level 3", "run --password *** --level 3"},
        {"run --api-key 'a canary' x", "run --api-key *** x"},
        {"run --no-session --level 3", "run --no-session --level 3"},
        {"/usr/bin/mysqldump -ucron -pcanary db", "/usr/bin/mysqldump -ucron -p*** db"},
        {"sshpass -p canary ssh h -p 22", "sshpass -p *** ssh h -p ***"},
        {"mkdir -p /a && serve -p8080", "mkdir -p /a && serve -p8080"},
        {"curl -u me:canary http://h", "curl -u me:*** http://h"},
        {"curl -H \"Authorization: Bearer canary\" http://h", "curl -H \"Authorization: ***\" http://h"},
        {"curl -H 'X-Api-Key: canary' -s", "curl -H 'X-Api-Key: ***' -s"},
        {"Authorization: Bearer canary", "Authorization: ***"},
        {"token: canary -x", "token: *** -x"},
        {"at 10: 30", "at 10: 30"},
        {"arn:aws:secretsmanager:eu", "arn:aws:secretsmanager:eu"},
        {"${secret:door}", "${secret:door}"},
        {"https://host/?sig=canary", "https://host/?sig=***"},
        {"TOKEN=", "TOKEN="},
        {"a=b=c", "a=b=c"},
        {"", ""},
    }));
    CAPTURE(text);
    CHECK(hide_credentials(text) == shown);
}
