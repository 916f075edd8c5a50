"""Access control and confidentiality of the real binary: static tokens, TLS, secrets."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import tempfile
import unittest

from ecron import BINARY, Ecron, certificate, free_port, job, trusting, wait_until


class Tokens(unittest.TestCase):
    def setUp(self):
        self.ecron = Ecron({"auth_mode": "token", "token_file": "tokens", "token_init": "true"})
        self.addCleanup(self.ecron.stop)

    def first_token(self):
        with open(self.ecron.path("tokens.initial"), encoding="ascii") as file:
            return file.read().strip()

    def test_the_first_start_creates_a_token_and_the_next_one_keeps_it(self):
        token = self.first_token()
        self.assertEqual(stat.S_IMODE(os.stat(self.ecron.path("tokens.initial")).st_mode), 0o600)
        self.assertEqual(self.ecron.post("/job", job("first"), token).status, 201)
        self.assertEqual(self.ecron.get("/cluster", token).status, 200)
        self.ecron.signal(signal.SIGTERM)
        self.ecron.child.wait(20)
        self.ecron.start()
        self.assertEqual(self.first_token(), token)
        self.assertEqual(len(self.ecron.get("/job", token).json()), 1)

    def test_files_are_accessible_by_their_owner_only(self):
        def modes():
            names = ("ecron.db", "ecron.db-wal", "ecron.db-shm", "ecron.db.lock", "tokens", "tokens.initial")
            return {name: oct(os.stat(self.ecron.path(name)).st_mode & 0o777) for name in names}

        private = dict.fromkeys(modes(), "0o600")
        self.assertEqual(modes(), private)
        self.ecron.signal(signal.SIGTERM)
        self.ecron.child.wait(20)
        for name in ("ecron.db", "ecron.db.lock"):  # as created by earlier versions
            os.chmod(self.ecron.path(name), 0o644)
        self.ecron.start()
        self.assertEqual(modes(), private)
        self.assertIn("permissions of group and others removed file=ecron.db mode=600 before=644", self.ecron.log())

    def test_requests_without_a_token_are_refused(self):
        for path in ("/job", "/jobtotal", "/audit", "/metrics", "/cluster"):
            with self.subTest(path):
                reply = self.ecron.get(path)
                self.assertEqual((reply.status, reply.cause()), (401, "Empty token"))
        self.assertEqual(self.ecron.get("/job", "ecron_nobody").status, 401)
        for path in ("/health/alive", "/health/ready"):
            self.assertEqual(self.ecron.get(path).status, 200)

    def test_a_token_is_valid_from_creation_to_revocation(self):
        token = self.ecron.command("token", "create", "ci", "--tenant", "ci", "--scope", "ecron.read")
        wait_until("the token is known", lambda: self.ecron.get("/job", token).status == 200)
        denied = self.ecron.post("/job", job("x"), token)
        self.assertEqual((denied.status, denied.json()["detail"]["parameters"]), (403, ["ecron.write"]))
        self.ecron.command("token", "revoke", "ci")
        wait_until("the token is refused", lambda: self.ecron.get("/job", token).status == 401)
        self.assertEqual(self.ecron.get("/job", self.first_token()).status, 200)

    def test_tenants_are_isolated(self):
        first = self.first_token()
        other = self.ecron.command("token", "create", "other", "--tenant", "other", "--scope", "all")
        wait_until("the token is known", lambda: self.ecron.get("/job", other).status == 200)
        made = self.ecron.post("/job", job("mine"), first).json()["job_id"]
        self.assertEqual(self.ecron.get(f"/job?job_id={made}", other).status, 404)
        self.assertEqual(self.ecron.get("/job", other).json(), [])
        # An execution of the first tenant that waits for its target's report.
        run = job("waits")
        run["job_context"].update(exec=f"http://127.0.0.1:{self.ecron.port}/health/alive", completion="callback")
        run["job_context"]["info"] = {"method": "GET"}
        run = self.ecron.post("/jobexecution", run, first).json()["execute_id"]
        report = f"/api/cronsvr/v1/namespaces/common/executionresult/{run}"
        for path in (f"/jobexecution/{run}/cancel", report):
            self.assertEqual(self.ecron.post(path, {}, other).status, 404)
        for path in (f"/jobexecution/{run}", f"/jobexecution/{run}/output"):
            self.assertEqual(self.ecron.get(path, other).status, 404)
        self.assertEqual(self.ecron.post(report, {"by": "its target"}, first).status, 200)
        self.assertEqual([entry["action"] for entry in self.ecron.get("/audit", first).json()], ["runJob", "createJob"])
        self.assertEqual(self.ecron.get("/audit", other).json(), [])

    def test_execution_ids_are_per_tenant(self):
        first = self.first_token()
        other = self.ecron.command("token", "create", "other", "--tenant", "other", "--scope", "all")
        wait_until("the token is known", lambda: self.ecron.get("/job", other).status == 200)
        run = job("nightly")
        target = f"http://127.0.0.1:{self.ecron.port}/health/alive"
        run["job_context"].update(exec=target, completion="callback", execute_id="nightly")
        run["job_context"]["info"] = {"method": "GET"}
        for token in (first, other):
            reply = self.ecron.post("/jobexecution", run, token)
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(reply.json()["execute_id"], "nightly")

        def state(token):
            return self.ecron.get("/jobexecution/nightly", token).json()["job_status"]

        report = "/api/cronsvr/v1/namespaces/common/executionresult/nightly"
        self.assertEqual(self.ecron.post(report, {"by": "its target"}, other).status, 200)
        wait_until("the report ends the other tenant's", lambda: state(other) == "success")
        self.assertEqual(state(first), "executing")
        self.assertEqual(self.ecron.post("/jobexecution/nightly/cancel", {}, first).status, 200)
        self.assertEqual((state(first), state(other)), ("interrupt", "success"))
        self.assertEqual(self.ecron.get("/jobexecution/nightly/output", other).status, 200)
        status = [{"execute_id": "put", "job_id": "j", "job_name": "x", "job_type": "timed", "job_status": "success"}]
        for token in (first, other):
            reply = self.ecron.send("PUT", "/jobstatus/x", token, status)
            self.assertEqual(reply.json(), {"failed_job_id": []}, reply.body)

    def test_stored_bytes_per_tenant_are_limited_also_after_a_kill(self):
        self.ecron.stop()
        settings = {"auth_mode": "token", "token_file": "tokens", "token_init": "true", "limit_bytes": "64KiB"}
        self.ecron = Ecron(settings)
        self.addCleanup(self.ecron.stop)
        token = self.first_token()

        def send():
            run = job("large")
            run["job_context"]["info"] = {"method": "POST", "body": {"text": "x" * 10_000}}
            return self.ecron.post("/jobexecution", run, token).status

        statuses = [send() for _ in range(10)]
        self.assertEqual(set(statuses), {200, 403})
        self.assertLessEqual(statuses.count(200), 6)
        self.ecron.kill()
        self.ecron.start()

        def measured():
            with contextlib.closing(sqlite3.connect(self.ecron.path("ecron.db"))) as database:
                found = database.execute("select coalesce(sum(f_bytes), 0) from t_cron_usage").fetchone()
            return found[0] >= 10_000 * statuses.count(200)

        wait_until("what is stored is measured", measured)
        statuses = [send() for _ in range(5)]  # the sums may be read with a delay
        self.assertEqual(statuses[-1], 403)

    def test_secrets_are_not_disclosed(self):
        token = self.first_token()
        self.ecron.post("/job", job("x"), token)
        self.ecron.get("/job", token[:-1] + "x")
        with open(f"/proc/{self.ecron.child.pid}/cmdline", "rb") as file:
            self.assertNotIn(token.encode(), file.read())
        secret = token.rsplit("_", 1)[1]
        self.assertNotIn(secret, self.ecron.log())
        self.assertNotIn(secret, self.ecron.get("/metrics", token).body)
        self.assertNotIn(secret, self.ecron.get("/job", token[:-1] + "x").body)
        with open(self.ecron.path("tokens"), encoding="ascii") as file:
            self.assertNotIn(secret, file.read())

    def test_responses_have_security_headers(self):
        headers = self.ecron.get("/job", self.first_token()).headers
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
        self.assertNotIn("Access-Control-Allow-Origin", headers)
        self.assertNotIn("Set-Cookie", headers)


class Commands(unittest.TestCase):
    """What a command that runs as ecron's own user can read of ecron."""

    def started(self, **more):
        user = 65534 if os.geteuid() == 0 else None  # root can read everything
        settings = {"command_enabled": "true", "command_as_self": "true", "secret_hidden": "hunter2-hunter2"}
        settings["webhook_secret"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        return Ecron(settings, user=user, **more)

    def output_of(self, ecron, script):
        run = {"job_name": "reads", "job_type": "real-time"}
        run["job_context"] = {
            "mode": "exe",
            "exec": "/bin/sh -c",
            "info": {"params": {"script": script}, "environment": {"KEY": "${secret:hidden}"}},
        }
        path = "/jobexecution/" + ecron.post("/jobexecution", run).json()["execute_id"]

        def ended():
            attempts = ecron.get(path).json()["attempts"]
            return attempts and attempts[0]["end_at"] and attempts[0]

        return wait_until("the command ends", ended)["output"]

    def assert_hides(self, ecron, process):
        for file in ("environ", "mem", "maps"):
            with self.subTest(file):
                self.assertIn("Permission denied", self.output_of(ecron, f"head -c 1 /proc/{process}/{file} 2>&1"))
        self.assertIn("Permission denied", self.output_of(ecron, f"ls /proc/{process}/fd 2>&1"))

    def test_a_command_cannot_read_environment_and_memory(self):
        ecron = self.started()
        self.addCleanup(ecron.stop)
        self.assert_hides(ecron, "$PPID")

    @unittest.skipUnless(os.geteuid() == 0, "a namespace of processes needs root")
    def test_a_command_cannot_read_process_1_of_a_container(self):
        ecron = self.started(below=["unshare", "--pid", "--fork", "--mount-proc"])

        def stop():
            pid = ecron.child.pid
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                os.kill(int(file.read()), signal.SIGKILL)
            ecron.stop()

        self.addCleanup(stop)
        self.assertEqual(self.output_of(ecron, "cat /proc/1/comm").strip(), "ecron")
        self.assert_hides(ecron, "1")

    @unittest.skipUnless(os.geteuid() == 0, "giving capabilities needs root")
    def test_a_command_runs_as_another_user_without_capabilities(self):
        settings = {"command_enabled": "true", "command_user": "1", "secret_hidden": "hunter2-hunter2"}
        ecron = Ecron(settings, user=65534, capabilities="+setuid,+setgid,+kill")
        self.addCleanup(ecron.stop)
        script = "id -u; grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status | cut -f 2 | sort -u"
        self.assertEqual(self.output_of(ecron, script).split(), ["1", "0" * 16])
        self.assertIn("can't cd", self.output_of(ecron, f"cd {ecron.folder} 2>&1"))
        # Processes that leave its session can be ended, too.
        left = int(self.output_of(ecron, "setsid sleep 60 >/dev/null 2>&1 & sleep 0.1; echo $!"))
        wait_until("it has ended", lambda: not os.path.exists(f"/proc/{left}"))

    def test_a_command_user_that_can_read_the_tokens_is_refused(self):
        folder = tempfile.mkdtemp(prefix="ecron-real-")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        tokens = os.path.join(folder, "tokens")
        with open(tokens, "w", encoding="ascii"):
            os.chmod(tokens, 0o644)
        environment = {"ECRON_COMMAND_ENABLED": "true", "ECRON_COMMAND_USER": "nobody", "ECRON_AUTH_MODE": "token"}
        environment |= {"ECRON_TOKEN_FILE": tokens, "ECRON_CRON_PORT": "0", "ECRON_DB_PATH": os.path.join(folder, "ecron.db")}
        command = [os.path.abspath(BINARY), "serve"]
        ended = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(ended.returncode, 2, ended.stderr)
        said = f"nobody can read {tokens}" if os.geteuid() == 0 else "needs root"
        self.assertIn(said, ended.stderr)
        self.assertIn("token_file: " + tokens + " is readable by all local users", ended.stderr)

    def test_secrets_are_removed_from_the_environment_and_reach_jobs(self):
        ecron = self.started()
        self.addCleanup(ecron.stop)
        if os.geteuid() == 0:
            with open(f"/proc/{ecron.child.pid}/environ", "rb") as file:
                self.assertEqual(file.read().strip(b"\0"), b"")
        self.assertEqual(self.output_of(ecron, 'printf %s "$KEY" | wc -c').strip(), "15")


class Tls(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="ecron-tls-")
        self.pair = certificate(self.folder, "server")
        self.settings = {"ssl_on": "true", "cert_file": self.pair[0], "key_file": self.pair[1]}

    def started(self, context, **more):
        ecron = Ecron({**self.settings, **more}, context)
        self.addCleanup(ecron.stop)
        return ecron

    def served_certificate(self, ecron):
        return ssl.get_server_certificate(("127.0.0.1", ecron.port), timeout=10)

    def test_old_versions_of_tls_are_refused(self):
        ecron = self.started(trusting(self.pair[0]))
        for version, works in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
            context = trusting(self.pair[0])
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
            with self.subTest(version):
                try:
                    with socket.create_connection(("127.0.0.1", ecron.port), 10) as raw:
                        with context.wrap_socket(raw, server_hostname="127.0.0.1"):
                            agreed = True
                except (ssl.SSLError, ConnectionError):
                    agreed = False
                self.assertEqual(agreed, works)
        self.assertIn("max-age", ecron.get("/health/alive").headers["Strict-Transport-Security"])

    def test_a_renewed_certificate_is_used_without_a_restart(self):
        ecron = self.started(trusting(self.pair[0]))
        before = self.served_certificate(ecron)
        certificate(self.folder, "server")
        wait_until("the new certificate is served", lambda: self.served_certificate(ecron) != before)

    def expiry(self, ecron, option):
        lines = ecron.get("/metrics").body.splitlines()
        start = f'ecron_certificate_expiry_timestamp_seconds{{option="{option}"}} '
        return [float(line.removeprefix(start)) for line in lines if line.startswith(start)]

    def test_metrics_report_the_expiry_of_certificates(self):
        authority = certificate(self.folder, "authority")
        client = certificate(self.folder, "client", authority)
        ecron = self.started(trusting(self.pair[0], client), client_ca_file=authority[0], ca_file=authority[0])
        ends = ssl.cert_time_to_seconds(ssl._ssl._test_decode_cert(self.pair[0])["notAfter"])
        self.assertEqual(self.expiry(ecron, "cert_file"), [ends])
        self.assertEqual(len(self.expiry(ecron, "client_ca_file")), 1)
        self.assertEqual(len(self.expiry(ecron, "ca_file")), 1)
        self.assertEqual(self.expiry(ecron, "db_ca_file"), [])

    def test_sighup_reloads_a_renewed_certificate_and_rejects_a_broken_one(self):
        ecron = self.started(trusting(self.pair[0]))
        before = self.served_certificate(ecron)
        with open(self.pair[0], "w", encoding="ascii") as file:
            file.write("nothing\n")
        ecron.signal(signal.SIGHUP)
        wait_until("the fault is logged", lambda: "failed to reload certificate" in ecron.log())
        self.assertEqual(self.served_certificate(ecron), before)

    def test_a_client_without_a_valid_certificate_is_refused(self):
        authority = certificate(self.folder, "authority")
        good = certificate(self.folder, "client", authority)
        stranger = certificate(self.folder, "stranger")
        ecron = self.started(trusting(self.pair[0], good), client_ca_file=authority[0])
        self.assertEqual(ecron.get("/health/alive").status, 200)
        for client in (None, stranger):
            ecron.context = trusting(self.pair[0], client)
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                ecron.get("/health/alive")


class Start(unittest.TestCase):
    def test_an_incomplete_authentication_configuration_does_not_start(self):
        for settings in ({"auth_mode": "token", "token_file": "none"}, {"auth_mode": "hydra"}, {"auth_enabled": "true"}):
            with self.subTest(settings), self.assertRaisesRegex(AssertionError, "ecron ended"):
                Ecron(settings)

    def test_an_unreachable_issuer_yields_503(self):
        for settings in (
            {"auth_mode": "hydra", "oauth_admin_addr": "127.0.0.1", "oauth_admin_port": str(free_port())},
            {"auth_mode": "jwt", "jwt_issuer": f"http://127.0.0.1:{free_port()}"},
        ):
            with self.subTest(settings):
                ecron = Ecron(settings)
                self.addCleanup(ecron.stop)
                self.assertEqual(ecron.get("/job", "any.good.token").status, 503)
                self.assertEqual(ecron.get("/job").status, 401)


if __name__ == "__main__":
    unittest.main()
