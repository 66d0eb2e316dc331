"""The command line as an administrator uses it, on a fresh data folder: every command, with --json, and with wrong input."""
import mailbox
import os
import shutil
import tempfile
import unittest

from dhii import PASSWORD, CommandLine, MailSystem, Server, SmtpThatAgrees, message, needs_binary, needs_dovecot


class Fresh(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="dhii-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.cli = CommandLine(os.path.join(self.folder, "data"))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def with_user(self):
        self.cli("user", "add", "ada", "--admin", given=PASSWORD + "\n")

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)


@needs_binary
class Users(Fresh):
    def test_users_are_added_listed_and_given_new_passwords(self):
        self.assertEqual(self.cli.json("user", "add", "ada", "--admin", "--name", "Ada L", given=PASSWORD + "\n"),
                         {"id": 1, "login": "ada", "role": "administrator"})
        self.assertIn("Added user bob.", self.cli("user", "add", "bob", given=PASSWORD + "\n").stdout)
        users = self.cli.json("user", "list")["users"]
        self.assertEqual([(u["login"], u["role"], u["disabled"]) for u in users], [("ada", "administrator", False), ("bob", "user", False)])
        self.assertEqual(self.cli.json("user", "password", "bob", given="another good passphrase 7\n"), {"login": "bob", "changed": True})

    def test_what_is_wrong_is_said_in_one_line_with_status_1(self):
        self.with_user()
        for arguments, given, words in [
            (("user", "add", "ada"), PASSWORD, "taken"),
            (("user", "add", "bob"), "short", "password"),
            (("user", "add", "bob"), "", "password"),
            (("user", "password", "nobody"), PASSWORD, "There is no user nobody"),
            (("account", "list", "--user", "nobody"), "", "There is no user nobody"),
            (("account", "add", "--user", "ada"), "", "--imap-host"),
            (("account", "remove", "77"), "", "There is no account 77"),
            (("sync",), "", "no IMAP account yet"),
            (("sync", "--account", "9"), "", "no IMAP account 9"),
            (("search", "--user", "ada", "x"), "", "no mail yet"),
            (("search", "--user", "nobody", "x"), "", "no such user"),
            (("import", "--user", "ada", "/nowhere/x.mbox"), "", "can't be read"),
            (("export", "--user", "ada", "/proc/nowhere"), "", "can't be written"),
        ]:
            with self.subTest(arguments=arguments):
                done = self.cli(*arguments, given=given + "\n", status=1)
                self.assertEqual(done.stdout, "")
                self.assertIn(words, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                told = self.cli.json(*arguments, given=given + "\n", status=1)
                self.assertEqual(set(told), {"error", "detail"})

    def test_a_command_that_is_not_understood_ends_with_status_2(self):
        for arguments in [(), ("frobnicate",), ("user",), ("user", "add"), ("account", "remove", "x"), ("export", "--user", "a", "--format", "zip", "x")]:
            with self.subTest(arguments=arguments):
                self.assertIn("--help", self.cli(*arguments, status=2).stderr)
        self.assertEqual(self.cli.json("user", "add", status=2)["error"], "usage")
        self.assertIn("serve", self.cli("--help").stdout)

    def test_config_shows_every_setting_and_no_secret(self):
        self.with_user()
        with open(self.path("data", "secrets.env"), encoding="utf-8") as file:
            secrets = [line.split("=", 1)[1].strip() for line in file if "=" in line and not line.startswith("#")]
        self.assertEqual(len(secrets), 2)
        for done in (self.cli("config"), self.cli("config", "--json")):
            self.assertIn("DHII_EGRESS", done.stdout)
            for secret in secrets:
                self.assertNotIn(secret, done.stdout + done.stderr)
        self.assertEqual(os.stat(self.path("data", "secrets.env")).st_mode & 0o777, 0o600)
        settings = self.cli.json("config")["settings"]
        self.assertEqual(set(settings[0]), {"name", "value", "source"})


@needs_binary
class Transfer(Fresh):
    def setUp(self):
        super().setUp()
        self.with_user()

    def test_mbox_maildir_eml_and_folders_come_in_once_and_go_out_again(self):
        box = mailbox.mbox(self.path("in.mbox"))
        for n in range(3):
            box.add(message(f"Box {n}", "From the box\n>From quoted\nFrom here", n))
        box.close()
        for part in ("cur", "new", "tmp"):
            os.makedirs(self.path("md", part))
        self.write("md/cur/1700000001.M1.x:2,FS", message("Flagged one", number=5))
        self.write("md/new/1700000002.M2.x", message("New one", number=6))
        self.write("folder/a.eml", message("Loose A", number=7))
        self.write("folder/b.eml", message("Loose B Grüße", number=8))
        for path, count in (("in.mbox", 3), ("md", 2), ("folder", 2)):
            told = self.cli.json("import", "--user", "ada", self.path(path))
            self.assertEqual((told["imported"], told["problems"]), (count, []), path)
        again = self.cli.json("import", "--user", "ada", self.path("folder"))
        self.assertEqual((again["imported"], again["already_there"]), (0, 2))
        self.assertEqual([e["subject"] for e in self.cli.json("search", "--user", "ada", "grusse")["emails"]], ["Loose B Grüße"])
        self.assertEqual(len(self.cli.json("search", "--user", "ada", "is:flagged")["emails"]), 1)
        self.assertIn("Nothing found.", self.cli("search", "--user", "ada", "nonexistentword").stdout)
        for form in ("mbox", "maildir", "eml"):
            told = self.cli.json("export", "--user", "ada", "--format", form, self.path("out-" + form))
            self.assertEqual(told["exported"], 7)
            self.cli("user", "add", form + "user", given=PASSWORD + "\n")
            # The whole exported tree goes in again: nothing may be missing or changed.
            imported = 0
            for folder, _, files in os.walk(self.path("out-" + form)):
                if os.path.basename(folder) in ("cur", "new", "tmp"):
                    continue
                if form == "maildir" and os.path.isdir(os.path.join(folder, "cur")):
                    imported += self.cli.json("import", "--user", form + "user", folder)["imported"]
                elif form == "mbox":
                    imported += sum(self.cli.json("import", "--user", form + "user", os.path.join(folder, f))["imported"] for f in files)
                elif form == "eml" and files:
                    imported += self.cli.json("import", "--user", form + "user", folder)["imported"]
            self.assertEqual(imported, 7, form)
            self.assertEqual(len(self.cli.json("search", "--user", form + "user", "from quoted")["emails"]), 3)

    def test_a_message_of_200_megabytes_is_refused_with_a_sentence_and_the_others_come_in(self):
        huge = self.write("folder/huge.eml", message("Huge"))
        os.truncate(huge, 200_000_000)
        self.write("folder/small.eml", message("Small"))
        told = self.cli.json("import", "--user", "ada", self.path("folder"), status=1)
        self.assertEqual(told["imported"], 1)
        self.assertEqual(len(told["problems"]), 1)
        self.assertIn("huge.eml", told["problems"][0])
        self.assertIn("DHII_MAX_MESSAGE_BYTES", told["problems"][0])

    def test_a_message_of_only_nuls_is_kept_as_it_is(self):
        nuls = self.write("nul.eml", b"\0" * 4096)
        self.assertEqual(self.cli.json("import", "--user", "ada", nuls)["imported"], 1)
        self.cli("export", "--user", "ada", "--format", "eml", self.path("out"))
        files = [os.path.join(folder, f) for folder, _, names in os.walk(self.path("out")) for f in names]
        self.assertEqual(len(files), 1)
        with open(files[0], "rb") as file:
            self.assertEqual(file.read(), b"\0" * 4096)


@needs_binary
@needs_dovecot
class Accounts(Fresh):
    @classmethod
    def setUpClass(cls):
        cls.mail = MailSystem()
        cls.addClassCleanup(cls.mail.stop)
        cls.mail.fill("alice", 20, "Ein Wort: Donaudampfschiff.")
        cls.smtp = SmtpThatAgrees()

    def setUp(self):
        super().setUp()
        self.with_user()

    def servers(self, smtp_port=None):
        return ("account", "add", "--user", "ada", "--email", "alice@demo.test", "--imap-host", "127.0.0.1", "--imap-port",
                str(self.mail.imap_port), "--imap-security", "none", "--smtp-host", "127.0.0.1", "--smtp-port",
                str(smtp_port or self.smtp.port), "--smtp-security", "none")

    def test_an_account_is_tested_added_synchronised_searched_listed_and_removed(self):
        self.assertIn("password", self.cli(*self.servers(), given="wrong\n", status=1).stderr)
        self.assertIn("Connection refused", self.cli(*self.servers(9), given="demo\n", status=1).stderr)
        self.assertEqual(self.cli.json("account", "list")["accounts"], [])
        self.assertEqual(self.cli.json(*self.servers(), given="demo\n"), {"id": 1, "email": "alice@demo.test"})
        self.assertEqual(self.cli.json("sync"), {"synced": 1, "problems": []})
        self.assertEqual(len(self.cli.json("search", "--user", "ada", "--limit", "50", "donaudampfschiff")["emails"]), 20)
        self.assertEqual([a["kind"] for a in self.cli.json("account", "list", "--user", "ada")["accounts"]], ["imap"])
        self.assertIn("alice@demo.test", self.cli(*self.servers(), given="demo\n", status=1).stderr)
        self.assertTrue(self.cli.json("account", "remove", "1")["removed"])
        self.assertEqual(self.cli.json("account", "list")["accounts"], [])

    def test_a_server_that_is_away_is_said_by_sync(self):
        self.cli(*self.servers(), given="demo\n")
        self.mail.run("stop-imap")
        self.addCleanup(self.mail.run, "start-imap")
        told = self.cli.json("sync", status=1)
        self.assertEqual(told["synced"], 0)
        self.assertIn("No connection", told["problems"][0]["detail"])

    def test_two_programs_never_keep_the_same_accounts_in_step(self):
        self.cli(*self.servers(), given="demo\n")
        server = Server(self.cli.data)
        self.addCleanup(server.end)
        for arguments in (("sync",), self.servers(), ("account", "remove", "1"), ("serve", "--listen", "127.0.0.1:0")):
            self.assertIn("already running", self.cli(*arguments, given="demo\n", status=1).stderr)
        self.cli("user", "list")  # looking is always possible
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.cli.json("sync")["synced"], 1)


if __name__ == "__main__":
    unittest.main()
