"""scripts/check-vulnerabilities, with a tracker's data made for it."""

import functools
import importlib.machinery
import importlib.util
import json
import os
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/check-vulnerabilities")
LOADER = importlib.machinery.SourceFileLoader("check_vulnerabilities", SCRIPT)
SPEC = importlib.util.spec_from_loader(LOADER.name, LOADER)
checker = importlib.util.module_from_spec(SPEC)
LOADER.exec_module(checker)


def issue(status, release="bookworm", **more):
    return {"releases": {release: {"status": status, "urgency": "not yet assigned", **more}}}


TRACKER = {
    "openssl": {
        "CVE-2026-0001": issue("resolved", fixed_version="3.0.17-1~deb12u3"),
        "CVE-2026-0002": issue("resolved", fixed_version="3.0.11-1"),
        "CVE-2026-0003": issue("resolved", fixed_version="0"),
    },
    "curl": {
        "CVE-2026-0004": issue("open"),
        "CVE-2026-0005": issue("open", nodsa="Minor issue"),
        "CVE-2026-0006": issue("open", urgency="unimportant"),
        "CVE-2026-0007": issue("open", release="trixie"),
    },
    "unused": {"CVE-2026-0008": issue("open", urgency="high")},
}


class CheckVulnerabilities(unittest.TestCase):
    def run_with(self, packages, allow="", tracker=None):
        with tempfile.TemporaryDirectory() as folder:
            def file(name, text):
                path = os.path.join(folder, name)
                with open(path, "w", encoding="utf-8") as out:
                    out.write(text)
                return path
            components = [{"name": name, "properties": [{"name": "ecron:source", "value": name},
                                                        {"name": "ecron:source-version", "value": version}]}
                          for name, version in packages.items()]
            components.append({"name": "react", "purl": "pkg:npm/react@19.0.0"})  # not Debian's
            return subprocess.run([SCRIPT, file("sbom", json.dumps({"components": components})), "--allow", file("allow", allow),
                                   "--tracker", file("tracker", json.dumps(TRACKER if tracker is None else tracker))],
                                  capture_output=True, text=True, check=False)

    def test_a_package_older_than_its_fix_fails(self):
        told = self.run_with({"openssl": "3.0.17-1~deb12u2"})
        self.assertEqual(told.returncode, 1)
        self.assertIn("fixed: openssl 3.0.17-1~deb12u2 has CVE-2026-0001, which 3.0.17-1~deb12u3 fixes", told.stdout)
        self.assertNotIn("CVE-2026-0002", told.stdout)

    def test_a_fixed_package_is_good(self):
        self.assertEqual(self.run_with({"openssl": "3.0.17-1~deb12u3"}).returncode, 0)

    def test_what_has_no_fix_fails_unless_it_is_minor(self):
        told = self.run_with({"curl": "7.88.1-10"})
        self.assertEqual(told.returncode, 1)
        self.assertIn("open: curl 7.88.1-10 has CVE-2026-0004", told.stdout)
        for other in ("CVE-2026-0005", "CVE-2026-0006", "CVE-2026-0007"):
            self.assertNotIn(other, told.stdout)
        self.assertIn("1 issues, 0 accepted, 2 minor", told.stdout)

    def test_what_is_accepted_needs_a_reason(self):
        packages = {"curl": "7.88.1-10"}
        self.assertEqual(self.run_with(packages, "# why\nCVE-2026-0004 curl not reachable\n").returncode, 0)
        told = self.run_with(packages, "CVE-2026-0004 curl\n")
        self.assertEqual(told.returncode, 2)
        self.assertIn("allow:1: the reason is missing", told.stderr)

    def test_what_is_accepted_and_gone_is_told(self):
        told = self.run_with({"openssl": "3.1"}, "CVE-2026-0001 openssl was open\n")
        self.assertEqual(told.returncode, 1)
        self.assertIn("accepts CVE-2026-0001 of openssl", told.stdout)

    def test_data_of_another_kind_is_refused(self):
        for tracker in ({}, [], {"curl": {"CVE-2026-0007": issue("open", release="trixie")}}):
            self.assertEqual(self.run_with({"curl": "1"}, tracker=tracker).returncode, 2)
        self.assertEqual(self.run_with({}).returncode, 2)

    def test_without_the_data_nothing_counts_as_checked(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as sbom:
            json.dump({"components": [{"name": "a", "properties": [{"name": "ecron:source", "value": "a"},
                                                                   {"name": "ecron:source-version", "value": "1"}]}]}, sbom)
            sbom.flush()
            told = subprocess.run([SCRIPT, sbom.name], capture_output=True, text=True, check=False,
                                  env={**os.environ, "https_proxy": "http://127.0.0.1:9", "no_proxy": ""})
        self.assertEqual(told.returncode, 3)
        self.assertIn("NOT CHECKED", told.stderr)

    def test_versions_are_ordered_as_dpkg_orders_them(self):
        versions = ["1.0", "1.0-1", "1.0-1~deb12u1", "1.0~rc1", "1.0a", "1.0+b", "1:0.1", "1.10", "1.9", "2", "1.0-1+deb12u1", "0"]
        versions.sort(key=functools.cmp_to_key(lambda one, other: checker.is_older(other, one) - checker.is_older(one, other)))
        for pair in zip(versions, versions[1:]):
            for one, other in (pair, pair[::-1]):
                by_dpkg = subprocess.run(["dpkg", "--compare-versions", one, "lt", other], check=False).returncode == 0
                self.assertEqual(checker.is_older(one, other), by_dpkg, f"{one} < {other}")


if __name__ == "__main__":
    unittest.main()
