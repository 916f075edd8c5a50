import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * Oracle: the next runs according to Quartz's CronExpression, for comparison with ecron.
 *
 * Reads lines "count TAB zone TAB start TAB expression" (start in Unix seconds) and writes for each one a line with
 * the next runs after the start in Unix seconds, or "error: reason".
 */
public final class QuartzOracle {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) out.println(answer(line));
        out.flush();
    }

    private static String answer(String line) {
        String[] parts = line.split("\t", 4);
        try {
            CronExpression expression = new CronExpression(parts[3]);
            expression.setTimeZone(TimeZone.getTimeZone(parts[1]));
            StringBuilder runs = new StringBuilder();
            Date now = new Date(Long.parseLong(parts[2]) * 1000);
            for (int i = 0; i < Integer.parseInt(parts[0]); ++i) {
                now = expression.getNextValidTimeAfter(now);
                if (now == null) break;
                if (runs.length() > 0) runs.append(' ');
                runs.append(now.getTime() / 1000);
            }
            return runs.toString();
        } catch (ParseException | RuntimeException error) {
            return "error: " + String.valueOf(error.getMessage()).replace('\n', ' ');
        }
    }
}
