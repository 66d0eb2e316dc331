"""The shipped files for firewalls, scanners, certificates and CI: they parse, have the fields their vendors document, and the program's own numbers."""
import base64
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEPLOY = os.path.join(ROOT, "deploy")
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


def read(*path):
    with open(os.path.join(DEPLOY, *path), encoding="utf-8") as file:
        return file.read()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def program_rates():
    """The defaults as they stand in the program: {"DHII_RATE_API": (10, 20), ...}."""
    with open(os.path.join(ROOT, "src", "config", "settings.cpp"), encoding="utf-8") as file:
        return {name: (int(rate), int(burst)) for name, rate, burst in re.findall(r'read\.rate\("(DHII_RATE_\w+)", \{(\d+), (\d+)\}\)', file.read())}


class Cloudflare(unittest.TestCase):
    PHASES = ("http_ratelimit", "http_request_firewall_custom", "http_request_firewall_managed", "http_request_cache_settings")
    PERIODS = (10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600, 65535, 86400)

    def test_each_file_is_the_entry_point_of_its_phase(self):
        for phase in self.PHASES:
            ruleset = json.loads(read("waf", "cloudflare", phase + ".json"))
            self.assertEqual((ruleset["kind"], ruleset["phase"]), ("zone", phase))
            for rule in ruleset["rules"]:
                self.assertLessEqual({"expression", "action", "description"}, set(rule))
                self.assertEqual(rule["expression"].count("("), rule["expression"].count(")"))
                self.assertEqual(rule["expression"].count('"') % 2, 0)

    def test_limits_are_the_programs(self):
        rates = program_rates()
        rules = json.loads(read("waf", "cloudflare", "http_ratelimit.json"))["rules"]
        for rule, name in zip(rules, ("DHII_RATE_AUTH", "DHII_RATE_API")):
            limit = rule["ratelimit"]
            self.assertIn("cf.colo.id", limit["characteristics"])
            self.assertIn("ip.src", limit["characteristics"])
            self.assertIn(limit["period"], self.PERIODS)
            rate, burst = rates[name]
            self.assertEqual(limit["requests_per_period"], rate * limit["period"] + burst)
            self.assertIn(rule["action"], ("block", "challenge", "js_challenge", "managed_challenge", "log"))
            self.assertEqual(rule["action_parameters"]["response"]["status_code"], 429)
            json.loads(rule["action_parameters"]["response"]["content"])


class Aws(unittest.TestCase):
    def setUp(self):
        self.acl = json.loads(read("waf", "aws", "web-acl.json"))

    def test_has_the_fields_of_create_web_acl(self):
        self.assertLessEqual({"Name", "Scope", "DefaultAction", "VisibilityConfig", "Rules"}, set(self.acl))
        self.assertIn(self.acl["Scope"], ("REGIONAL", "CLOUDFRONT"))
        self.assertRegex(self.acl["Description"], r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$")
        self.assertEqual([rule["Priority"] for rule in self.acl["Rules"]], list(range(len(self.acl["Rules"]))))
        for rule in self.acl["Rules"]:
            self.assertEqual(len(rule["Statement"]), 1)
            self.assertEqual({"SampledRequestsEnabled", "CloudWatchMetricsEnabled", "MetricName"}, set(rule["VisibilityConfig"]))
            group = "ManagedRuleGroupStatement" in rule["Statement"]
            self.assertEqual("OverrideAction" in rule, group, rule["Name"])
            self.assertEqual("Action" in rule, not group, rule["Name"])

    def test_limits_are_the_programs(self):
        rates = program_rates()
        for rule, name in ((self.acl["Rules"][0], "DHII_RATE_AUTH"), (self.acl["Rules"][1], "DHII_RATE_API")):
            statement = rule["Statement"]["RateBasedStatement"]
            self.assertIn(statement["EvaluationWindowSec"], (60, 120, 300, 600))
            rate, burst = rates[name]
            self.assertEqual(statement["Limit"], rate * statement["EvaluationWindowSec"] + burst)
            paths = [base64.b64decode(s["ByteMatchStatement"]["SearchString"]).decode() for s in statement["ScopeDownStatement"]["OrStatement"]["Statements"]]
            self.assertTrue(all(path.startswith("/") for path in paths), paths)


class Scanners(unittest.TestCase):
    JOBS = {"replacer", "passiveScan-config", "openapi", "spider", "passiveScan-wait", "activeScan", "report", "exitStatus"}

    def test_zap_plan_reads_our_contract(self):
        plan = yaml.safe_load(read("zap", "dhii-mail.yaml"))
        self.assertEqual(plan["env"]["contexts"][0]["name"], "dhii-mail")
        kinds = [job["type"] for job in plan["jobs"]]
        self.assertLessEqual(set(kinds), self.JOBS)
        self.assertLess(kinds.index("openapi"), kinds.index("activeScan"))
        contract = next(job for job in plan["jobs"] if job["type"] == "openapi")
        path = contract["parameters"]["apiUrl"].removeprefix("${url}")
        with open(os.path.join(ROOT, "api", "openapi.yaml"), encoding="utf-8") as file:
            self.assertIn(path, yaml.safe_load(file)["paths"])

    def test_nessus_audit_is_balanced_and_every_item_is_whole(self):
        text = read("nessus", "dhii-mail.audit")
        self.assertEqual(text.count('<check_type:"Unix">'), text.count("</check_type>"))
        items = re.findall(r"<custom_item>(.*?)</custom_item>", text, re.S)
        self.assertEqual(len(items), text.count("<custom_item>"))
        needed = {"FILE_CHECK": {"file"}, "FILE_CONTENT_CHECK": {"file", "regex", "expect"}, "CMD_EXEC": {"cmd", "expect"}}
        for item in items:
            fields = dict(re.findall(r"^\s*(\w+)\s*:\s*(.*)$", item, re.M))
            self.assertIn("description", fields)
            self.assertLessEqual(needed[fields["type"]], set(fields), fields["description"])

    def test_nessus_audit_names_what_the_systemd_unit_has(self):
        unit = read("systemd", "dhii-mail.service")
        for expected in re.findall(r'expect\s+: "\^(\w+=[\w=]+)\$"', read("nessus", "dhii-mail.audit")):
            self.assertIn(expected + "\n", unit)


class Certificates(unittest.TestCase):
    HOOK = os.path.join(DEPLOY, "acme", "dhii-mail-deploy-hook")

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dhii-acme-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        for name in ("a", "b"):
            os.mkdir(f"{self.folder}/{name}")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=x",
                            "-keyout", f"{self.folder}/{name}/privkey.pem", "-out", f"{self.folder}/{name}/fullchain.pem"], check=True, capture_output=True)

    def hook(self, **more):
        return subprocess.run([self.HOOK], capture_output=True, text=True, env={"PATH": os.environ["PATH"], "DHII_TLS_DIR": self.folder + "/out", **more})

    def test_the_hook_puts_both_files_with_private_rights(self):
        for extra in ({"RENEWED_LINEAGE": self.folder + "/a"}, {"LEGO_CERT_PATH": self.folder + "/b/fullchain.pem", "LEGO_CERT_KEY_PATH": self.folder + "/b/privkey.pem"}):
            done = self.hook(**extra)
            self.assertEqual(done.returncode, 0, done.stderr)
            for name in ("fullchain.pem", "privkey.pem"):
                self.assertEqual(os.stat(f"{self.folder}/out/{name}").st_mode & 0o777, 0o600)

    def test_a_key_of_another_certificate_changes_nothing(self):
        self.hook(RENEWED_LINEAGE=self.folder + "/a")
        with open(self.folder + "/out/privkey.pem", "rb") as file:
            before = file.read()
        shutil.copy(self.folder + "/b/privkey.pem", self.folder + "/a/privkey.pem")
        done = self.hook(RENEWED_LINEAGE=self.folder + "/a")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing was changed", done.stderr)
        with open(self.folder + "/out/privkey.pem", "rb") as file:
            self.assertEqual(file.read(), before)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_systemd_accepts_timer_and_service(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("service", "timer"):
                with open(f"{folder}/dhii-mail-acme.{name}", "w", encoding="utf-8") as file:
                    file.write(read("acme", "dhii-mail-acme." + name).replace("/usr/bin/certbot", "/bin/true"))
            checked = subprocess.run(["systemd-analyze", "verify", "--man=no", folder + "/dhii-mail-acme.timer"], capture_output=True, text=True)
            self.assertEqual([line for line in checked.stderr.splitlines() if "dhii-mail-acme" in line], [])


class Pipelines(unittest.TestCase):
    def test_both_parse_and_run_what_there_is(self):
        github = yaml.safe_load(read("ci", "github", "dhii-mail-security.yml"))
        steps = github["jobs"]["security"]["steps"]
        self.assertTrue(all("run" in step or "uses" in step for step in steps))
        gitlab = yaml.safe_load(read("ci", "gitlab", "dhii-mail-security.gitlab-ci.yml"))
        text = json.dumps(github, default=str) + json.dumps(gitlab)
        for words in ("check pre", "check post", "audit"):
            self.assertIn("dhii-mail " + words, text)
        self.assertEqual(gitlab["check-post"]["stage"], gitlab["stages"][0])


@unittest.skipUnless(NGINX and shutil.which("openssl"), "nginx is not installed")
class Gateway(unittest.TestCase):
    def test_nginx_accepts_the_gateway_and_it_has_the_guides_limits(self):
        text = read("nginx", "api-gateway.conf")
        rate, burst = program_rates()["DHII_RATE_API"]
        self.assertEqual(set(re.findall(r"rate=(\d+)r/s", text)), {str(rate)})
        self.assertEqual(set(re.findall(r"burst=(\d+)", text)), {str(burst)})
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=x",
                            "-keyout", folder + "/k.pem", "-out", folder + "/c.pem"], check=True, capture_output=True)
            text = text.replace("/etc/ssl/dhii-mail/fullchain.pem", folder + "/c.pem").replace("/etc/ssl/dhii-mail/privkey.pem", folder + "/k.pem")
            text = text.replace("listen 8443", f"listen 127.0.0.1:{free_port()}")
            with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
                file.write(f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{text}\n}}\n")
            tested = subprocess.run([NGINX, "-p", folder, "-e", folder + "/error.log", "-c", folder + "/nginx.conf", "-t"], capture_output=True, text=True)
            self.assertEqual(tested.returncode, 0, tested.stderr)
            self.assertNotIn("[warn]", tested.stderr)


if __name__ == "__main__":
    unittest.main()
