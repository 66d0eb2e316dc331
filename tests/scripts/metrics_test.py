"""/metrics on its own port: who may read it, what stands there, and that labels stay bounded."""
import os
import re
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from dhii import PASSWORD, Server, eventually, needs_binary

TOKEN = "a token for the metrics port"


def get(url, token=None):
    request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def metrics_url(server):
    found = []
    eventually(lambda: found.extend(re.findall(r"metrics on ([0-9.:]+), path", "".join(server.log))) or found)
    return f"http://{found[0]}/metrics"


def certificate(folder, days=90):
    paths = [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]],
                   check=True, capture_output=True)
    return paths


@needs_binary
class Metrics(unittest.TestCase):
    def start(self, **more):
        folder = tempfile.TemporaryDirectory(prefix="dhii-metrics-")
        self.addCleanup(folder.cleanup)
        server = Server(folder.name, DHII_METRICS_LISTEN="127.0.0.1:0", **more)
        self.addCleanup(server.end)
        return server, metrics_url(server)

    def test_a_request_is_counted_under_its_route_and_never_under_its_path(self):
        server, url = self.start()
        server.set_up()
        server.sign_in()
        for n in range(3):
            get(f"{server.url}/secret-looking-{n}")
        server.call("/api/v1/auth/login", {"login": "ada", "password": "wrong " + PASSWORD}, status=401)
        # Events are counted behind the journal, a moment later.
        self.assertTrue(eventually(lambda: 'dhii_sign_ins_total{outcome="failure"} 1' in get(url)[2]))
        status, headers, text = get(url)
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertIn('dhii_http_requests_total{method="POST",route="/api/v1/auth/login",status="401"} 1', text)
        self.assertIn('dhii_http_requests_total{method="any",route="none",status="404"} 3', text)
        self.assertIn('dhii_http_request_duration_seconds_bucket{method="POST",route="/api/v1/auth/login",le="+Inf"} 2', text)
        self.assertIn('dhii_sign_ins_total{outcome="failure"} 1', text)
        self.assertIn('dhii_events_total{event="auth.sign_in_failed",family="auth",severity="warning"} 1', text)
        self.assertNotIn("secret-looking", text)
        self.assertNotIn("ada", re.sub(r"^#.*$", "", text, flags=re.M))

    def test_transactions_of_each_database_are_timed(self):
        server, url = self.start()
        server.set_up()
        server.call("/api/v1/accounts/sample", {})
        server.call("/api/v1/security/events")

        def count(database, kind):
            found = re.search(r'dhii_database_transaction_duration_seconds_count\{database="%s",kind="%s"\} (\d+)' % (database, kind), get(url)[2])
            return int(found.group(1)) if found else 0
        for database in ("mail", "control", "events"):
            for kind in ("read", "write"):
                self.assertTrue(eventually(lambda d=database, k=kind: count(d, k) > 0), (database, kind))
        before = count("control", "write")
        server.sign_in()
        self.assertGreater(count("control", "write"), before)

    def test_nothing_but_metrics_is_served_there_and_metrics_nowhere_else(self):
        server, url = self.start()
        self.assertEqual(get(url.replace("/metrics", "/api/v1/accounts"))[0], 404)
        self.assertEqual(get(url.replace("/metrics", "/"))[0], 404)
        self.assertEqual(get(server.url + "/metrics")[0], 404)

    def test_with_a_token_only_its_holder_may_read(self):
        _, url = self.start(DHII_METRICS_TOKEN=TOKEN)
        self.assertEqual(get(url)[0], 401)
        self.assertEqual(get(url, "wrong")[0], 401)
        status, _, text = get(url, TOKEN)
        self.assertEqual(status, 200)
        self.assertNotIn(TOKEN, text)

    def test_the_servers_certificate_shows_when_it_expires(self):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = certificate(folder, days=90)
            _, url = self.start(DHII_TLS_CERT=cert, DHII_TLS_KEY=key)
            shown = []
            eventually(lambda: shown.extend(re.findall(r'dhii_certificate_expiry_timestamp_seconds\{certificate="server"\} (\S+)', get(url)[2])) or shown)
            end = subprocess.run(["openssl", "x509", "-in", cert, "-noout", "-enddate", "-dateopt", "iso_8601"], capture_output=True, text=True, check=True)
            import datetime
            expected = datetime.datetime.fromisoformat(end.stdout.strip().split("=")[1].replace("Z", "+00:00")).timestamp()
            self.assertEqual(float(shown[0]), expected)

    def test_the_port_can_be_switched_off(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(folder, DHII_METRICS_LISTEN="off")
            self.addCleanup(server.end)
            self.assertNotIn("metrics on", "".join(server.log))

    def test_promtool_finds_nothing_to_mend(self):
        if not os.path.exists("/usr/bin/promtool"):
            self.skipTest("promtool is not installed (scripts/setup --tests)")
        _, url = self.start()
        done = subprocess.run(["promtool", "check", "metrics"], input=get(url)[2], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
