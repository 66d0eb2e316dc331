"""Where alerts go, with real servers: a mail through Postfix that is read back in the mailbox, and rsyslog over TLS. What goes wrong is told."""
import email
import email.policy
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from dhii import BINARY, MailSystem, Server, environment, eventually, needs_binary
from receivers import RSYSLOG, Rsyslog

HAS_POSTFIX = os.geteuid() == 0 and bool(shutil.which("postfix") or os.path.exists("/usr/sbin/postfix"))


class Base(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="dhii-channels-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)

    def alert_test(self, *arguments, status=0, **settings):
        done = subprocess.run([BINARY, "alert", "test", *arguments, "--json"], capture_output=True, text=True, timeout=90,
                              env=environment(self.data, **settings))
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return {channel["channel"]: channel for channel in json.loads(done.stdout)["channels"]}

    def guess(self, server, times=6):
        for n in range(times):
            server.call("/api/v1/auth/login", {"login": f"nobody{n}", "password": "a wrong password"}, status=401)


@needs_binary
@unittest.skipUnless(HAS_POSTFIX, "Postfix can't run here (scripts/setup --tests; it needs root)")
class ByMail(Base):
    @classmethod
    def setUpClass(cls):
        cls.mail = MailSystem(smtp=True)
        cls.addClassCleanup(cls.mail.stop)

    def settings(self, **more):
        return {"DHII_ALERT_MAIL_TO": "alice@demo.test", "DHII_SMTP_HOST": "localhost", "DHII_SMTP_PORT": self.mail.env["MAIL_SUBMISSION_PORT"],
                "DHII_SMTP_SECURITY": "starttls", "DHII_SMTP_USER": "bob@demo.test", "DHII_SMTP_FROM": "bob@demo.test", "SMTP_PASSWORD": "demo",
                "DHII_EXTRA_CA_FILE": self.mail.folder + "/ca.pem", **more}

    def inbox(self):
        """The messages in alice's INBOX, as the server keeps them."""
        said = self.mail.run("doveadm", "-f", "json", "fetch", "-u", "alice@demo.test", "text", "mailbox", "INBOX", "all")
        return [email.message_from_string(row["text"], policy=email.policy.default) for row in json.loads(said or "[]")]

    def with_subject(self, part):
        return [mail for mail in self.inbox() if part in mail["Subject"]]

    def test_a_test_goes_through_our_own_smtp_into_the_mailbox(self):
        said = self.alert_test("mail", **self.settings())["mail"]
        self.assertTrue(said["ok"], said)
        self.assertEqual(said["to"], "alice@demo.test by localhost:" + self.mail.env["MAIL_SUBMISSION_PORT"])
        self.assertEqual(said["meaning"], "the mail server took it")
        self.assertTrue(eventually(lambda: self.with_subject("test"), 30))
        mail = self.with_subject("test")[0]
        self.assertEqual((mail["To"], mail["Auto-Submitted"]), ("alice@demo.test", "auto-generated"))
        self.assertIn("with ESMTPSA", " ".join(mail.get_all("Received")), "over TLS, signed in")

    def test_an_alert_of_the_running_server_arrives_and_says_what_it_saw(self):
        server = Server(self.data, **self.settings(DHII_ALERT_FAILED_LOGINS_PER_ADDRESS="3/10m", DHII_ALERT_ANSWERS="none"))
        self.addCleanup(server.end)
        self.guess(server)
        self.assertTrue(eventually(lambda: self.with_subject("failed sign-ins from one address"), 60, 0.5), "".join(server.log))
        text = self.with_subject("failed sign-ins from one address")[0].get_content()
        self.assertIn("127.0.0.1", text)

    def test_what_the_mail_server_said_is_told(self):
        said = self.alert_test("mail", status=1, **self.settings(DHII_ALERT_MAIL_TO="never@demo.test"))["mail"]
        self.assertIn("did not take the mail", said["error"])
        self.assertIn("550", said["error"])
        said = self.alert_test("mail", status=1, **self.settings(SMTP_PASSWORD="not-the-password"))["mail"]
        self.assertIn("535", said["error"])
        self.assertNotIn("not-the-password", json.dumps(said))
        said = self.alert_test("mail", status=1, **self.settings(DHII_EXTRA_CA_FILE=""))["mail"]
        self.assertIn("certificate", said["error"])
        settings = self.settings()
        for name in [name for name in settings if name.startswith("DHII_SMTP_")]:
            del settings[name]
        self.assertIn("DHII_SMTP_HOST", self.alert_test("mail", status=1, **settings)["mail"]["error"])


@needs_binary
@unittest.skipUnless(os.path.exists(RSYSLOG), "rsyslog is not installed (scripts/setup --tests)")
class ToSyslogOverTls(Base):
    def setUp(self):
        super().setUp()
        self.receiver = Rsyslog("tls")
        self.addCleanup(self.receiver.end)
        self.receiver.start()

    def received(self, words):
        return [row for row in self.receiver.received() if words in row["msg"]]

    def test_a_test_arrives_whole_and_nobody_claims_a_receipt(self):
        said = self.alert_test(DHII_ALERT_SYSLOG=self.receiver.url, DHII_EXTRA_CA_FILE=self.receiver.cert)
        self.assertEqual(list(said), ["syslog"])
        self.assertEqual((said["syslog"]["ok"], said["syslog"]["to"]), (True, self.receiver.url))
        self.assertIn("no receipts", said["syslog"]["meaning"])
        self.assertTrue(eventually(lambda: self.received("This is a test"), 20), self.receiver.said())
        row = self.received("This is a test")[0]
        self.assertEqual((row["app"], row["msgid"], int(row["pri"])), ("dhii-mail", "alert", 10 * 8 + 6))
        self.assertEqual(row["parsed"]["rfc5424-sd"]["dhii@32473"]["test"], "true")

    def test_an_alert_of_the_running_server_arrives(self):
        server = Server(self.data, DHII_ALERT_SYSLOG=self.receiver.url, DHII_EXTRA_CA_FILE=self.receiver.cert,
                        DHII_ALERT_FAILED_LOGINS_PER_ADDRESS="3/10m", DHII_ALERT_ANSWERS="none")
        self.addCleanup(server.end)
        self.guess(server)

        def rows():
            return [row for row in self.receiver.received() if row["parsed"].get("rfc5424-sd", {}).get("dhii@32473", {}).get("rule") == "failed_logins_per_address"]
        self.assertTrue(eventually(rows, 60, 0.5), "".join(server.log))
        self.assertEqual(rows()[0]["parsed"]["rfc5424-sd"]["dhii@32473"]["key"], "127.0.0.1")

    def test_a_certificate_of_an_authority_that_is_not_ours_is_refused_with_a_reason(self):
        other = Rsyslog("tls")
        self.addCleanup(other.end)
        for settings in ({}, {"DHII_EXTRA_CA_FILE": other.cert}):
            said = self.alert_test("syslog", status=1, DHII_ALERT_SYSLOG=self.receiver.url, **settings)["syslog"]
            self.assertFalse(said["ok"])
            self.assertRegex(said["error"], "certificate.*trust")
        self.assertEqual(self.received("This is a test"), [], "nothing was sent before the certificate was checked")


if __name__ == "__main__":
    unittest.main()
