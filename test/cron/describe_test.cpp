#include <catch2/catch.hpp>

#include "support.hpp"

using namespace ecron;
using namespace ecron::cron;
using namespace ecron::cron::test;

TEST_CASE("a schedule is said in words", "[cron]") {
    const auto [text, english, chinese] = GENERATE(table<std::string, std::string, std::string>({
        {"30 2 * * 1-5", "at 02:30 on weekdays", "周一至周五 02:30"},
        {"*/5 * * * *", "every 5 minutes", "每5分钟"},
        {"*/5 * * * * *", "every 5 seconds", "每5秒"},
        {"0 0 29 2 *", "at 00:00 on day 29 in February", "2月29日 00:00"},
        {"* * * * *", "every minute", "每分钟"},
        {"* * * * * *", "every second", "每秒"},
        {"@hourly", "every hour", "每小时"},
        {"@daily", "at 00:00 every day", "每天 00:00"},
        {"17 * * * *", "at minute 17 of every hour", "每小时第17分"},
        {"30 17 * * * *", "at minute 17 and second 30 of every hour", "每小时第17分30秒"},
        {"*/45 * * * *", "at minutes 0 and 45 of every hour", "每小时第0、45分"},
        {"7/15 * * * *", "every 15 minutes from minute 7", "从第7分起每15分钟"},
        {"0 */2 * * *", "every 2 hours", "每2小时"},
        {"30 1/2 * * *", "every 2 hours from 01:30", "从01:30起每2小时"},
        {"0 9-17 * * MON-FRI", "every hour from 09:00 to 17:00 on weekdays", "周一至周五 09:00至17:00每小时"},
        {"*/5 9-17 * * *", "every 5 minutes between 09:00 and 17:59", "09:00至17:59之间每5分钟"},
        {"* 2 * * *", "every minute between 02:00 and 02:59", "02:00至02:59之间每分钟"},
        {"15 9,18 * * 0,6", "at 09:15 and 18:15 on weekends", "周末 09:15、18:15"},
        {"5 30 4 * * *", "at 04:30:05 every day", "每天 04:30:05"},
        {"0 22-2 * * *", "at 00:00, 01:00, 02:00, 22:00 and 23:00 every day",
         "每天 00:00、01:00、02:00、22:00、23:00"},
        {"10,20 * * * * *", "at seconds 10 and 20 of every minute", "每分钟第10、20秒"},
        {"* */20 * * * *", "every second in every 20th minute", "第0、20、40分内每秒"},
        {"*/10 2 3 * * *", "every 10 seconds in minute 2 between 03:00 and 03:59",
         "03:00至03:59之间第2分内每10秒"},
        {"5 */10 8-10 * * *", "every 10 minutes at second 5 between 08:00 and 10:59",
         "08:00至10:59之间每10分钟的第5秒"},
        {"0 1-5 3,7 * * *", "at minutes 1 to 5 in hours 3 and 7 every day", "3、7时内第1至5分"},
        {"* * */8 * * *", "every second in every 8th hour", "0、8、16时内每秒"},
        {"0 0 13 * 5", "at 00:00 on day 13 or on Friday of every month", "每月13日或周五 00:00"},
        {"0 0 1,15 * *", "at 00:00 on days 1 and 15 of every month", "每月1、15日 00:00"},
        {"0 0 */10 * *", "at 00:00 on every 10th day from day 1 of every month", "每月从1日起每10天 00:00"},
        {"0 0 L * *", "at 00:00 on the last day of every month", "每月最后一天 00:00"},
        {"0 0 L-1,L-3 * *",
         "at 00:00 on the day before the last and the 3rd day before the last of every month",
         "每月最后一天之前的第1天、最后一天之前的第3天 00:00"},
        {"0 0 LW 6-8 *", "at 00:00 on the last working day from June to August",
         "6至8月最后一个工作日（周一至周五） 00:00"},
        {"0 0 15W * *", "at 00:00 on the working day nearest to day 15 of every month",
         "每月离15日最近的工作日（周一至周五） 00:00"},
        {"0 0 * * MON#2", "at 00:00 on the second Monday of every month", "每月第二个周一 00:00"},
        {"0 0 * 5 0L", "at 00:00 on the last Sunday in May", "5月最后一个周日 00:00"},
        {"0 0 * * FRI-MON", "at 00:00 on Monday, Friday, Saturday and Sunday",
         "周一、周五、周六、周日 00:00"},
        {"0 0 * 1,3 *", "at 00:00 every day in January and March", "1、3月每天 00:00"},
        {"0 0 0 1 1 * 2026-2030", "at 00:00 on day 1 in January from 2026 to 2030",
         "2026至2030年1月1日 00:00"},
        {"0 0 0 1 1 * */4", "at 00:00 on day 1 in January every 4 years from 1970",
         "从1970年起每4年1月1日 00:00"},
        {"0 0 0 1 1 * 2026", "at 00:00 on day 1 in January in 2026", "2026年1月1日 00:00"},
        {"TZ=Asia/Shanghai 0 8 * * *", "at 08:00 every day (Asia/Shanghai)", "每天 08:00（Asia/Shanghai）"},
        {"@every 90s", "every 1 minute 30 seconds", "每1分钟30秒"},
        {"@every 1h", "every hour", "每小时"},
        {"@every 7d", "every 168 hours", "每168小时"},
        {"2026-01-31T08:30:00Z", "once at 2026-01-31T08:30:00Z", "仅一次：2026-01-31T08:30:00Z"},
        {"2026-01-31T08:30:00.5Z", "once at 2026-01-31T08:30:00.500Z", "仅一次：2026-01-31T08:30:00.500Z"},
    }));
    CAPTURE(text);
    CHECK(schedule(text).describe(Language::english) == english);
    CHECK(schedule(text).describe(Language::chinese) == chinese);
}
