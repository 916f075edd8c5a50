"""The real binary as a child process for Python tests; requires no packages."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

BINARY = os.environ.get("ECRON_BINARY", "build/dev/ecron")
PREFIX = "/api/ecron-management/v1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, true, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = true()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not in {seconds} s: {what}")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def cause(self):
        return self.json()["cause"]


class Process:
    """A child process that is ended with its test, by its own pid."""

    def __init__(self, command, environment, folder, log):
        self.log_path = os.path.join(folder, log)
        with open(self.log_path, "ab") as out:
            self.child = subprocess.Popen(command, env=environment, cwd=folder, stdout=out, stderr=out)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()


class Ecron(Process):
    """Settings are options by name; database and log are in a separate folder. For root only: `user` is the
    uid that it runs as, with these `capabilities` ("+kill,+setuid"); `below` is a command that starts it."""

    def __init__(self, settings, context=None, user=None, capabilities=None, below=()):
        self.folder = tempfile.mkdtemp(prefix="ecron-real-")
        self.before = [*below]
        if user is not None:
            os.chown(self.folder, user, user)
            self.before += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
            if capabilities:
                self.before += [f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}"]
        self.settings = {"cron_port": "0", "lang": "en_US", "db_path": "ecron.db", "shutdown_grace": "1s", **settings}
        self.context = context
        self.port = None
        self.starts = 0
        self.start()

    def start(self):
        environment = {"PATH": "/usr/bin:/bin"}
        environment.update({f"ECRON_{key.upper()}": value for key, value in self.settings.items()})
        self.starts += 1
        super().__init__([*self.before, os.path.abspath(BINARY), "serve"], environment, self.folder, f"log.{self.starts}")
        try:
            self.port = int(wait_until("ecron listens", self._port))
            wait_until("ecron is ready", lambda: self.get("/health/ready").status == 200)
        except BaseException:
            self.kill()  # the caller cannot clean up, because its test does not exist yet
            raise

    def _port(self):
        if self.child.poll() is not None:
            raise AssertionError("ecron ended: " + self.log())
        found = re.search(r"ecron listens .*port=(\d+)", self.log())
        return found and found.group(1)

    def send(self, method, path, token=None, body=None, headers=None):
        if not path.startswith(("/health", "/metrics", "/openapi", "/api")):
            path = PREFIX + path
        all_headers = dict(headers or {})
        if token is not None:
            all_headers["Authorization"] = "Bearer " + token
        if self.context:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body if body is None else json.dumps(body), all_headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def get(self, path, token=None):
        return self.send("GET", path, token)

    def post(self, path, body, token=None):
        return self.send("POST", path, token, body)

    def command(self, *words):
        environment = {"PATH": "/usr/bin:/bin"}
        environment.update({f"ECRON_{key.upper()}": value for key, value in self.settings.items()})
        return subprocess.run(
            [os.path.abspath(BINARY), *words], env=environment, cwd=self.folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    def path(self, name):
        return os.path.join(self.folder, name)

    def stop(self):
        if self.child.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                pass
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def job(name, cron="0 0 1 1 *"):
    return {
        "job_name": name,
        "job_type": "scheduled",
        "job_cron_time": cron,
        "enabled": True,
        "job_context": {"mode": "http", "exec": "http://127.0.0.1:9/none"},
    }


def certificate(folder, name, authority=None, minutes=60):
    """Creates a certificate for 127.0.0.1, self-signed or signed by `authority`; returns the paths of certificate and key."""
    paths = [os.path.join(folder, f"{name}.{kind}") for kind in ("pem", "key")]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    command += ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]]
    if authority:
        command += ["-CA", authority[0], "-CAkey", authority[1]]
    subprocess.run(command, check=True, capture_output=True)
    return paths


def trusting(path, client=None):
    context = ssl.create_default_context(cafile=path)
    if client:
        context.load_cert_chain(*client)
    return context
