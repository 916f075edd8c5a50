#include "ecron/model/messages.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/causes.hpp"
#include "ecron/model/translation.hpp"

namespace ecron::model {
namespace {

struct Message {
    std::string_view cause;
    std::array<std::string_view, 3> sentences;  // in the order of Language
};

constexpr std::array kMessages{
    Message{cause::kNameTaken,
            {"任务名称已存在。", "任務名稱已存在。", "A job of this name already exists."}},
    Message{cause::kNameEmpty, {"任务名称不能为空。", "任務名稱不能為空。", "The job needs a name."}},
    Message{cause::kNoJob, {"任务不存在。", "任務不存在。", "There is no such job."}},
    Message{cause::kNoExecution, {"执行记录不存在。", "執行記錄不存在。", "There is no such execution."}},
    Message{cause::kNoDeadLetter, {"死信不存在。", "死信不存在。", "There is no such dead letter."}},
    Message{cause::kCronTime, {"定时表达式错误。", "定時運算式錯誤。", "The cron expression is not valid."}},
    Message{cause::kJobType, {"任务类型不合法。", "任務類型不合法。", "The job type is not valid."}},
    Message{cause::kJobStatus, {"任务状态不合法。", "任務狀態不合法。", "The job status is not valid."}},
    Message{cause::kTime, {"时间不合法。", "時間不合法。", "The time is not valid."}},
    Message{
        cause::kEndBeforeBegin,
        {"结束时间早于开始时间。", "結束時間早於開始時間。", "The end time is earlier than the start time."}},
    Message{cause::kPage, {"分页参数不合法。", "分頁參數不合法。", "The limit or the page is not valid."}},
    Message{cause::kMode,
            {"不支持的执行方式。", "不支援的執行方式。", "The execution mode is not supported."}},
    Message{cause::kNoQuery, {"缺少查询参数。", "缺少查詢參數。", "The query needs a parameter."}},
    Message{cause::kEmptyStatus,
            {"没有有效的任务状态。", "沒有有效的任務狀態。", "No valid status was given."}},
    Message{cause::kInvalidParameter, {"参数不合法。", "參數不合法。", "The request holds invalid values."}},
    Message{cause::kInvalidToken, {"令牌无效。", "權杖無效。", "The token is not valid."}},
    Message{cause::kTokenExpired, {"令牌已过期。", "權杖已過期。", "The token has expired."}},
    Message{cause::kEmptyToken, {"缺少令牌。", "缺少權杖。", "A token is needed."}},
    Message{cause::kDenied, {"没有权限。", "沒有權限。", "You may not do this."}},
    Message{cause::kForeignOrigin,
            {"不接受来自其他来源网页的请求。", "不接受來自其他來源網頁的請求。",
             "Requests of web pages of other origins are refused."}},
    Message{cause::kForeignHost,
            {"请求的 Host 不在 allowed_hosts 中。", "請求的 Host 不在 allowed_hosts 中。",
             "The request's Host is not a name of this server; allowed_hosts lists further ones."}},
    Message{cause::kLimit,
            {"已达到租户上限。", "已達到租戶上限。", "The tenant has as much as it may have."}},
    Message{cause::kNoPath, {"路径不存在。", "路徑不存在。", "There is nothing at this path."}},
    Message{cause::kMethod, {"不允许的请求方法。", "不允許的請求方法。", "The method is not allowed here."}},
    Message{cause::kConflict,
            {"当前状态不允许此操作。", "目前狀態不允許此操作。", "The current state forbids this."}},
    Message{cause::kRevision,
            {"任务已被他人修改。", "任務已被他人修改。", "The job was changed since it was read."}},
    Message{cause::kTooLarge, {"请求过大。", "請求過大。", "The request is too large."}},
    Message{cause::kTooMany,
            {"请求过多，请稍后重试。", "請求過多，請稍後重試。", "Too many requests; try later."}},
    Message{cause::kUnavailable,
            {"服务暂不可用，请稍后重试。", "服務暫不可用，請稍後重試。",
             "The service is unavailable; try later."}},
    Message{cause::kInternal, {"服务内部错误。", "服務內部錯誤。", "Something went wrong inside."}},
};

/// Writes the body up to the name of `detail`; the caller appends its value.
void begin_body(JsonWriter& json, unsigned status, std::string_view cause, Language language) {
    json.begin_object().member("cause", cause);
    json.member("code", std::int64_t{status} * 1'000'000 + 9'001);
    json.member("message", localised(cause, language)).key("detail");
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
    json.key(name).begin_array();
    for (const std::string& text : texts) json.text(text);
    json.end_array();
}

std::string_view name_of(Detail detail) { return detail == Detail::parameters ? "parameters" : "conflicts"; }

std::vector<std::string> fields_of(const Problems& problems) {
    std::vector<std::string> fields;
    for (const Problem& problem : problems) {
        const bool known = std::find(fields.begin(), fields.end(), problem.field) != fields.end();
        if (!problem.field.empty() && !known) fields.push_back(problem.field);
    }
    return fields;
}

}  // namespace

std::optional<Language> language_from(std::string_view name) {
    if (name == "zh_CN") return Language::zh_cn;
    if (name == "zh_TW") return Language::zh_tw;
    if (name == "en_US") return Language::en_us;
    return std::nullopt;
}

std::vector<std::string_view> all_causes() {
    std::vector<std::string_view> causes;
    for (const Message& message : kMessages) causes.push_back(message.cause);
    return causes;
}

std::string_view localised(std::string_view cause, Language language) {
    for (const Message& message : kMessages)
        if (message.cause == cause) return message.sentences.at(static_cast<std::size_t>(language));
    return cause;
}

std::string error_body(unsigned status, std::string_view cause, Language language) {
    std::string out;
    JsonWriter json{out};
    begin_body(json, status, cause, language);
    json.null().end_object();
    return out;
}

std::string error_body(unsigned status, std::string_view cause, Language language, Detail detail,
                       const std::vector<std::string>& fields) {
    if (fields.empty()) return error_body(status, cause, language);
    std::string out;
    JsonWriter json{out};
    begin_body(json, status, cause, language);
    json.begin_object();
    write_list(json, name_of(detail), fields);
    json.end_object().end_object();
    return out;
}

std::string error_body(unsigned status, Language language, const Problems& problems) {
    return error_body(status, language, Detail::parameters, problems);
}

std::string error_body(unsigned status, Language language, Detail detail, const Problems& problems) {
    assert(!problems.empty());
    std::string out;
    JsonWriter json{out};
    begin_body(json, status, problems.front().cause, language);
    json.begin_object();
    write_list(json, name_of(detail), fields_of(problems));
    json.key("reasons").begin_array();
    for (const Problem& problem : problems)
        json.begin_object()
            .member("field", problem.field)
            .member("reason", translated(problem.explanation, language))
            .end_object();
    json.end_array().end_object().end_object();
    return out;
}

}  // namespace ecron::model
