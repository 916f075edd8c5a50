import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.AdministrationApi;
import org.openapitools.client.api.ExecutionsApi;
import org.openapitools.client.api.JobsApi;
import org.openapitools.client.api.OverviewApi;
import org.openapitools.client.model.*;

/** Calls a running ecron with the client that openapi-generator generates. */
public final class Main {
    private static void check(boolean ok, String what) {
        if (!ok) throw new AssertionError(what);
    }

    private static ApiClient client() {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("ECRON_URL"));
        String token = System.getenv("ECRON_TOKEN");
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        return client;
    }

    private static JobInput definition() {
        return new JobInput()
            .jobName("java")
            .jobType(JobTypeInput.SCHEDULED)
            .jobCronTime("30 2 * * 1-5")
            .enabled(true)
            .jobContext(new JobContextInput()
                .mode(JobModeInput.HTTP)
                .exec(System.getenv("ECRON_TARGET"))
                .timeout(new Duration("5s"))
                .overlap(JobOverlap.QUEUE)
                .retry(new JobRetryInput().maxAttempts(2L).on(List.of(new CodeRange(429), new CodeRange("5xx"))))
                .labels(Map.of("team", "java")));
    }

    private static void changeJob(JobsApi jobs, String id) throws ApiException {
        Job shown = jobs.showJob(id, null, null, null, null);
        check(shown.getJobContext().getOverlap() == JobOverlap.QUEUE, "overlap");
        check(shown.getJobContext().getRetry().getOn().get(1).getString().equals("500-599"), "codes");
        JobPatch patch = new JobPatch().jobContext(new JobContextPatch().priority(5L));
        Job patched = jobs.patchJob(id, patch, null, null, null, "\"" + shown.getRevision() + "\"", null);
        check(patched.getJobContext().getPriority() == 5 && patched.getEnabled(), "patch");
        check(jobs.notifyJobs(id, new WebhookInput().webhook(""), null, null, null, null).getFailedJobId().isEmpty(),
              "notify");
        OffsetDateTime at = OffsetDateTime.parse("2020-01-01T00:00:00Z");
        check(jobs.explainRun(id, at, null, null, null).getVerdict() == Verdict.NOT_CREATED, "explain");
    }

    private static void run(ExecutionsApi executions, String id) throws ApiException, InterruptedException {
        String execution = executions.runJob(new JobRunInput().jobId(id), null, null, null, "java").getExecuteId();
        Execution ended = executions.showExecution(execution, null, null, null);
        for (int tries = 0; ended.getJobStatus() != JobStatus.SUCCESS && tries < 300; tries++) {
            Thread.sleep(100);
            ended = executions.showExecution(execution, null, null, null);
        }
        check(ended.getJobStatus() == JobStatus.SUCCESS, "success");
        check(ended.getAttempts().get(0).getCode() == 200, "attempts");
    }

    public static void main(String[] args) throws Exception {
        ApiClient client = client();
        JobsApi jobs = new JobsApi(client);
        Created created = jobs.createJob(definition(), null, null, null, null).getCreated();
        check(created.getNext().size() == 3, "create");
        changeJob(jobs, created.getJobId());
        run(new ExecutionsApi(client), created.getJobId());
        check(new OverviewApi(client).showOverview(null, null, null, null).getJobs().getEnabled() == 1, "overview");
        check(new AdministrationApi(client).showCluster(null, null, null).getNodes().size() == 1, "cluster");
        jobs.deleteJobs(created.getJobId(), null, null, null);
        try {
            jobs.showJob(created.getJobId(), null, null, null, null);
            throw new AssertionError("the job is still there");
        } catch (ApiException gone) {
            check(gone.getCode() == 404 && gone.getResponseBody().contains("This job does not exist"), "gone");
        }
    }
}
