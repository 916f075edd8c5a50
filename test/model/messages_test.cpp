#include "ecron/model/messages.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::model;

TEST_CASE("an error has cause, code, a sentence and the fields", "[model]") {
    CHECK(error_body(401, cause::kEmptyToken, Language::en_us, Detail::parameters, {"Authorization"}) ==
          R"({"cause":"Empty token","code":401009001,"message":"A token is needed.",)"
          R"("detail":{"parameters":["Authorization"]}})");
    CHECK(error_body(409, cause::kNameTaken, Language::zh_tw, Detail::conflicts, {"job_name"}) ==
          R"({"cause":"Job name already exists","code":409009001,"message":"任務名稱已存在。",)"
          R"("detail":{"conflicts":["job_name"]}})");
    CHECK(
        error_body(500, cause::kInternal, Language::en_us) ==
        R"({"cause":"Internal error","code":500009001,"message":"Something went wrong inside.","detail":null})");
}

TEST_CASE("a rejected input lists every field once and every reason", "[model]") {
    const Problems problems{{"Illegal time ", "begin_at", "x"},
                            {"Invalid parameter", "a", "y"},
                            {"Invalid parameter", "a", "z"},
                            {"Invalid parameter", "", "w"}};
    CHECK(
        error_body(400, Language::zh_cn, problems) ==
        R"({"cause":"Illegal time ","code":400009001,"message":"时间不合法。","detail":{"parameters":["begin_at","a"],)"
        R"("reasons":[{"field":"begin_at","reason":"x"},{"field":"a","reason":"y"},{"field":"a","reason":"z"},)"
        R"({"field":"","reason":"w"}]}})");
}

TEST_CASE("every cause has a sentence in every language", "[model]") {
    const auto cause =
        GENERATE(cause::kNameTaken, cause::kNameEmpty, cause::kNoJob, cause::kNoExecution, cause::kCronTime,
                 cause::kJobType, cause::kJobStatus, cause::kTime, cause::kEndBeforeBegin, cause::kPage,
                 cause::kMode, cause::kNoQuery, cause::kEmptyStatus, cause::kInvalidParameter,
                 cause::kInvalidToken, cause::kTokenExpired, cause::kEmptyToken, cause::kDenied,
                 cause::kNoPath, cause::kMethod, cause::kConflict, cause::kRevision, cause::kTooLarge,
                 cause::kTooMany, cause::kUnavailable, cause::kInternal);
    CAPTURE(cause);
    for (const Language language : {Language::zh_cn, Language::zh_tw, Language::en_us}) {
        CHECK_FALSE(localised(cause, language).empty());
        CHECK(localised(cause, language) != cause);
    }
}

TEST_CASE("an unknown cause is its own sentence", "[model]") {
    CHECK(localised("Something else", Language::zh_cn) == "Something else");
    CHECK(language_from("zh_CN") == Language::zh_cn);
    CHECK_FALSE(language_from("de_DE"));
}
