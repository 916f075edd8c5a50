// Calls a running ecron with the client that oapi-codegen generates.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"ecron/test/clients/ecron"
)

var ctx = context.Background()

func check(ok bool, what string) {
	if !ok {
		log.Panicln("failed:", what)
	}
}

// must returns the value of a call that must not fail.
func must[T any](value T, err error) T {
	if err != nil {
		log.Panicln(err)
	}
	return value
}

func pointer[T any](value T) *T { return &value }

func connect() *ecron.ClientWithResponses {
	token := os.Getenv("ECRON_TOKEN")
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	return must(ecron.NewClientWithResponses(os.Getenv("ECRON_URL"), ecron.WithRequestEditorFn(authorize)))
}

func definition() ecron.JobInput {
	var timeout ecron.Duration
	check(timeout.FromDuration0("5s") == nil, "duration")
	var codes [2]ecron.CodeRange
	check(codes[0].FromCodeRange0(429) == nil && codes[1].FromCodeRange1("5xx") == nil, "codes")
	return ecron.JobInput{
		JobName:     "go",
		JobType:     ecron.JobTypeInputScheduled,
		JobCronTime: pointer("30 2 * * 1-5"),
		Enabled:     pointer(true),
		JobContext: ecron.JobContextInput{
			Mode:     ecron.JobModeInputHttp,
			Exec:     pointer(os.Getenv("ECRON_TARGET")),
			Timezone: pointer("Europe/Berlin"),
			Timeout:  &timeout,
			Overlap:  pointer(ecron.JobOverlapQueue),
			Retry:    &ecron.JobRetryInput{MaxAttempts: pointer(int64(2)), On: pointer(codes[:])},
			Labels:   &ecron.TextMap{"team": pointer("go")},
		},
	}
}

// changeJob returns the id of a second job.
func changeJob(client *ecron.ClientWithResponses, id string, job ecron.JobInput) string {
	shown := must(client.ShowJobWithResponse(ctx, id, nil))
	check(*shown.JSON200.JobContext.Overlap == ecron.JobOverlapQueue, "overlap")
	labels := []string{"team:go"}
	listed := must(client.ListJobsWithResponse(ctx, &ecron.ListJobsParams{Label: &labels, Enabled: pointer(true)}))
	check(len(*listed.JSON200) == 1 && (*listed.JSON200)[0].JobId == id, "list")
	check(must(client.CountJobsWithResponse(ctx, nil)).JSON200.Total == 1, "count")

	revision := shown.HTTPResponse.Header.Get("ETag")
	patch := ecron.JobPatch{Remarks: pointer("patched"), JobContext: &ecron.JobContextPatch{Priority: pointer(int64(5))}}
	patched := must(client.PatchJobWithApplicationMergePatchPlusJSONBodyWithResponse(
		ctx, id, &ecron.PatchJobParams{IfMatch: &revision}, patch))
	check(*patched.JSON200.JobContext.Priority == 5 && patched.JSON200.Enabled, "patch")
	stale := must(client.ReplaceJobWithResponse(ctx, id, &ecron.ReplaceJobParams{IfMatch: &revision}, job))
	check(stale.JSON412 != nil, "stale revision")
	check(must(client.ReplaceJobWithResponse(ctx, id, nil, job)).StatusCode() == 200, "replace")

	named := ecron.JobNamedInput{JobType: job.JobType, JobCronTime: job.JobCronTime, JobContext: job.JobContext}
	first := must(client.PutJobByNameWithResponse(ctx, "go by name", nil, named))
	check(first.JSON201 != nil, "create by name")
	check(must(client.PutJobByNameWithResponse(ctx, "go by name", nil, named)).JSON200 != nil, "replace by name")

	disable := ecron.EnableInput{Enable: pointer(false)}
	check(must(client.EnableJobsWithResponse(ctx, id, nil, disable)).StatusCode() == 200, "disable")
	check(!must(client.ShowJobWithResponse(ctx, id, nil)).JSON200.Enabled, "disabled")
	enable := ecron.EnableInput{Enable: pointer(true)}
	check(must(client.EnableJobsWithResponse(ctx, id, nil, enable)).StatusCode() == 200, "enable")
	webhook := ecron.WebhookInput{Webhook: pointer("")}
	check(len(must(client.NotifyJobsWithResponse(ctx, id, nil, webhook)).JSON200.FailedJobId) == 0, "notify")
	return first.JSON201.JobId
}

func runJob(client *ecron.ClientWithResponses, id string) {
	once := &ecron.RunJobParams{IdempotencyKey: pointer("go")}
	run := ecron.JobRunInput{JobId: &id}
	execution := must(client.RunJobWithResponse(ctx, once, run)).JSON200.ExecuteId
	check(must(client.RunJobWithResponse(ctx, once, run)).JSON200.ExecuteId == execution, "idempotency")
	ended := must(client.ShowExecutionWithResponse(ctx, execution, nil)).JSON200
	for tries := 0; ended.JobStatus != ecron.JobStatusSuccess && tries < 300; tries++ {
		time.Sleep(100 * time.Millisecond)
		ended = must(client.ShowExecutionWithResponse(ctx, execution, nil)).JSON200
	}
	check(ended.JobStatus == ecron.JobStatusSuccess, "success")
	check(len(ended.Attempts) == 1 && ended.Attempts[0].Code == 200, "attempts")
	output := must(client.ShowOutputWithResponse(ctx, execution, nil))
	check(string(output.Body) == "done", "output")
	check(must(client.CancelExecutionWithResponse(ctx, execution, nil)).JSON409 != nil, "cancel")
	executions := must(client.ListExecutionsWithResponse(ctx, &ecron.ListExecutionsParams{JobId: &id}))
	check((*executions.JSON200)[0].Trigger == ecron.TriggerManual, "executions")
	statuses := must(client.StatusesOfJobWithResponse(ctx, id, nil))
	check((*statuses.JSON200)[0].JobStatus == ecron.JobStatusSuccess, "statuses")
	missed := must(client.ListMissedWithResponse(ctx, &ecron.ListMissedParams{JobId: &id}))
	check(len(*missed.JSON200) == 0, "missed")
}

func explain(client *ecron.ClientWithResponses, id string) {
	at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	explanation := must(client.ExplainRunWithResponse(ctx, id, &ecron.ExplainRunParams{At: at}))
	check(explanation.JSON200.Verdict == ecron.VerdictNotCreated, "explain")
	next := must(client.NextRunsWithResponse(ctx, id, &ecron.NextRunsParams{Count: pointer(int64(2))}))
	check(len(next.JSON200.Next) == 2, "next")
	preview := must(client.PreviewWithResponse(ctx, nil, ecron.PreviewInput{JobCronTime: "*/5 * * * * *"}))
	check(strings.HasPrefix(string(preview.JSON200.Fields), "second"), "preview")
	invalid := must(client.PreviewWithResponse(ctx, nil, ecron.PreviewInput{JobCronTime: "0 25 * * *"}))
	check(*invalid.JSON400.Detail.Position == 2, "invalid preview")
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	day := ecron.ShowForecastParams{From: &from, To: pointer(from.Add(24 * time.Hour)), Step: pointer("1d")}
	check(must(client.ShowForecastWithResponse(ctx, &day)).JSON200.Total == 1, "forecast")
	audit := must(client.ListAuditWithResponse(ctx, &ecron.ListAuditParams{Object: &id}))
	check((*audit.JSON200)[len(*audit.JSON200)-1].Action == "createJob", "audit")
}

func operate(client *ecron.ClientWithResponses) {
	check(*must(client.AliveWithResponse(ctx)).JSON200 == "OK", "alive")
	check(must(client.ReadyWithResponse(ctx)).StatusCode() == 200, "ready")
	check(must(client.ShowOverviewWithResponse(ctx, nil)).JSON200.Jobs.Enabled == 1, "overview")
	all := ecron.PauseInput{All: pointer(true)}
	check(must(client.PauseSchedulingWithResponse(ctx, nil, all)).JSON200.Paused, "pause")
	check(!must(client.ResumeSchedulingWithResponse(ctx, nil, all)).JSON200.Paused, "resume")
	check(!must(client.ShowSchedulingWithResponse(ctx, nil)).JSON200.Paused, "scheduling")
	check(len(*must(client.ListDeadLettersWithResponse(ctx, nil)).JSON200) == 0, "dead letters")
	check(len(must(client.ShowClusterWithResponse(ctx, nil)).JSON200.Nodes) == 1, "cluster")
	metrics := must(client.MetricsAtRootWithResponse(ctx))
	check(strings.Contains(string(metrics.Body), "ecron_"), "metrics")
}

func main() {
	client := connect()
	job := definition()
	created := must(must(client.CreateJobWithResponse(ctx, nil, job)).JSON201.AsCreated())
	check(len(*created.Next) == 3, "create")
	second := changeJob(client, created.JobId, job)
	runJob(client, created.JobId)
	explain(client, created.JobId)
	operate(client)
	check(must(client.DeleteJobsWithResponse(ctx, created.JobId+","+second, nil)).StatusCode() == 200, "delete")
	gone := must(client.ShowJobWithResponse(ctx, created.JobId, nil))
	check(gone.JSON404 != nil && gone.JSON404.Cause == "This job does not exist", "gone")
}
