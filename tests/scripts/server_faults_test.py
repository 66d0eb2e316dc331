"""The running server when the worst happens: kill -9 in a first sync and after changes, SIGTERM while it works, a full disk."""
import os
import shutil
import subprocess
import tempfile
import unittest

from dhii import MailSystem, Server, SmtpThatAgrees, eventually, needs_binary, needs_dovecot

MESSAGES = 800
BODY = "The quick brown fox jumps over the lazy dog, again and again.\r\n" * 200  # a first sync long enough to be hit


@needs_binary
@needs_dovecot
class ServerFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mail = MailSystem("--users", "alice,bob,full")
        cls.addClassCleanup(cls.mail.stop)
        for user in ("alice", "bob"):
            cls.mail.fill(user, MESSAGES, BODY)
        cls.mail.fill("full", 400, BODY * 6)
        cls.smtp = SmtpThatAgrees()

    def server(self, data=None, **more):
        if data is None:
            data = tempfile.mkdtemp(prefix="dhii-faults-")
            self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        server = Server(data, **more)
        self.addCleanup(server.end)
        server.set_up()
        return server

    def assert_calm(self, server):
        for line in server.log:
            self.assertNotIn("exception", line)
            self.assertNotIn("should not happen", line)

    def assert_whole(self, server, expected=MESSAGES):
        self.assertTrue(eventually(lambda: server.account()["state"] == "idle", limit=40), server.account())
        self.assertEqual(server.count(), expected)
        ids = server.jmap(("Email/query", {"limit": 5000}))[0]["ids"]
        subjects = set()
        for at in range(0, len(ids), 250):
            subjects.update(e["subject"] for e in server.jmap(("Email/get", {"ids": ids[at:at + 250], "properties": ["subject"]}))[0]["list"])
        self.assertEqual(len(subjects), expected, "nothing doubled, nothing missing")

    def test_kill_in_the_first_sync_and_after_changes_loses_nothing(self):
        server = self.server()
        server.connect_mailbox(self.mail.imap_port, self.smtp.port)
        counted = []
        self.assertTrue(eventually(lambda: counted.append(server.count()) or counted[-1] > 0, pause=0.01))
        server.kill()
        self.assertLess(counted[-1], MESSAGES, "or this test shows nothing")
        server.start()
        server.sign_in()
        self.assertGreaterEqual(server.count(), counted[-1], "what was shown is still there")
        self.assert_whole(server)

        # What was acknowledged is there after the next kill, and reaches the mail server then.
        chosen = server.jmap(("Email/query", {"limit": 40}))[0]["ids"]
        done = server.jmap(("Email/set", {"update": {id: {"keywords/$flagged": True, "keywords/$seen": True} for id in chosen}}))[0]
        self.assertEqual(len(done["updated"]), 40)
        server.kill()
        server.start()
        server.sign_in()
        kept = server.jmap(("Email/get", {"ids": chosen, "properties": ["keywords"]}))[0]["list"]
        self.assertEqual(sum("$flagged" in email["keywords"] and "$seen" in email["keywords"] for email in kept), 40)
        flagged = lambda: self.mail.run("doveadm", "search", "-u", "alice@demo.test", "mailbox", "INBOX", "flagged").count("\n")
        self.assertTrue(eventually(lambda: flagged() == 40), flagged())
        self.assertEqual(server.stop(), 0)
        self.assert_calm(server)

    def test_a_stop_while_syncing_is_clean_and_quick(self):
        server = self.server()
        server.connect_mailbox(self.mail.imap_port, self.smtp.port, "bob")
        self.assertTrue(eventually(lambda: server.count() > 0, pause=0.01))
        self.assertEqual(server.stop(limit=5), 0)
        self.assertIn("stopped", server.log[-1] if server.log else "")
        self.assert_calm(server)
        server.start()
        server.sign_in()
        self.assert_whole(server)

    def test_a_full_disk_is_said_in_one_sentence_and_forgotten_when_there_is_room(self):
        folder = tempfile.mkdtemp(prefix="dhii-full-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("a small file system can't be mounted here (needs root)")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        data = os.path.join(folder, "data")
        server = self.server(data)
        ballast = os.path.join(folder, "ballast")
        with open(ballast, "wb") as file:
            file.write(os.urandom(20 << 20))
        server.connect_mailbox(self.mail.imap_port, self.smtp.port, "full")
        self.assertTrue(eventually(lambda: server.account()["state"] == "error", limit=15), server.account())
        sentence = server.account()["error"]
        self.assertRegex(sentence.lower(), "disk|space")
        self.assertNotIn("\n", sentence)
        os.unlink(ballast)
        server.call("/api/v1/accounts/a1/sync", {}, "POST")
        self.assert_whole(server, 400)
        self.assertEqual(server.stop(), 0)
        self.assert_calm(server)


if __name__ == "__main__":
    unittest.main()
