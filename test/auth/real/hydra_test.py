"""ecron with a real Ory Hydra: ECRON_HYDRA is the path of its binary (scripts/hydra)."""

import base64
import json
import os
import shutil
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

from ecron import Ecron, Process, free_port, job, wait_until

HYDRA = os.environ.get("ECRON_HYDRA", "")
SECRET = "a-secret-of-this-test"


class Hydra:
    def __init__(self, strategy="opaque"):
        self.folder = tempfile.mkdtemp(prefix="ecron-hydra-")
        self.public, self.admin = free_port(), free_port()
        self.issuer = f"http://127.0.0.1:{self.public}"
        settings = {
            "dsn": f"sqlite://{self.folder}/db.sqlite?_fk=true",  # tokens must survive restarts
            "serve": {
                "public": {"host": "127.0.0.1", "port": self.public},
                "admin": {"host": "127.0.0.1", "port": self.admin},
            },
            "urls": {"self": {"issuer": self.issuer}},
            "secrets": {"system": ["a-system-secret-of-this-test"]},
            "strategies": {"access_token": strategy},
            "log": {"level": "warn"},
        }
        with open(os.path.join(self.folder, "hydra.json"), "w", encoding="utf-8") as file:
            json.dump(settings, file)
        self.run("migrate", "sql", "-e", "--yes", "--config", "hydra.json").child.wait(60)
        self.start()

    def run(self, *words):
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.folder, "DSN": f"sqlite://{self.folder}/db.sqlite?_fk=true"}
        return Process([HYDRA, *words], environment, self.folder, "log")

    def start(self):
        self.process = self.run("serve", "all", "--dev", "--config", "hydra.json")
        wait_until("Hydra is ready", self.is_ready, 60)

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/health/ready", timeout=5).status == 200
        except OSError:
            if self.process.child.poll() is not None:
                raise AssertionError("Hydra ended: " + self.process.log()) from None
            return False

    def kill(self):
        self.process.kill()

    def stop(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, scope="all", lifespan="1h"):
        body = {
            "grant_types": ["client_credentials"],
            "scope": scope,
            "client_secret": SECRET,
            "token_endpoint_auth_method": "client_secret_post",
            "client_credentials_grant_access_token_lifespan": lifespan,
        }
        request = urllib.request.Request(f"http://127.0.0.1:{self.admin}/admin/clients", json.dumps(body).encode(), method="POST")
        return json.load(urllib.request.urlopen(request, timeout=10))["client_id"]

    def form(self, path, **fields):
        data = urllib.parse.urlencode({**fields, "client_secret": SECRET}).encode()
        with urllib.request.urlopen(self.issuer + path, data, timeout=10) as answer:
            return answer.read()

    def token(self, client, scope="all"):
        answer = self.form("/oauth2/token", grant_type="client_credentials", client_id=client, scope=scope)
        return json.loads(answer)["access_token"]

    def revoke(self, client, token):
        self.form("/oauth2/revoke", client_id=client, token=token)


@unittest.skipUnless(HYDRA, "ECRON_HYDRA is not set")
class Introspection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hydra = Hydra()
        cls.addClassCleanup(cls.hydra.stop)
        cls.client = cls.hydra.client()
        cls.ecron = Ecron({
            # As in the old service's configuration: no mode, but Hydra's address.
            "auth_enabled": "true",
            "oauth_admin_addr": "127.0.0.1",
            "oauth_admin_port": str(cls.hydra.admin),
            "token_cache": "1s",
        })
        cls.addClassCleanup(cls.ecron.stop)

    def refused(self, token):
        reply = self.ecron.get("/job", token)
        return reply.cause() if reply.status == 401 else f"status {reply.status}"

    def test_client_credentials_create_a_job_of_the_client(self):
        token = self.hydra.token(self.client)
        made = self.ecron.post("/job", job("made"), token)
        self.assertEqual(made.status, 201, made.body)
        stored = self.ecron.get("/job?job_id=" + made.json()["job_id"], token).json()[0]
        self.assertEqual(stored["tenant_id"], self.client)
        other = self.hydra.token(self.hydra.client())
        self.assertEqual(self.ecron.get("/job?job_id=" + made.json()["job_id"], other).status, 404)
        audit = self.ecron.get("/audit", token).json()
        self.assertEqual((audit[0]["action"], audit[0]["client_id"]), ("createJob", self.client))

    def test_any_scheme_is_accepted_and_none_is_refused(self):
        token = self.hydra.token(self.client)
        for header, status in ((f"Bearer {token}", 200), (f"Token {token}", 200), (token, 401), ("Bearer ", 401), ("", 401)):
            with self.subTest(header[:8]):
                self.assertEqual(self.ecron.send("GET", "/job", headers={"Authorization": header}).status, status)

    def test_malformed_and_foreign_tokens_are_refused(self):
        good = self.hydra.token(self.client)
        foreign = Hydra()
        self.addCleanup(foreign.stop)
        for token in ("x", good[:-1] + ("A" if good[-1] != "A" else "B"), good + "&active=true", "a" * 8000,
                      "%00", "ory_at_.", foreign.token(foreign.client())):
            with self.subTest(token[:20]):
                self.assertEqual(self.refused(token), "Token expired")

    def test_a_token_expires(self):
        client = self.hydra.client(lifespan="3s")
        token = self.hydra.token(client)
        self.assertEqual(self.ecron.get("/job", token).status, 200)
        wait_until("the token has expired", lambda: self.ecron.get("/job", token).status == 401)
        self.assertEqual(self.refused(token), "Token expired")

    def test_a_revoked_token_is_refused_after_its_cache_entry_expires(self):
        token = self.hydra.token(self.client)
        self.assertEqual(self.ecron.get("/job", token).status, 200)
        self.hydra.revoke(self.client, token)
        wait_until("the token is refused", lambda: self.ecron.get("/job", token).status == 401, 10)

    def test_scopes_grant_permissions(self):
        client = self.hydra.client(scope="all ecron.read ecron.command ecron.admin")
        reader = self.hydra.token(client, "ecron.read")
        denied = self.ecron.post("/job", job("x"), reader)
        self.assertEqual((denied.status, denied.json()["detail"]["parameters"]), (403, ["ecron.write"]))
        command = job("command")
        command["job_context"].update(mode="exe", exec="/bin/true")
        self.assertEqual(self.ecron.post("/job", command, self.hydra.token(client)).status, 403)
        self.assertEqual(self.ecron.post("/job", command, self.hydra.token(client, "all ecron.command")).status, 201)
        self.assertEqual(self.ecron.get("/cluster", self.hydra.token(client)).status, 403)
        self.assertEqual(self.ecron.get("/cluster", self.hydra.token(client, "ecron.admin")).status, 200)


@unittest.skipUnless(HYDRA, "ECRON_HYDRA is not set")
class UnderLoad(unittest.TestCase):
    def test_a_hydra_that_is_killed_and_restarted_under_load(self):
        hydra = Hydra()
        self.addCleanup(hydra.stop)
        ecron = Ecron({"auth_mode": "hydra", "oauth_admin_addr": "127.0.0.1", "oauth_admin_port": str(hydra.admin),
                       "token_cache": "200ms"})
        self.addCleanup(ecron.stop)
        client = hydra.client()
        cached, fresh = hydra.token(client), [hydra.token(client) for _ in range(40)]
        self.assertEqual(ecron.get("/job", cached).status, 200)
        answers, ended = {"cached": [], "fresh": [], "bad": []}, threading.Event()

        def ask(kind, tokens):
            while not ended.is_set():
                for token in tokens:
                    answers[kind].append(ecron.get("/job", token).status)
                    time.sleep(0.005)

        threads = [threading.Thread(target=ask, args=arguments) for arguments in
                   (("cached", [cached]), ("fresh", fresh[:20]), ("bad", ["made-up"]), ("cached", [cached]))]
        for thread in threads:
            thread.start()
        time.sleep(1)
        hydra.kill()
        time.sleep(1)
        new = [ecron.get("/job", token).status for token in fresh[20:25]]  # unknown to ecron
        hydra.start()
        wait_until("new tokens are accepted again", lambda: ecron.get("/job", fresh[30]).status == 200)
        ended.set()
        for thread in threads:
            thread.join()
        self.assertEqual(set(answers["cached"]), {200})
        self.assertLessEqual(set(answers["fresh"]), {200, 503})
        self.assertLessEqual(set(answers["bad"]), {401, 503})
        self.assertEqual(set(new), {503})


@unittest.skipUnless(HYDRA, "ECRON_HYDRA is not set")
class Signed(unittest.TestCase):
    def test_tokens_signed_by_hydra_are_verified_with_its_keys(self):
        hydra = Hydra("jwt")
        self.addCleanup(hydra.stop)
        client = hydra.client(scope="all")
        token = hydra.token(client)
        # Hydra creates its keys at the first request for them, which is slow on a busy machine.
        urllib.request.urlopen(hydra.issuer + "/.well-known/jwks.json", timeout=60).read()
        ecron = Ecron({"auth_mode": "jwt", "jwt_issuer": hydra.issuer})
        self.addCleanup(ecron.stop)
        self.assertEqual(ecron.post("/job", job("made"), token).status, 201)
        header, payload, signature = token.split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        claims["client_id"] = "somebody-else"
        changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        for bad in (f"{none}.{payload}.", f"{header}.{changed}.{signature}", f"{header}.{payload}.", "x"):
            self.assertEqual(ecron.get("/job", bad).status, 401)
        hydra.kill()
        other = ecron.get("/job", token)
        self.assertEqual(other.status, 200)


if __name__ == "__main__":
    unittest.main()
