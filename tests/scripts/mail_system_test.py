"""scripts/mail-system for real: starts it in a temporary folder on free ports, writes from alice to bob, stops it.

Skips with a line saying so where Dovecot or (as an ordinary user) Postfix cannot run."""
import imaplib
import os
import shutil
import smtplib
import ssl
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "scripts", "mail-system")
PASSWORD = "demo"


def run(*arguments, check=True):
    return subprocess.run([TOOL, *arguments], check=check, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def message(subject, body="Hello.", to="bob@demo.test"):
    return (f"From: Alice <alice@demo.test>\r\nTo: {to}\r\nSubject: {subject}\r\n"
            f"Message-ID: <{subject}@demo.test>\r\n\r\n{body}\r\n").encode()


def processes_in(folder):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd").startswith(folder + "/"):
                found.append(pid)
        except OSError:
            pass
    return found


@unittest.skipUnless(shutil.which("dovecot") or os.path.exists("/usr/sbin/dovecot"), "Dovecot is not installed (scripts/setup --tests)")
class MailSystem(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.realpath(tempfile.mkdtemp(prefix="dhii-ms-"))
        started = run("start", cls.folder, "--port", "0", check=False)
        assert started.returncode == 0, started.stdout + started.stderr
        with open(cls.folder + "/env", encoding="utf-8") as env:
            cls.env = dict(line.strip().split("=", 1) for line in env)
        cls.tls = ssl.create_default_context(cafile=cls.env["MAIL_CA"])

    @classmethod
    def tearDownClass(cls):
        run("stop", cls.folder, check=False)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def imap(self, user="bob"):
        client = imaplib.IMAP4_SSL("localhost", int(self.env["MAIL_IMAPS_PORT"]), ssl_context=self.tls)
        client.login(f"{user}@demo.test", PASSWORD)
        self.addCleanup(client.shutdown)
        return client

    def submission(self):
        if not self.env["MAIL_SUBMISSION_PORT"]:
            self.skipTest("no SMTP here (not root, or Postfix is not installed)")
        client = smtplib.SMTP("localhost", int(self.env["MAIL_SUBMISSION_PORT"]), timeout=20)
        self.addCleanup(client.close)
        client.starttls(context=self.tls)
        client.login("alice@demo.test", PASSWORD)
        return client

    def arrives(self, client, subject, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            client.select("INBOX", readonly=True)
            if client.uid("SEARCH", "HEADER", "Subject", subject)[1][0]:
                return True
            time.sleep(0.1)
        return False

    def test_alice_writes_to_bob_and_it_arrives(self):
        self.submission().sendmail("alice@demo.test", ["bob@demo.test"], message("first-letter"))
        self.assertTrue(self.arrives(self.imap(), "first-letter"))

    def test_implicit_tls_submission_works_too(self):
        self.submission()
        client = smtplib.SMTP_SSL("localhost", int(self.env["MAIL_SMTPS_PORT"]), context=self.tls, timeout=20)
        self.addCleanup(client.close)
        client.login("alice@demo.test", PASSWORD)
        client.sendmail("alice@demo.test", ["bob@demo.test"], message("over-tls"))
        self.assertTrue(self.arrives(self.imap(), "over-tls"))

    def test_no_mail_leaves_the_machine(self):
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            self.submission().sendmail("alice@demo.test", ["somebody@example.org"], message("outward"))
        self.assertEqual(refused.exception.recipients["somebody@example.org"][0], 554)

    def test_unknown_busy_and_dead_recipients_are_refused(self):
        for name, code in (("nobody", 550), ("later", 450), ("never", 550)):
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                self.submission().sendmail("alice@demo.test", [f"{name}@demo.test"], message("refused"))
            self.assertEqual(refused.exception.recipients[f"{name}@demo.test"][0], code, name)

    def test_submission_wants_a_login(self):
        self.submission()
        client = smtplib.SMTP("localhost", int(self.env["MAIL_SUBMISSION_PORT"]), timeout=20)
        self.addCleanup(client.close)
        client.starttls(context=self.tls)
        client.ehlo()
        client.mail("alice@demo.test")
        self.assertEqual(client.rcpt("bob@demo.test")[0], 554)

    def test_a_wrong_password_is_refused(self):
        client = imaplib.IMAP4_SSL("localhost", int(self.env["MAIL_IMAPS_PORT"]), ssl_context=self.tls)
        self.addCleanup(client.shutdown)
        with self.assertRaises(imaplib.IMAP4.error):
            client.login("bob@demo.test", "wrong")

    def test_special_use_folders_are_there(self):
        listed = b" ".join(self.imap().list()[1])
        for name in (b"Drafts", b"Sent", b"Trash", b"Junk", b"Archive"):
            self.assertIn(b"\\" + name, listed)

    def test_deliver_and_append_maildir_put_mail_into_the_inbox(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("cur", "new", "tmp"):
                os.mkdir(f"{folder}/{name}")
            with open(f"{folder}/cur/1.1.x:2,S", "wb") as file:
                file.write(message("from-a-maildir"))
            with open(f"{folder}/one.eml", "wb") as file:
                file.write(message("from-a-file"))
            run("append-maildir", self.folder, "bob", folder)
            run("deliver", self.folder, "bob", f"{folder}/one.eml")
        client = self.imap()
        self.assertTrue(self.arrives(client, "from-a-file", 5))
        self.assertTrue(self.arrives(client, "from-a-maildir", 5))
        seen = client.uid("SEARCH", "SEEN", "HEADER", "Subject", "from-a-maildir")[1][0]
        self.assertTrue(seen, "the flag of the Maildir file is kept")

    def test_imap_can_be_taken_away_and_brought_back(self):
        run("stop-imap", self.folder)
        with self.assertRaises(OSError):
            imaplib.IMAP4("localhost", int(self.env["MAIL_IMAP_PORT"]))
        self.assertNotEqual(run("status", self.folder, check=False).returncode, 0)
        run("start-imap", self.folder)
        self.imap()
        self.assertEqual(run("status", self.folder).returncode, 0)


@unittest.skipUnless(shutil.which("dovecot") or os.path.exists("/usr/sbin/dovecot"), "Dovecot is not installed (scripts/setup --tests)")
class MailSystemStop(unittest.TestCase):
    def test_stop_leaves_no_process_behind(self):
        folder = os.path.realpath(tempfile.mkdtemp(prefix="dhii-ms-"))
        self.addCleanup(shutil.rmtree, folder, True)
        run("start", folder, "--port", "0")
        self.assertTrue(processes_in(folder))
        run("stop", folder)
        self.assertEqual(processes_in(folder), [])

    def test_a_second_start_in_the_same_folder_is_refused(self):
        folder = os.path.realpath(tempfile.mkdtemp(prefix="dhii-ms-"))
        self.addCleanup(shutil.rmtree, folder, True)
        run("start", folder, "--port", "0")
        self.addCleanup(run, "stop", folder)
        again = run("start", folder, "--port", "0", check=False)
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("already runs", again.stderr)


if __name__ == "__main__":
    unittest.main()
