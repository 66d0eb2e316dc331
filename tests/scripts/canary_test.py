"""No secret, body or token in anything that leaves the program for an operator: at the most verbose level somebody signs in, connects a mailbox,
sends and reads mail, all with canaries; then each output (terminal, file, syslog, Splunk, the spools' files, metrics) is searched for each
canary, its base64 at every offset, its hex and its percent-encoding."""
import base64
import json
import os
import re
import shutil
import socket
import tempfile
import threading
import time
import unittest
import urllib.parse

from dhii import MailSystem, Server, eventually, needs_binary, needs_dovecot
from metrics_test import get
from receivers import Splunk

CANARIES = {
    "sign-in password": "canaryWALRUS purple 81 lamp",
    "wrong password": "canaryOTTER green 17 chair",
    "mailbox password": "canaryBADGERmailbox55",
    "wrong mailbox password": "canaryHERONmailbox77",
    "body": "canaryLYNXbody99 is what nobody else may read",
    "subject": "canaryRAVENsubject31",
    "metrics token": "canaryFERRETmetrics42token",
    "Splunk token": "canaryGECKOsplunk64token",
    "JWT_SECRET_KEY": "canaryPANDAjwt0123456789abcdefghijkl",
    "ENCRYPTION_KEY": "canaryZEBRAencryption0123456789abcdef",
    "refused token": "canaryMOOSE.bearer.token",
}


def disguises(secret):
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield urllib.parse.quote(secret).encode()
    yield urllib.parse.quote_plus(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    for offset in range(3):  # inside something longer ("\\0login\\0password"), base64 begins at any of three places
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * offset + raw)
            yield text[4 if offset else 0:len(text) // 4 * 4 - 4]  # what depends on the neighbours left out


class Sink(threading.Thread):
    """A syslog collector that keeps every byte."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.bytes = b""
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                while piece := connection.recv(65536):
                    self.bytes += piece


@needs_binary
@needs_dovecot
class Canaries(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dhii-canary-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.mail = MailSystem("--password", CANARIES["mailbox password"])
        self.addCleanup(self.mail.stop)
        self.sink, self.splunk = Sink(), Splunk(CANARIES["Splunk token"])
        self.addCleanup(self.sink.listener.close)
        self.addCleanup(self.splunk.end)
        self.log_file = self.folder + "/dhii.log"
        self.server = Server(self.folder + "/data", DHII_LOG_LEVEL="trace", DHII_LOG_FORMAT="json", DHII_LOG_OUTPUT="stderr,file,syslog",
                             DHII_LOG_FILE=self.log_file, DHII_SYSLOG_URL=self.sink.url, DHII_SPLUNK_HEC_URL=self.splunk.url,
                             DHII_SPLUNK_HEC_TOKEN=CANARIES["Splunk token"], DHII_EXTRA_CA_FILE=self.splunk.cert,
                             DHII_METRICS_LISTEN="127.0.0.1:0", DHII_METRICS_TOKEN=CANARIES["metrics token"],
                             JWT_SECRET_KEY=CANARIES["JWT_SECRET_KEY"], ENCRYPTION_KEY=CANARIES["ENCRYPTION_KEY"])
        self.addCleanup(self.server.end)

    def metrics(self):
        port = re.search(r"metrics on ([0-9.:]+), path", "".join(self.server.log)).group(1)
        return get(f"http://{port}/metrics", CANARIES["metrics token"])[2]

    def submission_server(self):
        """Takes one message after AUTH; what it heard is returned by its list."""
        heard = []

        def serve(listener):
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, connection.makefile("rwb") as stream:
                    stream.write(b"220 fake ESMTP\r\n")
                    stream.flush()
                    in_data = False
                    for line in stream:
                        heard.append(line)
                        if in_data:
                            if line != b".\r\n":
                                continue
                            in_data, answer = False, b"250 taken\r\n"
                        else:
                            word = line[:4].upper()
                            in_data = word == b"DATA"
                            answer = {b"EHLO": b"250-fake\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 ok\r\n", b"DATA": b"354 go\r\n",
                                      b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n")
                        stream.write(answer)
                        stream.flush()
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        return listener.getsockname()[1], heard

    def connect(self, password, smtp_port, status=200):
        server = {"host": "127.0.0.1", "security": "none", "login": "alice@demo.test"}
        return self.server.call("/api/v1/accounts", {"email": "alice@demo.test", "password": password, "imap": {**server, "port": self.mail.imap_port},
                                                     "smtp": {**server, "port": smtp_port}}, status=status)

    def send(self):
        using = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission"]
        identity = self.server.call("/jmap/api", {"using": using, "methodCalls": [["Identity/get", {"accountId": "a1", "ids": None}, "0"]]})
        identity = identity["methodResponses"][0][1]["list"][0]["id"]
        drafts = self.server.jmap(("Mailbox/query", {"filter": {"role": "drafts"}}))[0]["ids"] or self.server.jmap(("Mailbox/query", {}))[0]["ids"]
        answers = self.server.call("/jmap/api", {
            "using": using, "methodCalls": [
                ["Email/set", {"accountId": "a1", "create": {"d": {
                    "mailboxIds": {drafts[0]: True}, "keywords": {"$draft": True}, "from": [{"email": "alice@demo.test"}], "to": [{"email": "bob@demo.test"}],
                    "subject": CANARIES["subject"], "bodyValues": {"1": {"value": CANARIES["body"]}}, "textBody": [{"partId": "1", "type": "text/plain"}]}}}, "0"],
                ["EmailSubmission/set", {"accountId": "a1", "create": {"s": {"identityId": identity, "emailId": "#d", "envelope": {
                    "mailFrom": {"email": "alice@demo.test"}, "rcptTo": [{"email": "bob@demo.test"}]}}}}, "1"]]})["methodResponses"]
        self.assertIn("s", answers[1][1].get("created") or {}, answers)

    def test_no_output_holds_a_secret_a_body_or_a_token(self):
        canaries = dict(CANARIES)
        server, log = self.server, self.server.log
        set_up = server.call("/api/v1/setup", {"token": server.setup_token, "login": "ada", "password": CANARIES["sign-in password"]})
        canaries["set-up token"] = server.setup_token
        server.call("/api/v1/auth/login", {"login": "ada", "password": CANARIES["wrong password"]}, status=401)
        signed_in = server.call("/api/v1/auth/login", {"login": "ada", "password": CANARIES["sign-in password"]})
        for n, answer in enumerate((set_up, signed_in)):
            canaries.update({f"{name} {n}": value for name, value in answer.items() if name.endswith("_token") and isinstance(value, str)})
        self.assertGreaterEqual(len(canaries), len(CANARIES) + 3)
        server.token = CANARIES["refused token"]
        server.call("/api/v1/accounts", status=401)
        server.token = signed_in["access_token"]
        port, heard = self.submission_server()
        try:
            self.connect(CANARIES["wrong mailbox password"], port, status=0)
        except AssertionError as refused:
            self.assertNotIn(" 20", str(refused)[:40])
        self.connect(CANARIES["mailbox password"], port)
        self.mail.fill("alice", 3, CANARIES["body"] + "\r\n")
        self.assertTrue(eventually(lambda: server.count() >= 3, 60), server.account())
        self.send()
        self.assertTrue(eventually(lambda: any(CANARIES["body"].encode() in line for line in heard), 60), "the message goes out")
        server.jmap(("Email/query", {"filter": {"text": CANARIES["body"].split()[0]}}))
        self.assertTrue(eventually(lambda: self.splunk.events and b"auth.signed_in" in self.sink.bytes, 30))
        metrics = self.metrics()
        time.sleep(1)
        server.stop(20)
        with open(self.log_file, "rb") as file:
            outputs = {"file": file.read()}
        shown = [line for line in log if "setup?token=" not in line]  # the one line that is not part of the log
        outputs.update({"terminal": "".join(shown).encode(), "syslog": self.sink.bytes, "splunk": json.dumps(self.splunk.events).encode(),
                        "metrics": metrics.encode()})
        for where, names, _ in os.walk(self.folder + "/data/log-spool"):
            for name in os.listdir(where):
                with open(os.path.join(where, name), "rb") as file:
                    outputs["spool " + name] = file.read()
        for name in ("file", "terminal", "syslog"):
            self.assertIn(b"GET", outputs[name], "at trace, requests are told")
        for output, content in outputs.items():
            self.assertGreater(len(content), 7, output)
            for name, secret in canaries.items():
                for disguise in disguises(secret):
                    self.assertNotIn(disguise, content, f"{name} in {output}")

    def test_the_search_itself_finds_a_canary_in_each_disguise(self):
        secret = CANARIES["sign-in password"]
        for text in (secret, base64.b64encode(b"\0ada\0" + secret.encode()).decode(), base64.b64encode(b"xx" + secret.encode() + b"tail").decode(),
                     base64.b64encode(b"x" + secret.encode()).decode(), secret.encode().hex(), urllib.parse.quote(secret)):
            self.assertTrue(any(d in text.encode() for d in disguises(secret)), text)


if __name__ == "__main__":
    unittest.main()
