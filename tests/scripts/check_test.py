"""The checklists as commands, against real servers: what is right passes, what is broken fails with the right words."""
import http.server
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest
import xml.dom.minidom

from dhii import BINARY, CommandLine, PASSWORD, Server, environment, eventually, needs_binary
from receivers import RSYSLOG, Rsyslog, Splunk, free_port

TESTSSL = shutil.which("testssl") or shutil.which("testssl.sh")


def certificate(folder):
    def run(*words):
        subprocess.run(words, check=True, capture_output=True)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90", "-subj", "/CN=dhii test authority",
        "-keyout", folder + "/ca.key", "-out", folder + "/ca.pem")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-keyout", folder + "/key.pem", "-out", folder + "/csr.pem")
    with open(folder + "/ext", "w", encoding="utf-8") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    run("openssl", "x509", "-req", "-in", folder + "/csr.pem", "-CA", folder + "/ca.pem", "-CAkey", folder + "/ca.key", "-CAcreateserial", "-days", "60",
        "-extfile", folder + "/ext", "-out", folder + "/cert.pem")


class Checked(unittest.TestCase):
    @classmethod
    def make(cls):
        cls.folder = tempfile.mkdtemp(prefix="dhii-check-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.data = cls.folder + "/data"

    def check(self, *words, status=None, **more):
        done = subprocess.run([BINARY, "check", *words], capture_output=True, text=True, timeout=400, env=environment(self.data, **more))
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def report(self, *words, **more):
        done = self.check(*words, "--format", "json", **more)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["ok"], done.returncode == 0)
        return {check["id"]: check for check in report["checks"]}

    def passes(self, checks, *ids):
        for name in ids:
            self.assertEqual(checks[name]["status"], "pass", checks[name])

    def fails(self, checks, name, words):
        self.assertEqual(checks[name]["status"], "fail", checks[name])
        self.assertIn(words, checks[name]["evidence"])
        self.assertTrue(checks[name]["mend"])


@needs_binary
class Pre(Checked):
    @classmethod
    def setUpClass(cls):
        cls.make()
        certificate(cls.folder)
        CommandLine(cls.data)("user", "add", "ada", "--admin", given=PASSWORD + "\n")

    def test_a_good_certificate_passes_and_each_fault_has_its_words(self):
        good = {"DHII_TLS_CERT": self.folder + "/cert.pem", "DHII_TLS_KEY": self.folder + "/key.pem", "DHII_EXTRA_CA_FILE": self.folder + "/ca.pem",
                "DHII_PUBLIC_URL": "https://localhost"}
        checks = self.report("pre", **good)
        self.passes(checks, *("pre.certificates." + name for name in ("present", "key", "chain", "host", "expiry", "strength", "key_rights")))
        self.fails(self.report("pre", **{**good, "DHII_TLS_KEY": self.folder + "/ca.key"}), "pre.certificates.key", "is not the key of")
        self.fails(self.report("pre", **{**good, "DHII_EXTRA_CA_FILE": ""}), "pre.certificates.chain", "")
        self.fails(self.report("pre", **{**good, "DHII_PUBLIC_URL": "https://mail.example.org"}), "pre.certificates.host", "mail.example.org")
        os.chmod(self.folder + "/key.pem", 0o644)
        self.fails(self.report("pre", **good), "pre.certificates.key_rights", "0644")
        os.chmod(self.folder + "/key.pem", 0o600)

    def test_the_result_is_kept_and_told_and_formats_are_well_formed(self):
        done = self.check("pre", "--format", "junit", status=1)
        suites = xml.dom.minidom.parseString(done.stdout).documentElement
        self.assertEqual(suites.tagName, "testsuites")
        sarif = json.loads(self.check("pre", "--format", "sarif", status=1).stdout)
        self.assertEqual(sarif["version"], "2.1.0")
        self.assertIn("| fail |", self.check("pre", "--format", "markdown", status=1).stdout)
        self.assertIn("->", self.check("pre", status=1).stdout)
        self.check("pre", "--format", "html", status=2)
        events = CommandLine(self.data)("events", "list").stdout
        self.assertIn("security.check_finished", events)

    def test_settings_that_cannot_be_loaded_are_reported_not_fatal(self):
        checks = self.report("pre", DHII_ENV="production", DHII_LISTEN="nowhere", DHII_RATE_API="10/20", DHII_RATE_AUTH="5/10", DHII_EGRESS="public")
        self.fails(checks, "pre.variables.understood", "DHII_LISTEN")


@needs_binary
class Post(Checked):
    @classmethod
    def setUpClass(cls):
        cls.make()
        certificate(cls.folder)
        CommandLine(cls.data)("user", "add", "ada", "--admin", given=PASSWORD + "\n")
        cls.tls = {"DHII_TLS_CERT": cls.folder + "/cert.pem", "DHII_TLS_KEY": cls.folder + "/key.pem", "DHII_RATE_API": "10/20", "DHII_RATE_AUTH": "5/10"}
        cls.server = Server(cls.data, **cls.tls)
        cls.addClassCleanup(cls.server.end)
        cls.url = cls.server.url

    def test_a_good_server_passes_everything_from_the_machine_itself(self):
        CommandLine(self.data)("task", "run", "daily.health")
        checks = self.report("post", "--url", self.url, "--ca", self.folder + "/ca.pem")
        for check in checks.values():
            if check["id"].startswith("post.scans"):  # the audit was not run here
                continue
            if check["id"] == "post.alert.any":
                self.assertEqual(check["status"], "warn", "no channel is set up here")
                continue
            self.assertEqual(check["status"], "pass", check)
        for name in ("post.headers.routes", "post.rates.api_bites", "post.rates.auth_bites", "post.rates.api_releases", "post.sign_in.expired", "post.sign_in.revoked",
                     "post.sign_in.reuse", "post.tls.tls10", "post.tls.tls13", "post.log.journal"):
            self.assertIn(name, checks)
        self.assertIn("expired a minute ago", checks["post.sign_in.expired"]["evidence"])
        users = CommandLine(self.data).json("user", "list")["users"]
        self.assertEqual([u["login"] for u in users if not u["disabled"]], ["ada"], "the user of the moment is gone")

    def test_an_unknown_authority_is_said(self):
        checks = self.report("post", "--url", self.url)
        self.assertEqual(checks["post.tls.chain"]["status"], "fail", checks["post.tls.chain"])

    def test_wrong_use_ends_with_2(self):
        self.check("post", status=2)
        self.check("post", "--url", "ftp://x", status=2)
        self.check("post", "--url", self.url, "--user", "ada", "--password-file", self.folder + "/none", status=2)

    @unittest.skipUnless(TESTSSL, "testssl.sh is not installed (scripts/setup --tests)")
    def test_testssl_agrees(self):
        out = self.folder + "/testssl.json"
        subprocess.run([TESTSSL, "--quiet", "--color", "0", "--warnings", "off", "--add-ca", self.folder + "/ca.pem", "-p", "-s", "-h", "--jsonfile", out,
                        self.url.replace("https://", "").replace("127.0.0.1", "localhost")], capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
        with open(out, encoding="utf-8") as file:
            found = {entry["id"]: entry["finding"] for entry in json.load(file)}
        for name in ("SSLv2", "SSLv3", "TLS1", "TLS1_1"):
            self.assertIn("not offered", found[name], name)
        for name in ("TLS1_2", "TLS1_3"):
            self.assertIn("offered", found[name], name)
            self.assertNotIn("not offered", found[name], name)
        for name in ("cipherlist_NULL", "cipherlist_aNULL", "cipherlist_EXPORT", "cipherlist_LOW", "cipherlist_3DES_IDEA"):
            self.assertIn("not offered", found[name], name)


class Manager(http.server.BaseHTTPRequestHandler):
    """Alertmanager's side of POST /api/v2/alerts."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@needs_binary
@unittest.skipUnless(os.path.exists(RSYSLOG), "rsyslog is not installed (scripts/setup --tests)")
class Canary(Checked):
    """The canary event of `check post`: each log and each channel that is set up is a check of its own, broken first, then mended."""
    TOKEN = "0d6f1a2b-token-of-the-collector"

    def setUp(self):
        self.make()
        CommandLine(self.data)("user", "add", "ada", "--admin", given=PASSWORD + "\n")
        self.splunk = Splunk(self.TOKEN)
        self.addCleanup(self.splunk.end)
        self.manager = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Manager)
        threading.Thread(target=self.manager.serve_forever, daemon=True).start()
        self.addCleanup(self.manager.server_close)
        self.addCleanup(self.manager.shutdown)
        self.log, self.port, self.alert_port = self.folder + "/dhii.log", free_port(), free_port()
        self.settings = {"DHII_LOG_OUTPUT": "stdout,file,syslog", "DHII_LOG_FILE": self.log, "DHII_SYSLOG_URL": f"tcp://127.0.0.1:{self.port}",
                         "DHII_SPLUNK_HEC_URL": self.splunk.url, "DHII_SPLUNK_HEC_TOKEN": self.TOKEN, "DHII_EXTRA_CA_FILE": self.splunk.cert,
                         "DHII_ALERT_ALERTMANAGER_URL": f"http://127.0.0.1:{self.manager.server_port}",
                         "DHII_ALERT_SYSLOG": f"tcp://127.0.0.1:{self.alert_port}", "DHII_RATE_API": "10/20", "DHII_RATE_AUTH": "5/10"}
        self.server = Server(self.data, **self.settings)
        self.addCleanup(self.server.end)

    def targets(self):
        checks = self.report("post", "--url", self.server.url, **self.settings)
        return {name.removeprefix("post."): check for name, check in checks.items() if name.startswith(("post.log.", "post.alert."))}

    def test_what_is_broken_fails_with_its_reason_and_passes_once_mended(self):
        self.splunk.status = self.manager.status = 503
        os.remove(self.log)
        found = self.targets()
        self.assertEqual(sorted(found), ["alert.alertmanager", "alert.syslog", "log.file", "log.journal", "log.splunk", "log.stdout", "log.syslog"])
        self.passes(found, "log.journal", "log.stdout")
        self.fails(found, "log.file", "does not stand in " + self.log)
        self.fails(found, "log.splunk", "answered 503")
        self.fails(found, "log.syslog", "bytes wait on disk")
        self.fails(found, "alert.alertmanager", "HTTP status 503")
        self.fails(found, "alert.syslog", f"127.0.0.1:{self.alert_port}")
        self.assertIn("dhii-mail alert test syslog", found["alert.syslog"]["mend"])
        self.assertIn("DHII_SYSLOG_URL", found["log.syslog"]["mend"])

        self.splunk.status = self.manager.status = 200
        receivers = [Rsyslog("tcp", port) for port in (self.port, self.alert_port)]
        for receiver in receivers:
            self.addCleanup(receiver.end)
            receiver.start()
        self.server.stop(20)
        self.server.start()
        found = self.targets()
        self.passes(found, "log.journal", "log.stdout", "log.file", "log.splunk", "log.syslog", "alert.alertmanager", "alert.syslog")
        self.assertIn("read back there", found["log.file"]["evidence"])
        # The receivers themselves agree.
        with open(self.log, encoding="utf-8") as file:
            code = [line for line in file if "security.canary" in line][-1]
        self.assertTrue(eventually(lambda: any(row["msgid"] == "security.canary" for row in receivers[0].received()), 20), code)
        self.assertTrue(eventually(lambda: any("This is a test" in row["msg"] for row in receivers[1].received()), 20))
        self.assertIn("security.canary", [event["event"]["event.code"] for event in self.splunk.events])


class Careless(http.server.BaseHTTPRequestHandler):
    """A server that does everything wrong: no headers, no limits, lets everybody in."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b'{"access_token":"a.b.c.d.e","refresh_token":"same"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_DELETE = do_PATCH = do_PUT = do_OPTIONS = answer

    def log_message(self, *arguments):
        pass


@needs_binary
class CarelessServer(Checked):
    def test_every_fault_is_found(self):
        self.make()
        certificate(self.folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Careless)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder + "/cert.pem", self.folder + "/key.pem")
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ALL:@SECLEVEL=0")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        with open(self.folder + "/password", "w", encoding="utf-8") as file:
            file.write("some password\n")
        checks = self.report("post", "--url", f"https://localhost:{server.server_port}", "--ca", self.folder + "/ca.pem", "--user", "ada",
                             "--password-file", self.folder + "/password")
        self.fails(checks, "post.headers.routes", "x-frame-options")
        self.fails(checks, "post.headers.errors", "server tells strangers about us")
        self.fails(checks, "post.headers.cors", "evil.example")
        self.fails(checks, "post.rates.api_bites", "none was refused")
        self.fails(checks, "post.rates.auth_bites", "none was refused")
        self.fails(checks, "post.sign_in.no_token", "200 instead of 401")
        self.fails(checks, "post.sign_in.wrong_password", "200")
        self.fails(checks, "post.sign_in.tampered", "200 instead of 401")
        self.fails(checks, "post.sign_in.refresh", "stays the same")
        self.fails(checks, "post.tls.tls13", "TLS 1.3 is refused")
        self.fails(checks, "post.tls.weak2", "is accepted")
        self.fails(checks, "post.tls.hsts", "Strict-Transport-Security")
        self.assertEqual(checks["post.scans.audit"]["status"], "skip")


if __name__ == "__main__":
    unittest.main()
