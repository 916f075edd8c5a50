"""Runs a command against a separate ecron process: run.py COMMAND ARGUMENT… (scripts/test-clients).

The command gets ECRON_URL, ECRON_TOKEN (an administrator's) and ECRON_TARGET, the URL of a target for jobs, which
answers every request with "done". Without a command, prints the OpenAPI document.
"""

import http.server
import os
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../auth/real"))

from ecron import Ecron  # noqa: E402


class Target(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, *words):
        pass


def run(ecron, command):
    with open(ecron.path("tokens.initial"), encoding="ascii") as file:
        token = file.read().strip()
    target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=target.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "ECRON_URL": f"http://127.0.0.1:{ecron.port}",
        "ECRON_TOKEN": token,
        "ECRON_TARGET": f"http://127.0.0.1:{target.server_port}/",
    }
    try:
        failed = subprocess.run(command, env=environment, check=False).returncode
    finally:
        target.shutdown()
    if failed or " error " in ecron.log():
        print(ecron.log()[-3000:])
        return 1
    return 0


def main():
    settings = {"auth_mode": "token", "token_file": "tokens", "token_init": "true", "egress_allow": "127.0.0.0/8"}
    ecron = Ecron(settings)
    try:
        if len(sys.argv) > 1:
            return run(ecron, sys.argv[1:])
        print(ecron.get("/openapi.json").body)
        return 0
    finally:
        ecron.stop()


if __name__ == "__main__":
    sys.exit(main())
