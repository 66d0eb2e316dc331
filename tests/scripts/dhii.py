"""What the tests of the program as a whole share: a data folder, the command line, a mail system and the running server."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("DHII_BINARY", os.path.join(ROOT, "build", "dev", "dhii-mail"))
TOOL = os.path.join(ROOT, "scripts", "mail-system")
PASSWORD = "correct horse battery 42"
HAS_DOVECOT = bool(shutil.which("dovecot") or os.path.exists("/usr/sbin/dovecot"))

needs_binary = unittest.skipUnless(os.path.exists(BINARY), f"{BINARY} is not built (scripts/build dev)")
needs_dovecot = unittest.skipUnless(HAS_DOVECOT, "Dovecot is not installed (scripts/setup --tests)")


def message(subject, body="Hello.", number=0):
    return (f"From: Carol <carol@demo.test>\r\nTo: alice@demo.test\r\nSubject: {subject}\r\n"
            f"Date: Mon, 5 Jan 2026 10:{number // 60 % 60:02}:{number % 60:02} +0000\r\nMessage-ID: <{subject.replace(' ', '.')}@demo.test>\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n").encode()


class MailSystem:
    def __init__(self, *options, smtp=False):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="dhii-ms-"))
        self.run("start", "--port", "0", *([] if smtp else ["--no-smtp"]), *options)
        with open(self.folder + "/env", encoding="utf-8") as env:
            self.env = dict(line.strip().split("=", 1) for line in env)
        self.imap_port = int(self.env["MAIL_IMAP_PORT"])

    def run(self, command, *arguments):
        done = subprocess.run([TOOL, command, self.folder, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fill(self, user, count, body="Hello."):
        with tempfile.TemporaryDirectory() as folder:
            for part in ("cur", "new", "tmp"):
                os.mkdir(os.path.join(folder, part))
            for n in range(count):
                with open(f"{folder}/cur/17000{n:06}.M{n}.x:2,", "wb") as file:
                    file.write(message(f"Filled {n}", body, n))
            self.run("append-maildir", user, folder)

    def stop(self):
        subprocess.run([TOOL, "stop", self.folder], capture_output=True, stdin=subprocess.DEVNULL, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class SmtpThatAgrees(threading.Thread):
    """Just enough of a submission server to pass the test of an account's settings. Nothing is ever sent to it."""

    def __init__(self):
        import socket
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"220 fake ESMTP\r\n")
                stream.flush()
                for line in stream:
                    word = line[:4].upper()
                    answer = {b"EHLO": b"250-fake\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 ok\r\n", b"QUIT": b"221 bye\r\n"}
                    stream.write(answer.get(word, b"500 no\r\n"))
                    stream.flush()
                    if word == b"QUIT":
                        break


def environment(data, **more):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DHII_", "DATABASE_URL", "JWT_", "ENCRYPTION_"))}
    return {**clean, "DHII_DATA_DIR": data, "DHII_EGRESS": "loopback", "DHII_RATE_API": "1000/1000", "DHII_RATE_AUTH": "1000/1000",
            "DHII_METRICS_LISTEN": "off", **more}


class CommandLine:
    def __init__(self, data):
        self.data = data

    def __call__(self, *arguments, given="", status=0):
        done = subprocess.run([BINARY, *arguments], input=given, capture_output=True, text=True, env=environment(self.data), timeout=60)
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments, given="", status=0):
        done = self(*arguments, "--json", given=given, status=status)
        return json.loads(done.stdout if status == 0 else (done.stdout or done.stderr.splitlines()[-1]))


class Server:
    """The server as a process. `log` grows while it runs; kill() is the power cord, stop() the polite end."""

    def __init__(self, data, listen="127.0.0.1:0", **more):
        self.data, self.listen, self.more, self.token, self.log = data, listen, more, None, []
        self.start()

    def start(self):
        self.process = subprocess.Popen([BINARY, "serve", "--listen", self.listen], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, env=environment(self.data, **self.more))
        self.url = self.setup_token = None
        ready = threading.Event()

        def read(stream):
            for line in stream:
                self.log.append(line)
                found = re.search(r"(https?://[0-9.:]+)(?:/#/setup\?token=(\S+))?", line)
                if found and not self.url:
                    self.url, self.setup_token = found.group(1), found.group(2)
                    ready.set()
            ready.set()

        def read_and_close(stream):
            with stream:
                read(stream)

        self.reader = threading.Thread(target=read_and_close, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        assert ready.wait(20) and self.url, "".join(self.log)

    def call(self, path, body=None, method=None, status=200):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                got, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            got, text = error.code, error.read()
        assert got == status or (status == 200 and got in (201, 202, 204)), f"{path}: {got} {text}"
        return json.loads(text) if text else None

    def set_up(self):
        answer = self.call("/api/v1/setup", {"token": self.setup_token, "login": "ada", "password": PASSWORD})
        self.token = answer["access_token"]

    def sign_in(self):
        self.token = None
        self.token = self.call("/api/v1/auth/login", {"login": "ada", "password": PASSWORD})["access_token"]

    def jmap(self, *calls):
        answer = self.call("/jmap/api", {"using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"],
                                         "methodCalls": [[name, {"accountId": "a1", **arguments}, str(n)] for n, (name, arguments) in enumerate(calls)]})
        return [response[1] for response in answer["methodResponses"]]

    def connect_mailbox(self, imap_port, smtp_port, user="alice"):
        server = {"host": "127.0.0.1", "security": "none", "login": f"{user}@demo.test"}
        return self.call("/api/v1/accounts", {"email": f"{user}@demo.test", "password": "demo", "imap": {**server, "port": imap_port},
                                              "smtp": {**server, "port": smtp_port}})

    def account(self):
        return self.call("/api/v1/accounts")["accounts"][0]

    def count(self):
        return self.jmap(("Email/query", {"calculateTotal": True, "limit": 1}))[0].get("total", 0)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.reader.join()

    def stop(self, limit=5):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=limit)
        self.reader.join()
        return status

    def end(self):
        if self.process.poll() is None:
            self.kill()


def eventually(check, limit=15, pause=0.1):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(pause)
    return bool(check())
