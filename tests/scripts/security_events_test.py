"""Security events, alerts and blocks of the running server: from a guessed password to the alert, the block, the journal and its proof."""
import json
import os
import shutil
import socketserver
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from dhii import BINARY, CommandLine, Server, environment, eventually, needs_binary

STRANGER = "203.0.113.9"


class Manager(BaseHTTPRequestHandler):
    """Alertmanager's side of POST /api/v2/alerts."""
    got = []

    def do_POST(self):
        Manager.got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Syslog(socketserver.BaseRequestHandler):
    got = []

    def handle(self):
        while data := self.request.recv(4096):
            Syslog.got.append(data.decode())


def served(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@needs_binary
class SecurityEvents(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="dhii-events-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        Manager.got, Syslog.got = [], []

    def server(self, **more):
        server = Server(self.data, DHII_TRUSTED_PROXIES="127.0.0.1", **more)
        self.addCleanup(server.end)
        server.set_up()
        return server

    def request(self, server, path, body=None, address=STRANGER):
        request = urllib.request.Request(server.url + path, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", "X-Forwarded-For": address})
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def guess(self, server, times, address=STRANGER):
        return [self.request(server, "/api/v1/auth/login", {"login": f"user{n}", "password": "a wrong password"}, address)[0] for n in range(times)]

    def events(self, server, query=""):
        return server.call("/api/v1/security/events" + query)["events"]

    def test_a_guessed_password_becomes_an_alert_a_block_and_an_event(self):
        manager = served(HTTPServer(("127.0.0.1", 0), Manager))
        self.addCleanup(manager.server_close)
        self.addCleanup(manager.shutdown)
        server = self.server(DHII_ALERT_ALERTMANAGER_URL=f"http://127.0.0.1:{manager.server_port}")
        self.assertIn(self.guess(server, 1)[0], (401, 429))
        self.guess(server, 12)
        self.assertTrue(eventually(lambda: self.request(server, "/api/v1/setup")[0] == 403, limit=20))
        status, body = self.request(server, "/api/v1/setup")
        self.assertEqual((status, json.loads(body)["code"]), (403, "http.address_blocked"))
        self.assertEqual(self.request(server, "/api/v1/setup", address="203.0.113.10")[0], 200, "nobody else is blocked")
        alerts = server.call("/api/v1/security/alerts?state=firing")["alerts"]
        self.assertIn("failed_logins_per_address", [alert["rule"] for alert in alerts])
        blocks = server.call("/api/v1/security/blocks")["blocks"]
        self.assertEqual([block["address"] for block in blocks], [STRANGER])
        self.assertTrue(self.events(server, "?kind=security.address_blocked"))
        self.assertTrue(eventually(lambda: Manager.got, limit=40), "Alertmanager was told")
        self.assertEqual(Manager.got[0][0], "/api/v2/alerts")
        self.assertEqual(Manager.got[0][1][0]["labels"]["service"], "dhii-mail")
        server.call(f"/api/v1/security/blocks/{blocks[0]['id']}", method="DELETE")
        self.assertEqual(self.request(server, "/api/v1/setup")[0], 200)

    def test_loopback_itself_is_never_blocked(self):
        server = self.server()
        self.guess(server, 15, address="127.0.0.1")
        self.assertTrue(eventually(lambda: server.call("/api/v1/security/alerts")["alerts"], limit=20))
        self.assertEqual(server.call("/api/v1/security/blocks")["blocks"], [])
        self.assertEqual(self.request(server, "/api/v1/setup", address="127.0.0.1")[0], 200)

    def test_refused_requests_are_events_with_their_reason(self):
        server = self.server()
        self.request(server, "/%2e%2e/%2e%2e/etc/passwd")
        self.request(server, "/api/v1/auth/login?x=%zz", {"login": "x"})
        self.assertTrue(eventually(lambda: self.events(server, "?kind=file.path_traversal"), limit=20))
        event = self.events(server, "?kind=file.path_traversal")[0]
        self.assertEqual(event["address"], STRANGER)
        self.assertIn("etc/passwd", event["sentence"])
        self.assertTrue(eventually(lambda: self.events(server, "?kind=api.bad_request"), limit=20))

    def test_asking_for_somebody_elses_mail_is_an_event(self):
        server = self.server()
        server.call("/api/v1/accounts/sample", {})
        ada = server.token
        invitation = server.call("/api/v1/users/invitations", {})["invitation"]
        server.token = None
        server.token = server.call("/api/v1/auth/register", {"invitation": invitation, "login": "bob", "password": "another long sentence"})["access_token"]
        self.assertEqual(server.jmap(("Mailbox/get", {"accountId": "a1"}))[0]["type"], "accountNotFound")
        server.call("/api/v1/accounts/a1", status=404)
        server.call("/api/v1/accounts/a999", status=404)
        server.call("/api/v1/security/events", status=403)
        server.token = ada
        self.assertTrue(eventually(lambda: self.events(server, "?kind=api.foreign_object"), limit=20))
        self.assertEqual({event["object"] for event in self.events(server, "?kind=api.foreign_object")}, {"account a1"})
        self.assertTrue(eventually(lambda: self.events(server, "?kind=api.not_permitted"), limit=20))

    def test_whatever_is_somebody_elses_is_an_event_when_it_is_asked_for(self):
        server = self.server()
        server.call("/api/v1/accounts/sample", {})
        ada = server.token
        template = server.call("/api/v1/templates", {"name": "n", "subject": "s", "text": "t"})["id"]
        mailbox = server.call("/api/v1/mailboxes")["mailboxes"][-1]["id"]
        self.assertTrue(eventually(lambda: server.call("/api/v1/messages")["messages"], 30))
        message = server.call("/api/v1/messages")["messages"][0]["id"]
        thread = server.call(f"/api/v1/messages/{message}")["thread"]
        webhook = server.call("/api/v1/webhooks", {"url": "https://localhost:1/hook", "events": ["message.received"]})["id"]
        key = server.call("/api/v1/api-keys", {"name": "k", "scopes": ["mail:read"]})
        key = key.get("api_key", key)["id"]
        invitation = server.call("/api/v1/users/invitations", {})["invitation"]
        server.token = None
        server.token = server.call("/api/v1/auth/register", {"invitation": invitation, "login": "bob", "password": "another long sentence"})["access_token"]
        own = server.call("/api/v1/accounts/sample", {})
        own = own.get("account", own)["id"]
        mine = server.call("/api/v1/templates", {"name": "mine", "subject": "s", "text": "t"})["id"]
        server.call(f"/api/v1/templates/{mine}", method="DELETE")
        server.call(f"/api/v1/templates/{mine}", status=404)  # a deleted thing of one's own is no event
        asked = ["webhooks/" + webhook, "api-keys/" + key, "mailboxes/m999", "messages/e999999", "threads/t999999", "identities/i999", "outbox/s999", "templates/p999"]
        for path in asked:
            server.call("/api/v1/" + path, status=404)
        self.assertEqual(server.jmap(("Email/get", {"accountId": own, "ids": ["e888888"]}))[0]["notFound"], ["e888888"])
        server.token = ada
        wanted = {"webhook " + webhook, "key " + key, "mailbox m999", "message e999999", "thread t999999", "identity i999", "outbox item s999", "template p999", "message e888888"}

        def seen():
            return {event["object"] for event in self.events(server, "?kind=api.foreign_object")}
        self.assertTrue(eventually(lambda: seen() == wanted, 30), (wanted - seen(), seen() - wanted))
        self.assertTrue(eventually(lambda: "foreign_objects" in [a["rule"] for a in server.call("/api/v1/security/alerts")["alerts"]], 30))
        self.assertTrue(template and mailbox and thread)

    def test_the_journal_survives_kill_and_proves_itself(self):
        server = self.server()
        self.guess(server, 3)
        self.assertTrue(eventually(lambda: self.events(server, "?kind=auth.sign_in_failed"), limit=20))
        server.kill()
        server.start()
        server.stop()
        cli = CommandLine(self.data)
        report = cli.json("events", "verify")
        self.assertTrue(report["whole"])
        self.assertGreaterEqual(report["heads"], 1)
        names = [event["kind"] for event in cli.json("events", "list")["events"]]
        self.assertIn("auth.sign_in_failed", names)
        self.assertIn("system.stopped", names)
        text = cli("events", "list", "--kind", "auth", "--since", "1h").stdout
        self.assertIn("A sign-in as user0", text)
        cli("events", "list", "--kind", "no.such", status=1)
        exported = cli("events", "export").stdout.splitlines()
        self.assertEqual(len(exported), report["records"])
        # Somebody cuts the end off by putting an older copy in place.
        files = [name for name in os.listdir(self.data) if name.startswith("security_events.db")]
        old = tempfile.mkdtemp(prefix="dhii-old-")
        self.addCleanup(shutil.rmtree, old, ignore_errors=True)
        for name in files:
            shutil.copy(os.path.join(self.data, name), old)
        server.start()
        server.sign_in()
        server.stop()
        self.assertTrue(cli.json("events", "verify")["whole"])
        for name in [name for name in os.listdir(self.data) if name.startswith("security_events.db")]:
            os.remove(os.path.join(self.data, name))
        for name in files:
            shutil.copy(os.path.join(old, name), self.data)
        failed = cli("events", "verify", status=1)
        self.assertIn("was cut off", failed.stderr)

    def test_every_channel_can_be_tested(self):
        syslog = served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Syslog))
        manager = served(HTTPServer(("127.0.0.1", 0), Manager))
        for one in (syslog, manager):
            self.addCleanup(one.server_close)
            self.addCleanup(one.shutdown)

        def run(*arguments, **settings):
            return subprocess.run([BINARY, "alert", *arguments], capture_output=True, text=True, timeout=60, env=environment(self.data, **settings))

        none = run("test")
        self.assertEqual(none.returncode, 1)
        self.assertIn("DHII_ALERT_MAIL_TO", none.stderr)
        settings = {"DHII_ALERT_SYSLOG": f"tcp://127.0.0.1:{syslog.server_address[1]}",
                    "DHII_ALERT_ALERTMANAGER_URL": f"http://127.0.0.1:{manager.server_port}"}
        done = run("test", **settings)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(eventually(lambda: Syslog.got))
        self.assertRegex(Syslog.got[0], r"^\d+ <86>1 \S+ \S+ dhii-mail - alert \[dhii@32473 test=\"true\"\]")
        self.assertEqual(Manager.got[0][1][0]["labels"]["alertname"], "dhii_test")
        dead = run("test", "alertmanager", DHII_ALERT_ALERTMANAGER_URL="http://127.0.0.1:1")
        self.assertEqual(dead.returncode, 1)
        self.assertIn("alertmanager", dead.stdout)
        self.assertEqual(run("list").stdout.strip(), "No alerts.")


if __name__ == "__main__":
    unittest.main()
