"""The running server in the worst company: killed in the middle of sending, a mail server that freezes, no descriptors left, no room for
sign-ins, a clock that is set back."""
import glob
import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error

from dhii import CommandLine, MailSystem, PASSWORD, Server, SmtpThatAgrees, eventually, needs_binary, needs_dovecot


class SmtpThatHangs(threading.Thread):
    """A submission server that takes messages and says nothing more after `at` ('MAIL' or the final dot, '.'), until told otherwise."""

    def __init__(self):
        super().__init__(daemon=True)
        self.at, self.messages, self.hung = None, [], threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rwb") as stream:
            def say(text):
                stream.write(text)
                stream.flush()

            say(b"220 fake ESMTP\r\n")
            for line in stream:
                word = line[:4].upper().strip()
                if word == b"DATA":
                    say(b"354 go on\r\n")
                    body = b""
                    for line in stream:
                        if line == b".\r\n":
                            self.messages.append(body)
                            break
                        body += line
                    word = b"."
                if self.at and word == self.at:
                    self.hung.set()
                    stream.read()  # until the other side is gone
                    return
                say({b"EHLO": b"250-fake\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 ok\r\n", b"QUIT": b"221 bye\r\n", b"DATA": b"354 go on\r\n"}.get(word, b"250 ok\r\n"))
                if word == b"QUIT":
                    return


def descendants(root):
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    parents[int(name)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass
    found, fresh = [root], [root]
    while fresh:
        fresh = [child for child, parent in parents.items() if parent in fresh]
        found += fresh
    return found


@needs_binary
class WorstCases(unittest.TestCase):
    def server(self, data=None, kind=Server, **more):
        if data is None:
            data = tempfile.mkdtemp(prefix="dhii-worst-")
            self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        server = kind(data, **more)
        self.addCleanup(server.end)
        server.set_up()
        return server

    def assert_calm(self, server):
        for line in server.log:
            self.assertNotIn("exception", line)
            self.assertNotIn("should not happen", line)

    def mail_system(self, *users):
        mail = MailSystem("--users", ",".join(users))
        self.addCleanup(mail.stop)
        return mail

    # ---- kill -9 while a message is being sent

    def send(self, server, account, subject):
        return server.call("/api/v1/messages/send", {"account": account, "to": [{"email": "bob@example.org"}], "subject": subject, "text": "Once."})["id"]

    def state_of(self, server, item):
        return server.call("/api/v1/outbox/" + item)["state"]

    @needs_dovecot
    def test_a_kill_in_the_middle_of_sending_never_sends_twice(self):
        mail, smtp = self.mail_system("alice"), SmtpThatHangs()
        server = self.server()
        account = server.connect_mailbox(mail.imap_port, smtp.port)["id"]
        self.assertTrue(eventually(lambda: server.account()["state"] == "idle", limit=30), server.account())
        for at, arrived in ((b"MAIL", 0), (b".", 1)):
            with self.subTest(at=at):
                smtp.at, before = at, len(smtp.messages)
                smtp.hung.clear()
                item = self.send(server, account, "Killed at " + at.decode())
                self.assertTrue(smtp.hung.wait(20), "it was never sent")
                self.assertEqual(self.state_of(server, item), "sending")
                server.kill()
                smtp.at = None
                server.start()
                server.sign_in()
                self.assertTrue(eventually(lambda: self.state_of(server, item) == "unknown"), self.state_of(server, item))
                # The next one goes out, so the outbox has passed the one that nobody may send again but a person.
                after = self.send(server, account, "After " + at.decode())
                self.assertTrue(eventually(lambda: self.state_of(server, after) == "sent"), self.state_of(server, after))
                self.assertEqual(self.state_of(server, item), "unknown")
                self.assertEqual(len(smtp.messages) - before, arrived + 1, "sent twice")
        self.assertEqual(server.stop(), 0)
        self.assert_calm(server)

    # ---- a mail server that freezes (SIGSTOP): connections stay open, nothing answers

    @needs_dovecot
    def test_a_mail_server_that_freezes_holds_up_nothing(self):
        mail = self.mail_system("alice")
        mail.fill("alice", 400, "The quick brown fox.\r\n" * 400)
        server = self.server()
        account = server.connect_mailbox(mail.imap_port, SmtpThatAgrees().port)["id"]
        self.assertTrue(eventually(lambda: server.count() > 0, pause=0.01))
        with open(mail.folder + "/run/master.pid", encoding="utf-8") as file:
            frozen = descendants(int(file.read()))

        def tell(number):
            for process in frozen:
                try:
                    os.kill(process, number)
                except ProcessLookupError:
                    pass

        tell(signal.SIGSTOP)
        self.addCleanup(tell, signal.SIGCONT)
        before = server.count()
        began = time.monotonic()
        for _ in range(10):
            chosen = server.jmap(("Email/query", {"limit": 5}))[0]["ids"]
            done = server.jmap(("Email/set", {"update": {id: {"keywords/$flagged": True} for id in chosen}}))[0]
            self.assertEqual(len(done["updated"]), len(chosen))
            server.call("/api/v1/accounts/" + account)
        self.assertLess(time.monotonic() - began, 10, "what is here is served from here")
        self.assertGreaterEqual(server.count(), before)
        self.assertEqual(server.stop(limit=10), 0, "a server that hangs doesn't hold up the end")
        server.start()  # against a server that takes connections and says nothing
        server.sign_in()
        self.assertGreaterEqual(server.count(), before)
        tell(signal.SIGCONT)
        server.call(f"/api/v1/accounts/{account}/sync", {}, "POST")
        self.assertTrue(eventually(lambda: server.count() == 400, limit=60), (server.count(), server.account()))
        flagged = lambda: mail.run("doveadm", "search", "-u", "alice@demo.test", "mailbox", "INBOX", "flagged").count("\n")
        kept = len(server.jmap(("Email/query", {"limit": 500, "filter": {"hasKeyword": "$flagged"}}))[0]["ids"])
        self.assertGreaterEqual(kept, len(chosen))
        self.assertTrue(eventually(lambda: flagged() == kept, limit=30), (flagged(), kept))
        self.assertEqual(server.stop(), 0)
        self.assert_calm(server)

    # ---- no descriptors

    def test_without_descriptors_it_goes_on_as_soon_as_there_are_some(self):
        few = 64

        class ServerOfFew(Server):
            def start(self):
                old = resource.getrlimit(resource.RLIMIT_NOFILE)
                resource.setrlimit(resource.RLIMIT_NOFILE, (few, old[1]))  # what it starts inherits it
                try:
                    super().start()
                finally:
                    resource.setrlimit(resource.RLIMIT_NOFILE, old)
                # The program may ask for more than it was given at first; this test is about there being no more.
                resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (few, few))

        server = self.server(kind=ServerOfFew)
        server.call("/api/v1/accounts/sample", {})
        address = server.url.removeprefix("http://").split(":")
        open_ones = []
        for _ in range(120):
            try:
                open_ones.append(socket.create_connection((address[0], int(address[1])), timeout=2))
            except OSError:
                break
        used = lambda: len(os.listdir(f"/proc/{server.process.pid}/fd"))
        self.assertTrue(eventually(lambda: used() >= few - 1), used())
        time.sleep(1)  # a second of it: accepting fails again and again
        # Who was let in before still gets an answer, whatever it needs to open for it.
        for number, path in enumerate(("/api/v1/version", "/", "/healthz")):
            open_ones[number].sendall(f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n\r\n".encode())
            self.assertIn(open_ones[number].recv(20)[:12], (b"HTTP/1.1 200", b"HTTP/1.1 503", b"HTTP/1.1 401", b"HTTP/1.1 404"), path)
        noise = [line for line in server.log if "accept" in line]
        self.assertLess(len(noise), 40, "it says so, but not in a flood")
        for each in open_ones:
            each.close()
        self.assertTrue(eventually(lambda: used() < few - 20), used())
        self.assertEqual(len(server.call("/api/v1/messages?limit=5")["messages"]), 5)
        server.sign_in()
        self.assertEqual(server.stop(), 0)
        self.assert_calm(server)

    # ---- no room: signing in, sending and the journal of events

    def test_a_full_disk_refuses_sign_ins_and_sending_for_a_while_and_no_event_is_lost(self):
        folder = tempfile.mkdtemp(prefix="dhii-worst-full-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("a small file system can't be mounted here (needs root)")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        server = self.server(os.path.join(folder, "data"))
        server.call("/api/v1/accounts/sample", {})
        self.assertEqual(server.stop(), 0)
        server.start()  # with empty write-ahead logs, so that each further page needs room
        server.call("/api/v1/messages?limit=5")  # opens the mail: that alone needs some room, of SQLite's -shm file
        ballast = os.path.join(folder, "ballast")
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        self.assertEqual(shutil.disk_usage(folder).free, 0)

        def status(path, body, method="POST", token=server.token):
            kept, server.token = server.token, token
            try:
                server.call(path, body, method, status=0)
            except AssertionError as error:  # "PATH: STATUS TEXT"
                return int(str(error).split(": ", 1)[1].split(" ", 1)[0])
            finally:
                server.token = kept

        seen = {status("/api/v1/auth/login", {"login": "ada", "password": PASSWORD}, token=None) for _ in range(5)}
        self.assertLessEqual(seen, {200, 503}, "a sign-in counts or is refused for now")
        self.assertIn(503, seen, "the disk was not full")
        for n in range(3):
            self.assertEqual(status("/api/v1/auth/login", {"login": f"stranger-{n}", "password": "x"}, token=None), 401)
        seen = {status("/api/v1/templates", {"name": f"T{n}", "text": os.urandom(50_000).hex()}) for n in range(30)}
        self.assertLessEqual(seen, {201, 503})
        self.assertIn(503, seen, "the disk was not full")
        self.assertEqual(len(server.call("/api/v1/messages?limit=5")["messages"]), 5, "reading goes on")
        self.assertEqual(status("/healthz", None, "GET", None), 200)
        os.unlink(ballast)
        self.assertTrue(eventually(lambda: status("/api/v1/auth/login", {"login": "ada", "password": PASSWORD}, token=None) == 200))
        failed = lambda: {event.get("actor") for event in server.call("/api/v1/security/events?limit=100")["events"]}
        self.assertTrue(eventually(lambda: {"stranger-0", "stranger-1", "stranger-2"} <= failed()), failed())
        self.assertEqual(server.stop(), 0)
        self.assert_calm(server)

    # ---- a clock that is set back by more than a day, while it runs

    def test_a_clock_set_back_locks_nobody_out_and_breaks_no_proof(self):
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not found:
            self.skipTest("faketime is not installed (scripts/setup --tests)")
        data = tempfile.mkdtemp(prefix="dhii-clock-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        clock = os.path.join(data, "faketime.rc")

        def set_clock(text):
            with open(clock + ".new", "w", encoding="utf-8") as file:
                file.write(text + "\n")
            os.rename(clock + ".new", clock)

        set_clock("+26h")
        server = self.server(data, LD_PRELOAD=found[0], FAKETIME_TIMESTAMP_FILE=clock, FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
        server.call("/api/v1/accounts/sample", {})
        events = lambda: server.call("/api/v1/security/events?limit=100")["events"]
        self.assertTrue(eventually(lambda: len(events()) > 0))
        tomorrow = events()[0]["at"]
        set_clock("+0")
        # The token says that it was made tomorrow: not believed, but its owner gets a new one at once.
        server.call("/api/v1/messages?limit=5", status=401)
        server.sign_in()
        self.assertEqual(len(server.call("/api/v1/messages?limit=5")["messages"]), 5)
        server.call("/api/v1/templates", {"name": "Today"})
        server.call("/api/v1/auth/login", {"login": "stranger", "password": "x"}, status=401)
        self.assertTrue(eventually(lambda: any(event.get("actor") == "stranger" for event in events())), "what happens now is still told")
        self.assertLess(min(event["at"] for event in events()), tomorrow)
        self.assertEqual(server.stop(), 0)
        self.assert_calm(server)
        self.assertTrue(CommandLine(data).json("events", "verify")["whole"])
        server.start()
        server.sign_in()
        self.assertEqual([template["name"] for template in server.call("/api/v1/templates")["templates"]], ["Today"])
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
