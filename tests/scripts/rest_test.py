"""REST against the running program: a full disk and a locked database are 503 and lose nothing; webhooks arrive, signed."""
import fcntl
import glob
import hashlib
import hmac
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

from dhii import MailSystem, Server, SmtpThatAgrees, eventually, needs_binary, needs_dovecot

WAL_WRITE_LOCK = 120  # the byte of the -shm file that a writer of SQLite's WAL locks (wal.c, WAL_WRITE_LOCK)


class Receiver(http.server.BaseHTTPRequestHandler):
    got = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.got.append((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@needs_binary
class Rest(unittest.TestCase):
    def server(self, data=None):
        if data is None:
            data = tempfile.mkdtemp(prefix="dhii-rest-")
            self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        server = Server(data)
        self.addCleanup(server.end)
        server.set_up()
        server.call("/api/v1/accounts/sample", {})
        return server

    def status_of(self, server, path, body, method="POST"):
        request = urllib.request.Request(server.url + path, method=method, data=json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", "Authorization": "Bearer " + server.token})
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.load(error)

    def test_a_full_disk_is_503_and_loses_nothing(self):
        folder = tempfile.mkdtemp(prefix="dhii-rest-full-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("a small file system can't be mounted here (needs root)")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        server = self.server(os.path.join(folder, "data"))
        kept, refused = [], None
        for n in range(60):
            status, headers, answer = self.status_of(server, "/api/v1/templates", {"name": f"T{n}", "text": os.urandom(200_000).hex()})
            if status != 201:
                refused = status, headers, answer
                break
            kept.append(answer["id"])
        self.assertIsNotNone(refused, "the disk was never full")
        self.assertEqual(refused[0], 503, refused[2])
        self.assertTrue(refused[1]["Retry-After"])
        self.assertRegex(refused[2]["detail"].lower(), "disk|space|room")
        self.assertEqual(server.call("/api/v1/messages?limit=1")["messages"][0]["account"], "a1", "reading goes on")
        self.assertEqual([t["id"] for t in sorted(server.call("/api/v1/templates")["templates"], key=lambda t: int(t["id"][1:]))], kept)
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
        self.assertEqual(self.status_of(server, "/api/v1/templates", {"name": "After"})[0], 201)
        self.assertEqual(server.stop(), 0)

    def test_a_locked_database_is_503_and_loses_nothing(self):
        server = self.server()
        (shm,) = glob.glob(server.data + "/mail/u1/mail.db-shm")
        with open(shm, "r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, WAL_WRITE_LOCK)
            status, headers, answer = self.status_of(server, "/api/v1/templates", {"name": "Locked out"})
            self.assertEqual(status, 503, answer)
            self.assertTrue(headers["Retry-After"])
            self.assertEqual(len(server.call("/api/v1/messages?limit=5")["messages"]), 5, "reading goes on")
            fcntl.lockf(file, fcntl.LOCK_UN, 1, WAL_WRITE_LOCK)
        self.assertEqual(self.status_of(server, "/api/v1/templates", {"name": "Let in"})[0], 201)
        self.assertEqual([t["name"] for t in server.call("/api/v1/templates")["templates"]], ["Let in"])
        self.assertEqual(server.stop(), 0)

    @needs_dovecot
    def test_a_paused_account_stays_so_until_it_is_resumed(self):
        mail = MailSystem("--users", "alice")
        self.addCleanup(mail.stop)
        server = self.server()
        account = server.connect_mailbox(mail.imap_port, SmtpThatAgrees().port)
        path = "/api/v1/accounts/" + account["id"]
        self.assertTrue(eventually(lambda: server.call(path)["state"] == "idle", limit=30), server.call(path))
        self.assertEqual(server.call(path + "/pause", {})["state"], "paused")
        server.call(path + "/sync", {}, "POST", status=409)
        server.kill()
        server.start()
        server.sign_in()
        self.assertEqual(server.call(path)["state"], "paused", "over a restart too")
        server.call(path + "/resume", {})
        self.assertTrue(eventually(lambda: server.call(path)["state"] == "idle", limit=30), server.call(path))
        server.call("/api/v1/accounts/a1/pause", {}, "POST", status=409)  # the sample mailbox has no server
        self.assertEqual(server.stop(), 0)

    def test_webhooks_arrive_signed(self):
        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        server = self.server()
        made = server.call("/api/v1/webhooks", {"url": f"http://127.0.0.1:{receiver.server_port}/", "events": ["message.received"]})
        self.assertTrue(server.call(f"/api/v1/webhooks/{made['id']}/test", {})["delivered"])
        inbox = next(m["id"] for m in server.call("/api/v1/mailboxes")["mailboxes"] if m.get("role") == "inbox")
        # A message made a moment ago in the inbox, as one that comes in.
        server.jmap(("Email/set", {"create": {"n": {"mailboxIds": {inbox: True}, "subject": "News", "from": [{"email": "a@example.org"}],
                                                    "bodyValues": {"t": {"value": "x"}}, "textBody": [{"partId": "t"}]}}}))
        self.assertTrue(eventually(lambda: len(Receiver.got) >= 2, limit=20), Receiver.got)
        for headers, body in Receiver.got:
            fields = dict(part.split("=", 1) for part in headers["X-Dhii-Signature"].split(","))
            wanted = hmac.new(made["secret"].encode(), fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
            self.assertEqual(wanted, fields["v1"])
        self.assertEqual(json.loads(Receiver.got[1][1])["type"], "message.received")
        self.assertTrue(eventually(lambda: server.call(f"/api/v1/webhooks/{made['id']}/deliveries")["deliveries"][0]["state"] == "delivered"))
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
