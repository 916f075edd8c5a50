#pragma once
#include <array>
#include <string_view>

namespace ecron::model {

/// A text of docs/jobs.md and the same text in docs/zh-CN/jobs.md, where names and values are code.
struct ChineseText {
    std::string_view english, chinese;
};

inline constexpr auto kJobReferenceZhCn = std::to_array<ChineseText>({
    // Tables and types.
    {"Job", "任务"},
    {"| member | type | default | description | example |", "| 成员 | 类型 | 默认值 | 说明 | 示例 |"},
    {"required", "必填"},
    {"text", "文本"},
    {"text, at most {} characters", "文本，最多 {} 个字符"},
    {"boolean", "布尔值"},
    {"integer", "整数"},
    {"integer, {} to {}", "整数，{} 到 {}"},
    {"number, {} to {}", "数值，{} 到 {}"},
    {"duration, {} to {}", "时长，{} 到 {}"},
    {"RFC 3339 time", "RFC 3339 时刻"},
    {"object", "对象"},
    {"object with text values", "对象，值为文本"},
    {"list, at most {}", "列表，最多 {} 项"},
    {"list of texts", "文本列表"},
    {"list of {}", "列表，元素取自 {}"},
    {"`, `", "`、`"},

    // The job.
    {"Id of the job, a UUID that the server chooses. As input only to run a stored job.",
     "任务 id，由服务器生成的 UUID。仅在请求立即执行已保存的任务时作为输入。"},
    {"Name, unique in the tenant.", "名称，在租户内唯一。"},
    {"Expression or, for a timed job, an instant. May be empty for a real-time job, which then runs only on "
     "request.",
     "表达式；`timed` 任务也可以设为一个时刻。`real-time` 任务可以为空，此时只在收到请求时执行。"},
    {"scheduled: at every occurrence; timed: once; real-time: immediately or on request. cron is a synonym "
     "of scheduled.",
     "`scheduled`：周期任务，每次触发都执行；`timed`：一次性任务，只执行一次；`real-time`：即时任务，"
     "立即执行或在收到请求时执行。`cron` 与 `scheduled` 同义。"},
    {"Target and policies.", "执行目标和各项策略。"},
    {"Tenant of the job. Ignored as input.", "任务所属的租户。作为输入时忽略。"},
    {"Whether planned executions are started.", "是否启动任务的计划执行。"},
    {"Free text.", "备注，内容不限。"},
    {"Time of the creation. Ignored as input.", "创建时间。作为输入时忽略。"},
    {"Time of the last change. Ignored as input.", "最近一次变更的时间。作为输入时忽略。"},
    {"Number of the last change, which is also the ETag. Ignored as input.",
     "修订号，即最近一次变更的编号，也是 ETag 的值。作为输入时忽略。"},

    // job_context
    {"Kind of target: an HTTP request, or a command or Kubernetes Job.",
     "执行方式：`http` 和 `https` 发送 HTTP 请求，`exe` 运行命令或 Kubernetes Job。"},
    {"http, https: the URL. exe: the command as words of a POSIX shell; empty for a Kubernetes Job with a "
     "command of its own.",
     "`http`、`https`：目标 URL。`exe`：命令，按 POSIX shell 的规则拆分为单词；Kubernetes Job "
     "自带命令时为空。"},
    {"Details of the target.", "执行目标的详细设置。"},
    {"Notifications about executions.", "执行的通知设置。"},
    {"Earliest occurrence that runs, inclusive, in whole seconds.",
     "有效期的起点，包含该时刻，精确到秒；在此之前不产生触发。"},
    {"Latest occurrence that runs, inclusive, in whole seconds.",
     "有效期的终点，包含该时刻，精确到秒；在此之后不产生触发。"},
    {"Id of the execution, when a job is run on request.", "请求立即执行任务时，所产生的执行的 id。"},
    {"IANA time zone of the expression.", "计算表达式所用的时区，以 IANA 名称表示。"},
    {"Syntax of the expression.", "表达式的方言，即所用的语法。"},
    {"Occurrences at changes between standard and daylight saving time.",
     "标准时间与夏令时切换时，如何处理受影响的触发。"},
    {"Occurrences missed by more than misfire_grace: the newest runs, each runs, or none.",
     "如何处理错过的触发，即延迟超过 `misfire_grace` 的触发：`once` 执行最近一次，`all` 全部执行，`skip` "
     "全部跳过。"},
    {"Delay from which an occurrence counts as missed.", "触发的延迟超过该值时，算作错过。"},
    {"Maximum delay of a start; a later execution is refused.",
     "启动期限，即允许的最大启动延迟；超过期限的执行会被拒绝。"},
    {"An execution that is due while another one of the job is active is skipped, runs beside it, waits, or "
     "replaces it.",
     "任务的前一次执行尚未结束时，如何处理新到期的执行：`skip` 跳过，`allow` 同时执行，`queue` 排队等待，"
     "`replace` 停止前一次执行并取而代之。"},
    {"Maximum random delay of each occurrence.", "每次触发的最大随机推迟量。"},
    {"Maximum duration of an attempt.", "单次尝试的时间上限。"},
    {"http_timeout, command_timeout or kubernetes_timeout",
     "`http_timeout`、`command_timeout` 或 `kubernetes_timeout`"},
    {"Retries of failed attempts, with exponential random delays.",
     "尝试失败后的重试策略，采用带随机量的指数退避。"},
    {"What completes an execution after a 2xx response: the response, a callback, or auto: 202 means "
     "callback.",
     "收到 2xx 响应后，以什么作为执行完成的依据：`response` 以响应为准，`callback` 等待回调，`auto` "
     "仅在状态码为 202 时等待回调。"},
    {"Maximum wait for the callback.", "等待回调的最长时间。"},
    {"An execution whose node is lost is attempted again or ends.",
     "执行所在的节点失效时，如何处理该执行：`retry` 再次尝试，`interrupt` 使其以 `interrupt` 结束。"},
    {"Higher values start first when attempts wait.", "优先级：有多个尝试等待启动时，值较大的先启动。"},
    {"Jobs with the same key share max_concurrency.", "并发键：键相同的任务共用并发上限 `max_concurrency`。"},
    {"Maximum concurrent executions of the jobs with the same concurrency_key.",
     "`concurrency_key` 相同的任务合计最多同时进行多少次执行。"},
    {"At most 32; names up to 63, values up to 256 characters.",
     "标签，最多 32 个；名称最长 63 个字符，值最长 256 个字符。"},
    {"Age at which executions of the job are deleted.", "任务的执行记录保留多久，到期后删除。"},
    {"Delay of the first attempt beyond which the event late is notified: from the scheduled time, plus "
     "jitter.",
     "首次尝试的延迟上限，从计划时间加上 `jitter` 算起；超过时发送事件 `late` 的通知。"},
    {"Duration of an execution, retries included, beyond which the event running_long is notified; the "
     "execution continues.",
     "执行时长的上限，包括重试；超过时发送事件 `running_long` 的通知，执行仍继续进行。"},
    {"True: a timed job of the previous service, which runs at every match.",
     "为 `true` 时，表示旧服务保存的 `timed` 任务，在表达式每次匹配时都执行。"},

    // job_context.info
    {"HTTP method. An unknown one is replaced by POST, with a warning.",
     "HTTP 方法。未知的方法会被替换为 `POST`，并给出警告。"},
    {"Parameters of the query; the values are appended to the arguments of a command.",
     "URL 的查询参数；运行命令时，其值追加在命令的参数之后。"},
    {"Header fields of the request. Names are RFC 9110 tokens without the prefix X-Ecron-; values contain "
     "no control characters.",
     "请求头。名称须符合 RFC 9110，且不能以 `X-Ecron-` 开头；值不能包含控制字符。"},
    {"Body of the request; with kubernetes: the manifest of the Job.",
     "请求体；设置了 `kubernetes` 时，为 Job 的清单。"},
    {"Runs a Kubernetes Job; with mode exe only.", "运行 Kubernetes Job，仅用于执行方式 `exe`。"},
    {"Environment of a command. Names consist of letters, digits and _, without a leading digit or ECRON_.",
     "命令的环境变量。名称由字母、数字和 `_` 组成，不能以数字或 `ECRON_` 开头。"},
    {"Working directory of a command, an absolute path.", "命令的工作目录，须为绝对路径。"},
    {"the configured one", "配置的目录"},
    {"True: /bin/sh interprets the command (exec), with the values of params as $1, $2, …. On a node only if "
     "command_shell permits it.",
     "为 `true` 时，由 `/bin/sh` 解释命令（`exec`），`params` 的值依次为 `$1`、`$2`……。仅在 `command_shell` "
     "允许的节点上可用。"},

    // job_context.info.kubernetes
    {"Host of an API proxy, which is called without credentials. Absent: the configured cluster.",
     "API 代理的主机，调用时不带凭据。未指定时使用配置的集群。"},
    {"Port of the API proxy.", "API 代理的端口。"},
    {"Namespace of the Job. Default: the manifest's, else the configured one.",
     "Job 所在的命名空间。默认取清单中的命名空间；清单未指定时，取配置的命名空间。"},
    {"Image, required unless info.body is a manifest.", "镜像；除非 `info.body` 是清单，否则必填。"},
    {"Command of the container. Default: the words of exec, else the image's own.",
     "容器的命令。默认为 `exec` 拆分出的单词；`exec` 为空时，使用镜像自带的命令。"},
    {"Environment of the container.", "容器的环境变量。"},
    {"Requests and limits of the container.", "容器的资源请求和资源限制。"},
    {"Service account of the pod.", "Pod 使用的服务账号。"},

    // job_context.notify
    {"URL that receives the notifications; empty: none.", "接收通知的 URL；为空时不发送通知。"},
    {"States and events that are notified.", "需要通知的状态和事件。"},
    {"every terminal state", "所有终态"},

    // job_context.dst
    {"An occurrence in the hour that the clock skips runs after the gap, or not at all.",
     "触发落在时钟拨快所跳过的时间内时：`run_after` 在空隙之后执行，`skip` 不执行。"},
    {"An occurrence in the hour that the clock repeats runs once or twice.",
     "触发落在时钟拨慢所重复的时间内时：`first` 只在第一次出现时执行，`both` 两次都执行。"},

    // job_context.retry
    {"Number of attempts, including the first one.", "最大尝试次数，包括第一次。"},
    {"Limit of the random delay before the second attempt.", "第二次尝试之前随机等待时间的上限。"},
    {"Growth of that limit from attempt to attempt.", "每次尝试之后，等待时间上限增长的倍数。"},
    {"Upper bound of that limit, at least initial.", "等待时间上限的最大值，不小于 `initial`。"},
    {"Upper bound of the delay that the target requests with Retry-After.",
     "目标通过 `Retry-After` 要求的等待时间的上限。"},
    {"HTTP status or exit codes that are retried: a code from 1 to 599, \"500-599\" or \"5xx\". Failures "
     "without a code are always retried.",
     "可重试的 HTTP 状态码或退出码：1 到 599 的数、`\"500-599\"` 或 `\"5xx\"`。没有状态码或退出码的失败"
     "总会重试。"},
    {"every failure", "所有失败"},
});

}  // namespace ecron::model
