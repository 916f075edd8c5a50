"""Isolation of tenants in the real binary: under any load of one tenant, the other's job runs at each scheduled time."""

import http.client
import http.server
import json
import threading
import unittest

from ecron import PREFIX, Ecron, wait_until

RUNS_BESIDE = 5  # executions of the victim's job that must start during the load of the other tenant


class Target(http.server.ThreadingHTTPServer):
    """Paths: /hang responds when released, /fail returns 500, /big sends a long body; others return 200. Counts calls."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Calls)
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.counts = {}
        self.scheduled = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def note(self, path, instant):
        with self.lock:
            self.counts[path] = self.counts.get(path, 0) + 1
            self.scheduled.setdefault(path, []).append(instant)

    def count(self, path):
        with self.lock:
            return self.counts.get(path, 0)

    def instants(self, path):
        with self.lock:
            return list(self.scheduled.get(path, []))

    def stop(self):
        self.released.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # the caller has disconnected


class Calls(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.note(self.path, self.headers.get("X-Ecron-Scheduled-At"))
        if self.path.startswith("/hang"):
            self.server.released.wait()
        body = b"x" * (1 << 20 if self.path.startswith("/big") else 2)
        self.send_response(500 if self.path.startswith("/fail") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Caller:
    """A client with a kept-alive connection."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": "Bearer " + token}

    def post(self, path, body):
        self.connection.request("POST", PREFIX + path, json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")

    def close(self):
        self.connection.close()


class Neighbours(unittest.TestCase):
    def setUp(self):
        self.target = Target()
        self.addCleanup(self.target.stop)
        self.ecron = Ecron(
            {
                "auth_mode": "token",
                "token_file": "tokens",
                "token_init": "true",
                "egress_allow": "127.0.0.0/8",
                "limit_runs": "50",
            }
        )
        self.addCleanup(self.ecron.stop)
        self.attacker, self.victim = (self.token(name) for name in ("attacker", "victim"))
        self.given(self.victim, "steady", "/steady", "* * * * * *", overlap="allow")
        wait_until("the victim's job runs", lambda: self.target.count("/steady") > 0)

    def token(self, tenant):
        made = self.ecron.command("token", "create", tenant, "--tenant", tenant, "--scope", "all")
        wait_until("the token is known", lambda: self.ecron.get("/job", made).status == 200)
        return made

    def given(self, token, name, path, cron="0 0 1 1 *", **context):
        body = {
            "job_name": name,
            "job_type": "scheduled",
            "job_cron_time": cron,
            "enabled": True,
            "job_context": {"mode": "http", "exec": self.target.url(path), **context},
        }
        reply = self.ecron.post("/job", body, token)
        self.assertEqual(reply.status, 201, reply.body)
        return reply.json()["job_id"]

    def flood(self, job, count, callers=8):
        """Returns the numbers of accepted and refused requests."""
        statuses, lock = {}, threading.Lock()

        def ask():
            caller = Caller(self.ecron.port, self.attacker)
            for _ in range(count // callers):
                status, _ = caller.post("/jobexecution", {"job_id": job})
                with lock:
                    statuses[status] = statuses.get(status, 0) + 1
            caller.close()

        threads = [threading.Thread(target=ask) for _ in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLessEqual(set(statuses), {200, 503})
        return statuses.get(200, 0), statuses.get(503, 0)

    def check_victim_runs(self):
        before = self.target.count("/steady")
        wait_until("the victim's job keeps running", lambda: self.target.count("/steady") >= before + RUNS_BESIDE, 60)
        reply = self.ecron.post("/job", VICTIM_JOB, self.victim)
        self.assertEqual(reply.status, 201, reply.body)

    def check_no_instant_is_missing(self):
        instants = sorted(set(self.target.instants("/steady")))
        seconds = [int(text[17:19]) + 60 * int(text[14:16]) for text in instants]
        steps = {(after - before) % 3600 for before, after in zip(seconds, seconds[1:])}
        self.assertEqual(steps, {1}, instants)

    def test_queued_executions_do_not_delay_another_tenant(self):
        hanging = self.given(self.attacker, "hang", "/hang")
        taken, refused = self.flood(hanging, 10_400)
        self.assertGreaterEqual(taken, 9_000)
        self.check_victim_runs()
        self.check_no_instant_is_missing()
        self.assertGreater(refused, 0)  # the limit is reported to the caller
        self.assertLessEqual(self.target.count("/hang"), 100)

    def test_scheduled_executions_do_not_delay_another_tenant(self):
        for number in range(3):
            self.given(self.attacker, f"hang-{number}", "/hang", "* * * * * *", overlap="allow", timeout="1h")
        self.check_victim_runs()
        self.check_no_instant_is_missing()

    def test_retries_do_not_delay_another_tenant(self):
        retry = {"max_attempts": 50, "initial": "100ms", "max": "100ms"}
        failing = self.given(self.attacker, "fail", "/fail", retry=retry)
        self.flood(failing, 400)
        wait_until("they are retried", lambda: self.target.count("/fail") > 400)
        self.check_victim_runs()
        self.check_no_instant_is_missing()

    def test_a_concurrency_key_does_not_delay_another_tenant(self):
        key = {"concurrency_key": "nightly", "max_concurrency": 1}
        hanging = self.given(self.attacker, "hang", "/hang", timeout="1h", **key)
        self.flood(hanging, 8)
        wait_until("the key is taken", lambda: self.target.count("/hang") == 1)
        asked = self.given(self.victim, "nightly", "/nightly", **key)
        self.assertEqual(self.ecron.post("/jobexecution", {"job_id": asked}, self.victim).status, 200)
        wait_until("the victim's run of that key begins", lambda: self.target.count("/nightly") == 1)

    def test_long_responses_do_not_delay_another_tenant(self):
        self.flood(self.given(self.attacker, "big", "/big"), 400)
        self.check_victim_runs()
        self.check_no_instant_is_missing()

    def test_hanging_receivers_do_not_delay_another_tenant(self):
        hooks = [self.given(self.attacker, f"hook-{number}", "/quick", notify={"webhook": self.target.url(f"/hang/{number}")})
                 for number in range(40)]
        for job in hooks:
            self.flood(job, 10, callers=2)
        self.given(self.victim, "told", "/quick", "* * * * * *", notify={"webhook": self.target.url("/told")})
        wait_until("the victim's webhooks are sent", lambda: self.target.count("/told") >= RUNS_BESIDE, 60)
        self.check_victim_runs()


VICTIM_JOB = {
    "job_name": "another",
    "job_type": "scheduled",
    "job_cron_time": "0 0 1 1 *",
    "enabled": False,
    "job_context": {"mode": "http", "exec": "http://example.com/"},
}

if __name__ == "__main__":
    unittest.main()
