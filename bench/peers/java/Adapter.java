import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An adapter for a scheduler that is a Java library. It reads commands from standard input and answers each on
 * standard output, as scheduler.go of the driver describes. Every method but settings is called with a scheduler that
 * was opened before; the jobs' numbers begin at 0.
 */
abstract class Adapter {
    private static final String TARGET = System.getenv("PEERS_TARGET");

    abstract String settings();

    /** Creates the schema if it is missing, and starts the scheduler. */
    abstract void open() throws Exception;

    /** Creates jobs that are due at each full second, from an instant on. */
    abstract void recurring(int jobs, Instant first) throws Exception;

    /** Creates one-shots. */
    abstract void burst(int jobs, Instant due) throws Exception;

    /** Creates one recurring job that is not due soon. */
    abstract void create(int job) throws Exception;

    abstract void close() throws Exception;

    static String jdbcUrl() {
        return "jdbc:mariadb://127.0.0.1:" + System.getenv("ECRON_TEST_MYSQL_PORT") + "/" + System.getenv("PEERS_DATABASE");
    }

    static String user() {
        return System.getenv("ECRON_TEST_MYSQL_USER");
    }

    static String password() {
        return System.getenv("ECRON_TEST_MYSQL_PASSWORD");
    }

    /** A run: calls the target. */
    static void call(String job, Instant scheduled) {
        try {
            URI uri = URI.create(TARGET + "/?job=" + job + "&second=" + scheduled.getEpochSecond());
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            try (InputStream body = connection.getInputStream()) { // read to its end, so that the connection is kept
                body.readAllBytes();
            }
        } catch (IOException problem) {
            throw new IllegalStateException(problem);
        }
    }

    /** Returns the number of jobs, and the milliseconds taken. */
    private String createFor(int callers, long milliseconds) throws Exception {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger created = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        long begin = System.nanoTime();
        Callable<Void> caller = () -> {
            while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(milliseconds)) {
                create(next.getAndIncrement());
                created.getAndIncrement();
            }
            return null;
        };
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i < callers; i++) all.add(threads.submit(caller));
        for (Future<Void> one : all) one.get();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        threads.shutdown();
        return " " + created + " " + took;
    }

    private String obey(String[] words) throws Exception {
        switch (words[0]) {
            case "settings":
                return " " + settings();
            case "recurring":
                open();
                recurring(Integer.parseInt(words[1]), Instant.ofEpochSecond(Long.parseLong(words[2])));
                return "";
            case "burst":
                open();
                burst(Integer.parseInt(words[1]), Instant.ofEpochSecond(Long.parseLong(words[2])));
                return "";
            case "create":
                open();
                return createFor(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            case "resume":
                open();
                return "";
            case "stop":
                close();
                return "";
            default:
                throw new IllegalArgumentException("unknown command");
        }
    }

    /** Ends with standard input. */
    void run() throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            try {
                System.out.println("ok" + obey(line.split(" ")));
            } catch (Exception problem) {
                problem.printStackTrace();
                System.out.println("error " + problem.toString().replace('\n', ' '));
            }
        }
        System.exit(0);
    }
}
