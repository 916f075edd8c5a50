import static org.quartz.CronScheduleBuilder.cronSchedule;
import static org.quartz.JobBuilder.newJob;
import static org.quartz.TriggerBuilder.newTrigger;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.quartz.Job;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.impl.StdSchedulerFactory;

/** An adapter for Quartz with a clustered JDBC job store: one job with one trigger each. */
public class Quartz extends Adapter {
    private static final int THREADS = Integer.getInteger("threads", 50);
    private static final int CALLERS = 64;
    private static final int CONNECTIONS = THREADS + 3 + CALLERS;
    private static final int CHUNK = 100; // jobs in a transaction, to prepare a measurement

    private Scheduler scheduler;

    public static class Call implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            call(context.getJobDetail().getKey().getName(), context.getScheduledFireTime().toInstant());
        }
    }

    @Override
    String settings() {
        return "JobStoreTX, isClustered; threadCount=" + THREADS + ", batchTriggerAcquisitionMaxCount=" + THREADS
            + " with acquireTriggersWithinLock (Quartz's configuration reference: the larger, the more efficient if very "
            + "many triggers are due at once); HikariCP with " + CONNECTIONS + " connections (reference: at least "
            + "threadCount + 3, more for calls of the API)";
    }

    private static Properties properties() {
        Properties all = new Properties();
        all.put("org.quartz.scheduler.instanceName", "peers");
        all.put("org.quartz.scheduler.instanceId", "AUTO");
        all.put("org.quartz.scheduler.batchTriggerAcquisitionMaxCount", "" + THREADS);
        all.put("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
        all.put("org.quartz.threadPool.threadCount", "" + THREADS);
        all.put("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        all.put("org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.StdJDBCDelegate");
        all.put("org.quartz.jobStore.useProperties", "true");
        all.put("org.quartz.jobStore.isClustered", "true");
        all.put("org.quartz.jobStore.acquireTriggersWithinLock", "true");
        all.put("org.quartz.jobStore.dataSource", "db");
        all.put("org.quartz.dataSource.db.provider", "hikaricp");
        all.put("org.quartz.dataSource.db.driver", "org.mariadb.jdbc.Driver");
        all.put("org.quartz.dataSource.db.URL", jdbcUrl());
        all.put("org.quartz.dataSource.db.user", user());
        all.put("org.quartz.dataSource.db.password", password());
        all.put("org.quartz.dataSource.db.maxConnections", "" + CONNECTIONS);
        return all;
    }

    @Override
    void open() throws Exception {
        createSchema();
        scheduler = new StdSchedulerFactory(properties()).getScheduler();
        scheduler.start();
    }

    /** Quartz's jar contains the statements. */
    private static void createSchema() throws Exception {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(), user(), password());
             Statement statement = connection.createStatement();
             InputStream file = StdSchedulerFactory.class.getResourceAsStream(
                 "/org/quartz/impl/jdbcjobstore/tables_mysql_innodb.sql")) {
            if (statement.executeQuery("show tables like 'QRTZ_TRIGGERS'").next()) return;
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^#.*$", "");
            for (String one : text.split(";")) {
                if (!one.isBlank() && !one.strip().equalsIgnoreCase("commit")) statement.execute(one);
            }
        }
    }

    private interface TriggerOf {
        Trigger job(String name);
    }

    private void createAll(int jobs, TriggerOf trigger) throws SchedulerException {
        for (int first = 0; first < jobs; first += CHUNK) {
            Map<JobDetail, Set<? extends Trigger>> chunk = new HashMap<>();
            for (int job = first; job < Math.min(jobs, first + CHUNK); job++)
                chunk.put(newJob(Call.class).withIdentity("" + job).build(), Set.of(trigger.job("" + job)));
            scheduler.scheduleJobs(chunk, false);
        }
    }

    @Override
    void recurring(int jobs, Instant first) throws SchedulerException {
        createAll(jobs, name -> newTrigger().withIdentity(name).startAt(Date.from(first))
            .withSchedule(cronSchedule("* * * * * ?")).build());
    }

    @Override
    void burst(int jobs, Instant due) throws SchedulerException {
        createAll(jobs, name -> newTrigger().withIdentity(name).startAt(Date.from(due)).build());
    }

    @Override
    void create(int job) throws SchedulerException {
        scheduler.scheduleJob(newJob(Call.class).withIdentity("" + job).build(),
            newTrigger().withIdentity("" + job).withSchedule(cronSchedule("0 0 3 1 1 ?")).build());
    }

    @Override
    void close() throws SchedulerException {
        scheduler.shutdown(true);
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("http.maxConnections", "" + THREADS); // kept alive
        new Quartz().run();
    }
}
