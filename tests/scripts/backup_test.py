"""Backups as an administrator makes them: by command while the server runs, by the server itself, and back again on an empty machine."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from dhii import BINARY, CommandLine, PASSWORD, Server, environment, message, needs_binary


@needs_binary
class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dhii-backup-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.data, self.backups = self.folder + "/data", self.folder + "/backups"
        self.cli = CommandLine(self.data)
        self.cli("user", "add", "ada", "--admin", given=PASSWORD + "\n")
        with open(self.folder + "/one.eml", "wb") as file:
            file.write(message("Kept for ever"))
        self.cli("import", "--user", "ada", self.folder + "/one.eml")

    def run_in(self, data, *arguments, status=0, **more):
        done = subprocess.run([BINARY, *arguments, "--json"], capture_output=True, text=True, timeout=120,
                              env=environment(data, DHII_BACKUP_DIR=self.backups, **more))
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout) if status == 0 else done.stderr

    def test_made_while_serving_verified_and_restored_on_an_empty_machine(self):
        server = Server(self.data)
        self.addCleanup(server.end)
        made = self.run_in(self.data, "backup", "create")
        self.assertEqual((made["users"], made["emails"], made["complete"]), (1, 1, True))
        listed = self.run_in(self.data, "backup", "list")["backups"]
        self.assertEqual([b["id"] for b in listed], [made["id"]])
        self.assertTrue(self.run_in(self.data, "backup", "verify")["ok"])
        self.assertIn("never overwrites", self.run_in(self.data, "backup", "restore", "latest", status=1))
        self.assertEqual(server.stop(), 0)
        new = self.folder + "/new"
        self.assertIn("ENCRYPTION_KEY", self.run_in(new, "backup", "restore", "latest", status=2))
        self.assertFalse(os.path.exists(new), "a refused restore leaves nothing")
        os.mkdir(new)
        shutil.copy(self.data + "/secrets.env", new)
        self.assertEqual(self.run_in(new, "backup", "restore", "latest")["emails"], 1)
        found = CommandLine(new).json("search", "--user", "ada", "kept for ever")["emails"]
        self.assertEqual([e["subject"] for e in found], ["Kept for ever"])
        again = Server(new)
        self.addCleanup(again.end)
        again.sign_in()

    def test_the_server_makes_them_by_itself_links_what_it_has_and_keeps_as_many_as_it_is_told(self):
        first = self.run_in(self.data, "backup", "create")
        os.rename(f"{self.backups}/{first['id']}", f"{self.backups}/20200101T000000Z")  # its manifest says when it was made
        server = Server(self.data, DHII_BACKUP_DIR=self.backups, DHII_BACKUP_KEEP="3")
        self.addCleanup(server.end)
        time.sleep(8)
        self.assertEqual(len(self.run_in(self.data, "backup", "list")["backups"]), 1, "the newest is recent")
        shutil.rmtree(self.backups + "/20200101T000000Z")
        server.stop()
        server.start()
        deadline = time.time() + 60
        while time.time() < deadline and not self.run_in(self.data, "backup", "list")["backups"]:
            time.sleep(1)
        self.assertEqual(len(self.run_in(self.data, "backup", "list")["backups"]), 1, "".join(server.log))
        self.assertTrue(self.run_in(self.data, "backup", "verify")["ok"])

    def test_kill_9_of_the_command_leaves_nothing_that_counts(self):
        for _ in range(6):
            process = subprocess.Popen([BINARY, "backup", "create"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=environment(self.data, DHII_BACKUP_DIR=self.backups))
            time.sleep(0.05 + 0.05 * _)
            process.send_signal(signal.SIGKILL)
            process.wait()
        for backup in self.run_in(self.data, "backup", "list")["backups"]:
            self.assertTrue(backup["complete"], backup)
            self.assertTrue(self.run_in(self.data, "backup", "verify", backup["id"])["ok"])
        self.run_in(self.data, "backup", "create")
        self.assertEqual([n for n in os.listdir(self.backups) if n.startswith(".incomplete")], [])

    def test_nothing_in_it_can_be_read_by_others(self):
        self.run_in(self.data, "backup", "create")
        for folder, _, files in os.walk(self.backups):
            self.assertEqual(os.stat(folder).st_mode & 0o77, 0, folder)
            for name in files:
                self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o77, 0, name)

    def test_a_folder_inside_the_data_is_refused(self):
        done = subprocess.run([BINARY, "backup", "create"], capture_output=True, text=True, env=environment(self.data, DHII_BACKUP_DIR=self.data + "/b"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("lies in the data folder", done.stderr)


if __name__ == "__main__":
    unittest.main()
