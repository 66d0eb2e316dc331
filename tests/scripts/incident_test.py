"""Recurring tasks and an incident from its opening to its lessons, by command."""
import hashlib
import os
import shutil
import tarfile
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from dhii import CommandLine, MailSystem, PASSWORD, Server, eventually, needs_binary


@needs_binary
class Operations(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dhii-incident-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.data = self.folder + "/data"
        self.cli = CommandLine(self.data)
        self.cli("user", "add", "ada", "--admin", given=PASSWORD + "\n")

    def test_tasks_are_listed_run_and_confirmed(self):
        tasks = {task["id"]: task for task in self.cli.json("task", "list")["tasks"]}
        self.assertEqual(len(tasks), 14)
        self.assertTrue(all(not task["overdue"] and task["done_at"] is None for task in tasks.values()))
        self.assertIn("ada", self.cli.json("task", "run", "monthly.users")["text"])
        self.assertIn("0 failed sign-ins", self.cli.json("task", "run", "daily.sign_ins")["text"])
        for name in tasks:
            self.assertTrue(self.cli.json("task", "run", name)["text"], name)
        self.cli("task", "done", "monthly.users", "--note", "Nobody left")
        tasks = {task["id"]: task for task in self.cli.json("task", "list")["tasks"]}
        self.assertEqual(tasks["monthly.users"]["note"], "Nobody left")
        self.assertEqual(tasks["daily.sign_ins"]["done_by"], "system")
        self.assertIn("security.task_done", self.cli("events", "list").stdout)
        self.assertIn("task list", self.cli("task", "run", "no.such", status=1).stderr)
        self.cli("task", "done", "monthly.users", status=2)

    def test_an_incident_from_its_opening_to_its_lessons(self):
        opened = self.cli("incident", "open", "Sign-ins at night").stdout
        self.assertIn("Incident 1", opened)
        self.assertIn("DHII_SECURITY_CONTACT", opened)
        server = Server(self.data)
        self.addCleanup(server.end)
        server.sign_in()
        contained = self.cli.json("incident", "contain", "1", "--user", "ada")
        self.assertEqual(contained["users"], 1)
        server.stop()
        server.start()  # the cache of sessions, which lives a minute, is gone
        server.call("/api/v1/auth/me", status=401)
        tar = self.folder + "/evidence.tar"
        self.cli("incident", "collect", "1", "--output", tar)
        self.assertEqual(os.stat(tar).st_mode & 0o77, 0)
        with tarfile.open(tar) as archive:
            files = {name: archive.extractfile(name).read() for name in archive.getnames()}
        sums = dict(reversed(line.split("  ", 1)) for line in files.pop("SHA256SUMS").decode().splitlines())
        self.assertEqual({name: hashlib.sha256(text).hexdigest() for name, text in files.items()}, sums)
        self.assertIn(b"auth.signed_in", files["events.jsonl"])
        with open(self.data + "/secrets.env", encoding="utf-8") as secrets:
            for line in secrets:
                if "=" in line and not line.startswith("#"):
                    for name, text in files.items():
                        self.assertNotIn(line.strip().split("=", 1)[1].encode(), text, name)
        self.cli("incident", "collect", "1", "--output", tar, status=1)
        self.cli("incident", "note", "1", "The password was used elsewhere")
        self.cli("incident", "close", "1", status=2)
        self.cli("incident", "close", "1", "--lessons", "Passkeys")
        incidents = self.cli.json("incident", "list")["incidents"]
        self.assertEqual((incidents[0]["phase"], incidents[0]["lessons"]), ("closed", "Passkeys"))

    def settles(self, path, status, body=None, server=None):
        """The running server looks every five seconds."""
        def look():
            try:
                server.call(path, body, status=status)
                return True
            except AssertionError:
                return False
        self.assertTrue(eventually(look, 30, 0.5), (path, status))

    def test_an_address_is_blocked_and_released(self):
        server = Server(self.data, DHII_TRUSTED_PROXIES="127.0.0.1")
        self.addCleanup(server.end)

        def from_outside(address="203.0.113.9"):
            request = urllib.request.Request(server.url + "/healthz", headers={"X-Forwarded-For": address})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code
        self.cli("incident", "open", "Guessing")
        self.assertEqual(from_outside(), 200)
        self.cli("incident", "contain", "1", "--address", "203.0.113.9")
        self.assertTrue(eventually(lambda: from_outside() == 403, 30, 0.5))
        self.assertEqual(from_outside("203.0.113.10"), 200)
        self.assertIn("can't be blocked", self.cli("incident", "contain", "1", "--address", "127.0.0.1", status=1).stderr)
        self.assertIn("no IP address", self.cli("incident", "contain", "1", "--address", "mars", status=1).stderr)
        self.cli("incident", "release", "1", "--address", "203.0.113.9")
        self.assertTrue(eventually(lambda: from_outside() == 200, 30, 0.5))
        self.cli("incident", "release", "1", "--address", "203.0.113.9", status=1)
        self.cli("incident", "contain", "1", status=2)
        events = self.cli("events", "list").stdout
        self.assertIn("security.contained", events)
        self.assertIn("security.containment_lifted", events)

    def test_sign_ups_are_closed_and_opened_again(self):
        server = Server(self.data)
        self.addCleanup(server.end)
        server.sign_in()
        invitation = server.call("/api/v1/users/invitations", {})["invitation"]
        self.cli("incident", "open", "Strange users")
        self.cli("incident", "contain", "1", "--sign-ups")
        self.settles("/api/v1/users/invitations", 403, {}, server)
        ada, server.token = server.token, None
        bob = {"invitation": invitation, "login": "bob", "password": "another long sentence"}
        self.assertEqual(server.call("/api/v1/auth/register", bob, status=403)["code"], "containment.sign_ups_closed")
        server.sign_in()
        self.assertIn("sign-ups closed since", "".join(self.cli.json("incident", "list")["in_force"]))
        self.cli("incident", "release", "1", "--sign-ups")
        self.settles("/api/v1/users/invitations", 200, {}, server)
        server.token = None
        server.call("/api/v1/auth/register", bob)
        self.assertEqual(self.cli.json("incident", "list")["in_force"], [])
        self.assertTrue(ada)

    def test_in_read_only_mode_mail_is_read_and_nothing_is_sent_or_changed(self):
        mail = MailSystem(smtp=True)
        self.addCleanup(mail.stop)
        server = Server(self.data, DHII_EXTRA_CA_FILE=mail.folder + "/ca.pem")
        self.addCleanup(server.end)
        server.sign_in()
        host = {"host": "localhost", "login": "alice@demo.test"}
        account = server.call("/api/v1/accounts", {"email": "alice@demo.test", "password": "demo",
                                                   "imap": {**host, "port": int(mail.env["MAIL_IMAPS_PORT"]), "security": "tls"},
                                                   "smtp": {**host, "port": int(mail.env["MAIL_SMTPS_PORT"]), "security": "tls"}})
        name = account.get("account", account)["id"]
        self.assertTrue(eventually(lambda: server.call("/api/v1/identities")["identities"], 60))
        mail.fill("alice", 1)
        self.assertTrue(eventually(lambda: server.jmap(("Email/query", {"accountId": name}))[0].get("ids"), 60), "the mail came in")
        email = server.jmap(("Email/query", {"accountId": name}))[0]["ids"][0]
        message = {"account": name, "to": [{"email": "bob@demo.test"}], "subject": "Waits", "text": "Hello."}

        def of_bob():
            return mail.run("doveadm", "fetch", "-u", "bob@demo.test", "hdr.subject", "mailbox", "INBOX", "all")
        due = time.time() + 40
        server.call("/api/v1/messages/send", {**message, "send_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(due))})
        self.cli("incident", "open", "Mail goes out that nobody wrote")
        self.cli("incident", "contain", "1", "--read-only")
        self.settles("/api/v1/templates", 403, {"name": "x", "subject": "x", "text": "x"}, server)
        self.assertEqual(server.call("/api/v1/messages/send", message, status=403)["code"], "containment.read_only")
        self.assertEqual(server.jmap(("Email/set", {"accountId": name, "update": {email: {"keywords/$flagged": True}}}))[0]["type"], "accountReadOnly")
        self.assertEqual(server.call(f"/api/v1/messages/{email}")["subject"], "Filled 0", "mail stays readable")
        server.call(f"/api/v1/messages/{email}", {"flagged": True}, "PATCH", 403)
        server.sign_in()
        self.assertLess(time.time(), due, "this machine is too slow to see anything here")
        time.sleep(max(0, due - time.time()) + 10)  # the message in the outbox is due, and stays
        self.assertNotIn("Waits", of_bob())
        self.assertEqual([item["state"] for item in server.call("/api/v1/outbox")["outbox"]], ["queued"])
        server.stop(20)
        server.start()
        server.sign_in()
        self.assertEqual(server.call("/api/v1/messages/send", message, status=403)["code"], "containment.read_only", "a restart changes nothing")
        self.cli("incident", "release", "1", "--read-only")
        self.assertTrue(eventually(lambda: "Waits" in of_bob(), 60, 0.5), server.call("/api/v1/outbox"))
        server.call("/api/v1/messages/send", message)

    def test_security_txt_names_the_contact(self):
        server = Server(self.data, DHII_SECURITY_CONTACT="security@example.org")
        self.addCleanup(server.end)

        with urllib.request.urlopen(server.url + "/.well-known/security.txt", timeout=10) as answer:
            text = answer.read().decode()
        self.assertIn("Contact: mailto:security@example.org\n", text)
        self.assertRegex(text, r"(?m)^Expires: \d{4}-\d\d-\d\dT00:00:00Z$")


if __name__ == "__main__":
    unittest.main()
