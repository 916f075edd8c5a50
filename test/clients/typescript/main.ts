// Calls a running ecron with the client that openapi-typescript and openapi-fetch provide.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type JobInput = components["schemas"]["JobInput"];

const { ECRON_URL, ECRON_TOKEN, ECRON_TARGET } = process.env;
assert(ECRON_URL && ECRON_TOKEN && ECRON_TARGET);
const client = createClient<paths>({ baseUrl: ECRON_URL, headers: { Authorization: `Bearer ${ECRON_TOKEN}` } });
const prefix = "/api/ecron-management/v1";

/** Returns the body of a successful response. */
function body<T>(answer: { data?: T; error?: unknown; response: Response }): NonNullable<T> {
  assert(answer.data !== undefined && answer.data !== null, `${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

const job: JobInput = {
  job_name: "typescript",
  job_type: "scheduled",
  job_cron_time: "30 2 * * 1-5",
  enabled: true,
  job_context: {
    mode: "http",
    exec: ECRON_TARGET,
    timezone: "Europe/Berlin",
    timeout: "5s",
    overlap: "queue",
    retry: { max_attempts: 2, initial: "1s", on: [429, "5xx"] },
    labels: { team: "clients" },
  },
};

assert.equal(body(await client.GET("/health/alive")), "OK");
assert.equal(body(await client.GET("/health/ready")), "OK");

const created = body(await client.POST(`${prefix}/job`, { body: job }));
assert("next" in created && created.next?.length === 3);
const path = { job_id: created.job_id };
const read = await client.GET(`${prefix}/job/{job_id}`, { params: { path } });
const shown = body(read);
assert.deepEqual(shown.job_context.retry?.on, [429, "500-599"]);
assert.equal(shown.job_context.overlap, "queue");
const listed = body(await client.GET(`${prefix}/job`, { params: { query: { label: ["team:clients"], enabled: true } } }));
assert.deepEqual(listed.map((one) => one.job_id), [created.job_id]);
assert.equal(body(await client.GET(`${prefix}/jobtotal`)).total, 1);

const ETag = read.response.headers.get("ETag");
assert(ETag);
const patched = body(
  await client.PATCH(`${prefix}/job/{job_id}`, {
    params: { path, header: { "If-Match": ETag } },
    body: { remarks: "patched", job_context: { priority: 5, timeout: null } },
    headers: { "Content-Type": "application/merge-patch+json" },
  }),
);
assert.equal(patched.job_context.priority, 5);
assert.equal(patched.job_context.timeout, undefined);
assert.equal(patched.enabled, true);
const stale = await client.PUT(`${prefix}/job/{job_id}`, { params: { path, header: { "If-Match": ETag } }, body: job });
assert.equal(stale.response.status, 412);
const replaced = await client.PUT(`${prefix}/job/{job_id}`, { params: { path }, body: job });
assert.equal(replaced.response.status, 200);
const byName = { params: { path: { job_name: "typescript by name" } }, body: { ...job, job_name: null } };
const first = await client.PUT(`${prefix}/job/by-name/{job_name}`, byName);
assert.equal(first.response.status, 201);
assert.equal((await client.PUT(`${prefix}/job/by-name/{job_name}`, byName)).response.status, 200);

const disabled = await client.PUT(`${prefix}/job/{job_id}/enable`, { params: { path }, body: { enable: false } });
assert.equal(disabled.response.status, 200);
assert.equal(body(await client.GET(`${prefix}/job/{job_id}`, { params: { path } })).enabled, false);
await client.PUT(`${prefix}/job/{job_id}/enable`, { params: { path }, body: { enable: true } });
const webhook = await client.PUT(`${prefix}/job/{job_id}/notify`, { params: { path }, body: { webhook: "" } });
assert.deepEqual(body(webhook).failed_job_id, []);

const run = { params: { header: { "Idempotency-Key": "typescript" } }, body: { job_id: created.job_id } };
const started = body(await client.POST(`${prefix}/jobexecution`, run));
assert.equal(body(await client.POST(`${prefix}/jobexecution`, run)).execute_id, started.execute_id);
const execution = { params: { path: { execute_id: started.execute_id } } };
let ended = body(await client.GET(`${prefix}/jobexecution/{execute_id}`, execution));
for (let tries = 0; ended.job_status !== "success" && tries < 300; ++tries) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  ended = body(await client.GET(`${prefix}/jobexecution/{execute_id}`, execution));
}
assert.equal(ended.job_status, "success");
assert.deepEqual(ended.attempts.map((attempt) => attempt.code), [200]);
const output = await client.GET(`${prefix}/jobexecution/{execute_id}/output`, { ...execution, parseAs: "text" });
assert.equal(body(output), "done");
const again = await client.POST(`${prefix}/jobexecution/{execute_id}/cancel`, execution);
assert.equal(again.response.status, 409);
const byJob = { params: { query: { job_id: created.job_id } } };
const executions = body(await client.GET(`${prefix}/jobexecution`, byJob));
assert.equal(executions[0]?.trigger, "manual");
const statuses = body(await client.GET(`${prefix}/jobstatus/{job_id}`, { params: { path } }));
assert.equal(statuses[0]?.job_status, "success");

const at = { at: "2020-01-01T00:00:00Z" };
const explanation = body(await client.GET(`${prefix}/job/{job_id}/explain`, { params: { path, query: at } }));
assert.equal(explanation.verdict, "not_created");
const next = body(await client.GET(`${prefix}/job/{job_id}/next`, { params: { path, query: { count: 2 } } }));
assert.equal(next.next.length, 2);
const preview = body(await client.POST(`${prefix}/preview`, { body: { job_cron_time: "*/5 * * * * *", count: 2 } }));
assert.equal(preview.fields, "second minute hour day month weekday");
const invalid = await client.POST(`${prefix}/preview`, { body: { job_cron_time: "0 25 * * *" } });
assert.equal(invalid.error?.detail?.position, 2);

assert.equal(body(await client.GET(`${prefix}/overview`)).jobs.enabled, 2);
assert.deepEqual(body(await client.GET(`${prefix}/missed`, byJob)), []);
const range = { from: "2026-01-05T00:00:00Z", to: "2026-01-06T00:00:00Z", step: "1d" };
assert.equal(body(await client.GET(`${prefix}/forecast`, { params: { query: range } })).total, 2);
const audit = body(await client.GET(`${prefix}/audit`, { params: { query: { object: created.job_id } } }));
assert.equal(audit.at(-1)?.action, "createJob");
assert.equal(body(await client.POST(`${prefix}/scheduling/pause`)).paused, true);
assert.equal(body(await client.POST(`${prefix}/scheduling/resume`)).paused, false);
assert.equal(body(await client.GET(`${prefix}/scheduling`)).paused, false);
assert.deepEqual(body(await client.GET(`${prefix}/deadletter`)), []);
assert.equal(body(await client.GET(`${prefix}/cluster`)).nodes.length, 1);
assert.match(body(await client.GET("/metrics", { parseAs: "text" })), /^ecron_/m);

const ids = { path: { job_id: [created.job_id, body(first).job_id].join(",") } };
assert.equal((await client.DELETE(`${prefix}/job/{job_id}`, { params: ids })).response.status, 200);
const gone = await client.GET(`${prefix}/job/{job_id}`, { params: { path } });
assert.equal(gone.response.status, 404);
assert.equal(gone.error?.cause, "This job does not exist");
