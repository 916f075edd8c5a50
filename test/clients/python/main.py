"""Calls a running ecron with the client that openapi-python-client generates."""

import os
import time
from datetime import datetime, timezone
from http import HTTPStatus

from ecron import AuthenticatedClient, models
from ecron.api.administration import list_audit, pause_scheduling, resume_scheduling, show_cluster, show_scheduling
from ecron.api.executions import cancel_execution, list_executions, run_job, show_execution, show_output, statuses_of_job
from ecron.api.jobs import (
    count_jobs,
    create_job,
    delete_jobs,
    enable_jobs,
    explain_run,
    list_jobs,
    next_runs,
    notify_jobs,
    patch_job,
    preview,
    put_job_by_name,
    replace_job,
    show_job,
)
from ecron.api.overview import list_missed, show_forecast, show_overview
from ecron.api.service import alive, metrics_at_root, ready
from ecron.api.webhooks import list_dead_letters

CLIENT = AuthenticatedClient(base_url=os.environ["ECRON_URL"], token=os.environ["ECRON_TOKEN"])


def definition():
    labels = models.TextMap()
    labels["team"] = "python"
    return models.JobInput(
        job_name="python",
        job_type=models.JobTypeInput.SCHEDULED,
        job_cron_time="30 2 * * 1-5",
        enabled=True,
        job_context=models.JobContextInput(
            mode=models.JobModeInput.HTTP,
            exec_=os.environ["ECRON_TARGET"],
            timezone="Europe/Berlin",
            timeout="5s",
            overlap=models.JobOverlap.QUEUE,
            retry=models.JobRetryInput(max_attempts=2, initial="1s", on=[429, "5xx"]),
            labels=labels,
        ),
    )


def change_job(job_id, job):
    """Returns the id of a second job."""
    shown = show_job.sync_detailed(job_id, client=CLIENT)
    assert shown.parsed.job_context.retry.on == [429, "500-599"]
    listed = list_jobs.sync(client=CLIENT, label=["team:python"], enabled=True)
    assert [one.job_id for one in listed] == [job_id]
    assert count_jobs.sync(client=CLIENT).total == 1

    revision = shown.headers["ETag"]
    patch = models.JobPatch(remarks="patched", job_context=models.JobContextPatch(priority=5, timeout=None))
    patched = patch_job.sync(job_id, client=CLIENT, body=patch, if_match=revision)
    assert patched.job_context.priority == 5 and not patched.job_context.timeout
    assert patched.enabled
    stale = replace_job.sync_detailed(job_id, client=CLIENT, body=job, if_match=revision)
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
    assert replace_job.sync_detailed(job_id, client=CLIENT, body=job).status_code == HTTPStatus.OK

    named = models.JobNamedInput.from_dict({**job.to_dict(), "job_name": None})
    first = put_job_by_name.sync_detailed("python by name", client=CLIENT, body=named)
    assert first.status_code == HTTPStatus.CREATED
    assert put_job_by_name.sync_detailed("python by name", client=CLIENT, body=named).status_code == HTTPStatus.OK

    enable_jobs.sync_detailed(job_id, client=CLIENT, body=models.EnableInput(enable=False))
    assert not show_job.sync(job_id, client=CLIENT).enabled
    enable_jobs.sync_detailed(job_id, client=CLIENT, body=models.EnableInput(enable=True))
    assert notify_jobs.sync(job_id, client=CLIENT, body=models.WebhookInput(webhook="")).failed_job_id == []
    return first.parsed.job_id


def run(job_id):
    body = models.JobRunInput(job_id=job_id)
    execute_id = run_job.sync(client=CLIENT, body=body, idempotency_key="python").execute_id
    assert run_job.sync(client=CLIENT, body=body, idempotency_key="python").execute_id == execute_id
    for _ in range(300):
        ended = show_execution.sync(execute_id, client=CLIENT)
        if ended.job_status == models.JobStatus.SUCCESS:
            break
        time.sleep(0.1)
    assert ended.job_status == models.JobStatus.SUCCESS
    assert [attempt.code for attempt in ended.attempts] == [200]
    assert show_output.sync(execute_id, client=CLIENT) == "done"
    assert cancel_execution.sync_detailed(execute_id, client=CLIENT).status_code == HTTPStatus.CONFLICT
    assert list_executions.sync(client=CLIENT, job_id=job_id)[0].trigger == models.Trigger.MANUAL
    assert statuses_of_job.sync(job_id, client=CLIENT)[0].job_status == models.JobStatus.SUCCESS
    assert list_missed.sync(client=CLIENT, job_id=job_id) == []


def explain(job_id):
    at = datetime(2020, 1, 1, tzinfo=timezone.utc)
    assert explain_run.sync(job_id, client=CLIENT, at=at).verdict == models.Verdict.NOT_CREATED
    assert len(next_runs.sync(job_id, client=CLIENT, count=2).next_) == 2
    read = preview.sync(client=CLIENT, body=models.PreviewInput(job_cron_time="*/5 * * * * *", count=2))
    assert read.fields == "second minute hour day month weekday" and len(read.next_) == 2
    invalid = preview.sync(client=CLIENT, body=models.PreviewInput(job_cron_time="0 25 * * *"))
    assert isinstance(invalid, models.Error) and invalid.detail.position == 2
    begin = datetime(2026, 1, 5, tzinfo=timezone.utc)
    forecast = show_forecast.sync(client=CLIENT, from_=begin, to=begin.replace(day=6), step="1d")
    assert forecast.total == 2
    assert list_audit.sync(client=CLIENT, object_=job_id)[-1].action == "createJob"


def operate():
    assert alive.sync(client=CLIENT) == "OK"
    assert ready.sync(client=CLIENT) == "OK"
    assert show_overview.sync(client=CLIENT).jobs.enabled == 2
    assert pause_scheduling.sync(client=CLIENT, body=models.PauseInput(all_=True)).paused
    assert not resume_scheduling.sync(client=CLIENT, body=models.PauseInput(all_=True)).paused
    assert not show_scheduling.sync(client=CLIENT).paused
    assert list_dead_letters.sync(client=CLIENT) == []
    assert len(show_cluster.sync(client=CLIENT).nodes) == 1
    assert "ecron_" in metrics_at_root.sync_detailed(client=CLIENT).content.decode()


def main():
    job = definition()
    created = create_job.sync(client=CLIENT, body=job)
    assert len(created.next_) == 3
    second = change_job(created.job_id, job)
    run(created.job_id)
    explain(created.job_id)
    operate()
    assert delete_jobs.sync_detailed(f"{created.job_id},{second}", client=CLIENT).status_code == HTTPStatus.OK
    gone = show_job.sync(created.job_id, client=CLIENT)
    assert gone.cause == "This job does not exist"


if __name__ == "__main__":
    main()
