import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.jdbc.MySQL8JdbcCustomization;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTaskWithPersistentSchedule;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.PersistentCronSchedule;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An adapter for db-scheduler with the polling strategy lock-and-fetch. */
public class DbScheduler extends Adapter {
    private static final int THREADS = Integer.getInteger("threads", 50);
    private static final int CALLERS = 64;
    private static final int CONNECTIONS = THREADS + CALLERS;
    private static final double LOWER = 1.0;
    private static final double UPPER = 4.0;
    private static final Duration POLLING = Duration.ofMillis(Integer.getInteger("polling", 100));
    private static final String SCHEMA = "create table if not exists scheduled_tasks ("
        + "task_name varchar(100) not null, task_instance varchar(100) not null, task_data blob, "
        + "execution_time timestamp(6) not null, picked boolean not null, picked_by varchar(50), "
        + "last_success timestamp(6) null, last_failure timestamp(6) null, consecutive_failures int, "
        + "last_heartbeat timestamp(6) null, version bigint not null, priority smallint, "
        + "primary key (task_name, task_instance), index (execution_time), index (last_heartbeat))";

    private final RecurringTaskWithPersistentSchedule<PersistentCronSchedule> recurring =
        Tasks.recurringWithPersistentSchedule("recurring", PersistentCronSchedule.class)
            .execute((instance, context) -> call(instance.getId(), context.getExecution().getExecutionTime()));
    private final OneTimeTask<Void> once = Tasks.oneTime("once")
        .execute((instance, context) -> call(instance.getId(), context.getExecution().getExecutionTime()));

    private HikariDataSource database;
    private Scheduler scheduler;

    @Override
    String settings() {
        return "pollUsingLockAndFetch(" + LOWER + ", " + UPPER + ") (its README, for high throughput), with "
            + "MySQL8JdbcCustomization, as that of MariaDB does not support it; threads=" + THREADS + ", pollingInterval=" + POLLING.toMillis()
            + " ms (README: consider tuning both); HikariCP with " + CONNECTIONS + " connections";
    }

    @Override
    void open() throws Exception {
        HikariConfig configuration = new HikariConfig();
        configuration.setJdbcUrl(jdbcUrl());
        configuration.setUsername(user());
        configuration.setPassword(password());
        configuration.setMaximumPoolSize(CONNECTIONS);
        database = new HikariDataSource(configuration);
        try (Connection connection = database.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(SCHEMA);
        }
        scheduler = Scheduler.create(database, recurring, once)
            .threads(THREADS)
            .pollUsingLockAndFetch(LOWER, UPPER)
            .pollingInterval(POLLING)
            // That of MariaDB does not support lock-and-fetch; MariaDB executes the statements for MySQL 8.
            .jdbcCustomization(new MySQL8JdbcCustomization(true)) // true: times are stored in UTC
            .shutdownMaxWait(Duration.ofSeconds(5))
            .build();
        scheduler.start();
    }

    private void createAll(int jobs, IntFunction<TaskInstance<?>> job, Instant due) {
        List<TaskInstance<?>> all = IntStream.range(0, jobs).mapToObj(job).collect(Collectors.toList());
        scheduler.scheduleBatch(all, due);
    }

    @Override
    void recurring(int jobs, Instant first) {
        PersistentCronSchedule eachSecond = new PersistentCronSchedule("* * * * * *");
        createAll(jobs, job -> new TaskInstance<>("recurring", "" + job, eachSecond), first);
    }

    @Override
    void burst(int jobs, Instant due) {
        createAll(jobs, job -> once.instance("" + job), due);
    }

    @Override
    void create(int job) {
        scheduler.schedule(recurring.schedulableInstance("" + job, new PersistentCronSchedule("0 0 3 1 1 *")));
    }

    @Override
    void close() {
        scheduler.stop();
        database.close();
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("http.maxConnections", "" + THREADS); // kept alive
        new DbScheduler().run();
    }
}
