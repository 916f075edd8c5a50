"""Verifies TLS to the database against a real MariaDB with and without TLS."""

import getpass
import os
import shutil
import subprocess
import tempfile
import unittest

from ecron import Ecron, Process, certificate, free_port, wait_until

os.environ["PATH"] += ":/usr/sbin"


@unittest.skipUnless(shutil.which("mariadbd") and shutil.which("mariadb-install-db"), "there is no MariaDB")
class Database(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="ecron-db-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--user={getpass.getuser()}", f"--datadir={cls.folder}/data",
             "--skip-test-db", "--auth-root-authentication-method=normal"],
            check=True, capture_output=True)
        cls.authority = certificate(cls.folder, "authority")
        cls.server = certificate(cls.folder, "server", cls.authority)

    def serve(self, *options):
        self.port = free_port()
        server = Process(
            ["mariadbd", "--no-defaults", f"--user={getpass.getuser()}", f"--datadir={self.folder}/data",
             f"--socket={self.folder}/socket", f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-name-resolve",
             *options],
            dict(os.environ), self.folder, "server.log")
        self.addCleanup(server.kill)
        wait_until("the database answers", lambda: self.sql("create database if not exists ecron").returncode == 0)
        self.sql("create or replace user ecron@'127.0.0.1' identified by 'hunter2'; grant all on ecron.* to ecron@'127.0.0.1'")

    def sql(self, text):
        return subprocess.run(
            ["mariadb", "--no-defaults", f"--socket={self.folder}/socket", "--user=root", "--batch", "--skip-column-names",
             "-e", text], capture_output=True, text=True, check=False)

    def settings(self, **more):
        password = os.path.join(self.folder, "password")
        with open(password, "w", encoding="ascii") as file:
            file.write("hunter2\n")
        return {"db_driver": "mysql", "db_addr": "127.0.0.1", "db_port": str(self.port), "user_name": "ecron",
                "user_pwd_file": password, **more}

    def test_sessions_are_encrypted_if_db_ca_file_is_set(self):
        self.serve(f"--ssl-cert={self.server[0]}", f"--ssl-key={self.server[1]}", "--require-secure-transport=ON")
        ecron = Ecron(self.settings(db_ca_file=self.authority[0]))
        self.addCleanup(ecron.stop)
        with open(f"/proc/{ecron.child.pid}/cmdline", "rb") as file:
            self.assertNotIn(b"hunter2", file.read())
        self.assertNotIn("hunter2", ecron.log())
        self.assertEqual(ecron.get("/job").status, 200)

    def test_a_server_without_tls_is_refused(self):
        self.serve("--skip-ssl")
        with self.assertRaises(AssertionError):
            self.started_within(db_ca_file=self.authority[0])
        self.assertEqual(self.started_within().get("/job").status, 200)

    def test_a_server_of_another_ca_is_refused(self):
        self.serve(f"--ssl-cert={self.server[0]}", f"--ssl-key={self.server[1]}")
        stranger = certificate(self.folder, "stranger")
        with self.assertRaises(AssertionError):
            self.started_within(db_ca_file=stranger[0])
        self.assertEqual(self.started_within(db_ca_file=self.authority[0]).get("/job").status, 200)

    def started_within(self, **more):
        """ecron keeps retrying an unusable database and is not ready meanwhile."""
        ecron = Unready(self.settings(**more))
        self.addCleanup(ecron.stop)
        ecron.require()
        return ecron


class Unready(Ecron):
    def start(self):
        try:
            super().start()
            self.refused = False
        except AssertionError:
            self.refused = True

    def get(self, path, *arguments, **named):
        if "database cannot be used" in self.log():
            raise AssertionError("refused: " + self.log())
        return super().get(path, *arguments, **named)

    def require(self):
        if self.refused:
            raise AssertionError(self.log())


if __name__ == "__main__":
    unittest.main()
