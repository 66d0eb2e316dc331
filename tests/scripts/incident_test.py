"""Recurring tasks and an incident from its opening to its lessons, by command."""
import hashlib
import os
import shutil
import tarfile
import tempfile
import unittest
import urllib.request

from dhii import CommandLine, PASSWORD, Server, needs_binary


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

    def test_security_txt_names_the_contact(self):
        server = Server(self.data, DHII_SECURITY_CONTACT="security@example.org")
        self.addCleanup(server.end)

        with urllib.request.urlopen(server.url + "/.well-known/security.txt", timeout=10) as answer:
            text = answer.read().decode()
        self.assertIn("Contact: mailto:security@example.org\n", text)
        self.assertRegex(text, r"(?m)^Expires: \d{4}-\d\d-\d\dT00:00:00Z$")


if __name__ == "__main__":
    unittest.main()
