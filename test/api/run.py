"""Runs schemathesis against a separate ecron process: run.py EXAMPLES SEED (scripts/test-api)."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../auth/real"))

from ecron import Ecron  # noqa: E402


def main():
    examples, seed = sys.argv[1:3]
    ecron = Ecron({"auth_mode": "token", "token_file": "tokens", "token_init": "true"})
    try:
        with open(ecron.path("tokens.initial"), encoding="ascii") as file:
            token = file.read().strip()
        command = [os.environ["SCHEMATHESIS"], "--config-file", os.path.join(HERE, "schemathesis.toml"), "run"]
        command += [f"http://127.0.0.1:{ecron.port}/openapi.json", "-H", f"Authorization: Bearer {token}"]
        command += ["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "-n", examples]
        command += ["--continue-on-failure", "--seed", seed, "--warnings", "off"]
        failed = subprocess.run(command, cwd=ecron.folder, check=False).returncode
        alive = ecron.child.poll() is None
        if not alive or " error " in ecron.log():
            print(ecron.log()[-3000:])
            return 1
        return failed
    finally:
        ecron.stop()


if __name__ == "__main__":
    sys.exit(main())
