"""Users, keys, export and erasure on the running program: what is on the disk, and what is gone from it."""
import base64
import io
import json
import os
import socket
import tarfile
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

from dhii import CommandLine, MailSystem, Server, SmtpThatAgrees, eventually, needs_binary, needs_dovecot

BOB = "a sentence that is bob's"


def get(url, authorization, method="GET"):
    request = urllib.request.Request(url, method=method, headers={"Authorization": authorization})
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class SmtpThatKeeps(threading.Thread):
    """Takes mail and keeps its text."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.mails = []
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self.talk(stream)

    def talk(self, stream):
        def say(line):
            stream.write(line + b"\r\n")
            stream.flush()

        say(b"220 fake ESMTP")
        for line in stream:
            word = line[:4].upper()
            if word == b"DATA":
                say(b"354 go on")
                text = []
                for part in stream:
                    if part == b".\r\n":
                        break
                    text.append(part)
                self.mails.append(b"".join(text).decode())
                say(b"250 taken")
            elif word == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


class Relay(threading.Thread):
    """Stands before a server and knows how many are connected to it."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target, self.connected = port, set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            self.connected.add(client)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pass_on, args=(source, sink, client), daemon=True).start()

    def pass_on(self, source, sink, client):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        self.connected.discard(client)
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@needs_binary
class People(unittest.TestCase):
    def start(self, **more):
        folder = tempfile.TemporaryDirectory(prefix="dhii-people-")
        self.addCleanup(folder.cleanup)
        server = Server(folder.name, **more)
        self.addCleanup(server.end)
        server.set_up()
        return server, CommandLine(folder.name)

    def bob(self, server, login="bob"):
        invitation = server.call("/api/v1/users/invitations", {"role": "user"})["invitation"]
        answer = server.call("/api/v1/auth/register", {"invitation": invitation, "login": login, "password": BOB})
        return "Bearer " + answer["access_token"], answer["user"]["id"]

    def test_an_app_password_opens_jmap_until_it_is_revoked(self):
        server, _ = self.start()
        made = server.call("/api/v1/app-passwords", {"name": "Phone"})
        basic = "Basic " + base64.b64encode(f"ada:{made['password']}".encode()).decode()
        self.assertEqual(get(server.url + "/.well-known/jmap", basic)[0], 200)
        self.assertEqual(get(server.url + "/api/v1/accounts", basic)[0], 403)
        server.call(f"/api/v1/app-passwords/{made['id']}", method="DELETE")
        self.assertEqual(get(server.url + "/.well-known/jmap", basic)[0], 401)

    def test_a_key_of_the_command_line_works_on_the_running_server_and_ends_there(self):
        server, cli = self.start()
        made = cli.json("api-key", "add", "--user", "ada", "--name", "Backup", "--scope", "mail:read", "--network", "127.0.0.0/8")
        bearer = "Bearer " + made["key"]
        self.assertEqual(get(server.url + "/api/v1/accounts", bearer)[0], 200)
        self.assertEqual(get(server.url + "/api/v1/users", bearer)[0], 403)
        listed = cli.json("api-key", "list", "--user", "ada")["api_keys"]
        self.assertEqual([key["id"] for key in listed], [made["id"]])
        self.assertNotIn(made["key"], json.dumps(listed))
        cli.json("api-key", "revoke", made["id"])
        self.assertTrue(eventually(lambda: get(server.url + "/api/v1/accounts", bearer)[0] == 401, limit=40, pause=1))
        self.assertIn("no key", cli("api-key", "revoke", made["id"], status=1).stderr)

    def test_what_a_person_takes_along_holds_all_mail_and_no_secret(self):
        server, _ = self.start()
        server.call("/api/v1/accounts/sample", {})
        begun = server.call("/api/v1/me/export", {})
        path = f"/api/v1/me/export/{begun['id']}"
        self.assertTrue(eventually(lambda: server.call(path)["state"] == "ready", limit=60, pause=0.5))
        state = server.call(path)
        self.assertGreater(state["messages"], 100)
        status, body = get(server.url + path + "/file?part=1", "Bearer " + server.token)
        self.assertEqual(status, 200)
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            names = tar.getnames()
            account = json.load(tar.extractfile("account.json"))
            mail = b"".join(tar.extractfile(n).read() for n in names if n.endswith(".mbox"))
        self.assertEqual(account["login"], "ada")
        self.assertNotIn("password", json.dumps(account))
        self.assertGreaterEqual(mail.count(b"\nFrom ") + 1, state["messages"])
        folder = os.path.join(server.data, "exports")
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as file:
                self.assertNotIn(b"Subject:", file.read(), "sealed on the disk")
        server.call(path, method="DELETE")
        self.assertEqual(os.listdir(folder), [])

    @needs_dovecot
    def test_a_disabled_users_mail_stands_still_until_the_user_is_back(self):
        system = MailSystem()
        self.addCleanup(system.stop)
        relay = Relay(system.imap_port)
        server, cli = self.start()
        ada = server.token
        bearer, user = self.bob(server)
        server.token = bearer.removeprefix("Bearer ")
        system.fill("alice", 3)
        server.connect_mailbox(relay.port, SmtpThatAgrees().port)
        self.assertTrue(eventually(lambda: server.count() == 3 and relay.connected, limit=60))
        server.token = ada
        server.call(f"/api/v1/users/{user}", {"disabled": True}, method="PATCH")
        self.assertTrue(eventually(lambda: not relay.connected, limit=10), "nothing goes on with the mail server")
        system.fill("alice", 2, body="While Bob was away.")
        server.kill()
        server.start()
        self.assertFalse(eventually(lambda: relay.connected, limit=4), "nor after a restart")
        cli.json("user", "enable", "bob")  # noticed within a minute
        self.assertTrue(eventually(lambda: relay.connected, limit=90))
        server.token = server.call("/api/v1/auth/login", {"login": "bob", "password": BOB})["access_token"]
        self.assertTrue(eventually(lambda: server.count() == 5, limit=60))

    def test_an_erased_user_is_gone_from_the_disk(self):
        server, cli = self.start(DHII_DELETION_GRACE_DAYS="0")
        bearer, user = self.bob(server)
        self.assertEqual(get(server.url + "/.well-known/jmap", bearer)[0], 200)
        folder = os.path.join(server.data, "mail", user)
        self.assertTrue(os.path.isdir(folder))
        server.call(f"/api/v1/users/{user}", method="DELETE")
        self.assertEqual(get(server.url + "/.well-known/jmap", bearer)[0], 401)
        self.assertTrue(eventually(lambda: not os.path.exists(folder), limit=100, pause=1))
        self.assertTrue(eventually(lambda: [u["login"] for u in cli.json("user", "list")["users"]] == ["ada"]))

    def test_a_forgotten_password_is_mailed_about_and_reset(self):
        smtp = SmtpThatKeeps()
        with socket.create_server(("127.0.0.1", 0)) as free:
            listen = f"127.0.0.1:{free.getsockname()[1]}"
        server, _ = self.start(listen=listen, DHII_PUBLIC_URL=f"http://{listen}", DHII_SMTP_HOST="127.0.0.1", DHII_SMTP_PORT=str(smtp.port),
                               DHII_SMTP_SECURITY="none", DHII_SMTP_FROM="dhii-mail@example.test")
        bearer, _ = self.bob(server, "bob@example.test")
        server.token = None
        self.assertEqual(server.call("/api/v1/auth/password-reset", {"login": "bob@example.test"}),
                         server.call("/api/v1/auth/password-reset", {"login": "nobody@example.test"}))
        self.assertTrue(eventually(lambda: smtp.mails))
        text = smtp.mails[0].replace("=\r\n", "").replace("=3D", "=")
        token = text.split("/#/reset?token=")[1][:43]
        fresh = "an entirely new sentence"
        server.call("/api/v1/auth/password-reset/confirm", {"token": token, "new_password": fresh})
        self.assertEqual(get(server.url + "/api/v1/me", bearer)[0], 401)
        self.assertIn("access_token", server.call("/api/v1/auth/login", {"login": "bob@example.test", "password": fresh}))
        self.assertEqual(len(smtp.mails), 1)

    def test_who_must_have_a_second_factor_is_led_there_first(self):
        server, cli = self.start(DHII_REQUIRE_SECOND_FACTOR="administrators")
        self.assertTrue(server.call("/api/v1/auth/me")["second_factor_missing"])
        self.assertEqual(server.call("/api/v1/users", status=403)["code"], "auth.factor_required")
        server.call("/api/v1/auth/totp", {}, status=400)  # takes no body: reached, and not refused for the factor
        checks = {c["id"]: c for c in json.loads(cli("check", "pre", "--json", status=1).stdout)["checks"]}
        self.assertEqual(checks["pre.people.second_factor"]["status"], "warn")
        self.assertIn("ada", checks["pre.people.second_factor"]["evidence"])

    def test_the_command_line_guards_the_last_administrator(self):
        server, cli = self.start()
        for words in (("role", "ada", "user"), ("disable", "ada"), ("delete", "ada")):
            self.assertIn("last administrator", cli("user", *words, status=1).stderr)
        self.bob(server)
        cli.json("user", "role", "bob", "auditor")
        self.assertIn("reset?token=", cli.json("user", "reset-link", "bob")["link"])
        cli.json("user", "delete", "bob")
        self.assertIn("planned", cli("user", "enable", "bob", status=1).stderr)
        cli.json("user", "restore", "bob")
        cli.json("user", "disable", "bob")
        cli.json("user", "enable", "bob")
        states = {u["login"]: (u["role"], u["disabled"]) for u in cli.json("user", "list")["users"]}
        self.assertEqual(states, {"ada": ("administrator", False), "bob": ("auditor", False)})


if __name__ == "__main__":
    unittest.main()
