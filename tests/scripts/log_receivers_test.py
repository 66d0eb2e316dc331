"""What dhii-mail logs, as real collectors take it: rsyslog and syslog-ng over UDP, TCP and TLS, in ECS, CEF and LEEF; Splunk's HEC; a collector
that is away for a while; a file. Hostile text stays one value in each of them."""
import json
import os
import re
import tempfile
import unittest

from dhii import Server, eventually, needs_binary
from receivers import RSYSLOG, Rsyslog, Splunk, SyslogNg, find_syslog_ng

needs_rsyslog = unittest.skipUnless(os.path.exists(RSYSLOG), "rsyslog is not installed (scripts/setup --tests)")
# Ends a field, a line or a message in one of the formats.
HOSTILE = 'e|v=i\\l"] x'
TOKEN = "0d6f1a2b-token-of-the-collector"


def parse_cef(text):
    """Strictly by the CEF guide: seven header fields behind 'CEF:0', then key=value with escapes."""
    fields, at = [], 0
    for _ in range(7):
        field = ""
        while text[at] != "|":
            if text[at] == "\\":
                at += 1
                assert text[at] in "\\|", text
            field += text[at]
            at += 1
        fields.append(field)
        at += 1
    assert fields[0] == "CEF:0", text
    extension = {}
    keys = list(re.finditer(r"(?:^| )([A-Za-z0-9]+)=", text[at:]))
    keys = [k for k in keys if not text[at:][:k.end() - 1].endswith("\\")]
    for key, following in zip(keys, keys[1:] + [None]):
        raw = text[at:][key.end():following.start() if following else None]
        assert not re.search(r"(?<!\\)(?:\\\\)*=", raw), raw
        extension[key.group(1)] = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m.group(1), m.group(1)), raw)
    return fields[1:], extension


def parse_leef(text):
    head, rest = text.split("|x09|", 1)
    fields = head.split("|")
    assert fields[0] == "LEEF:2.0" and len(fields) == 5, text
    return fields[1:], dict(pair.split("=", 1) for pair in rest.split("\t"))


class Base(unittest.TestCase):
    def serve(self, **more):
        folder = tempfile.TemporaryDirectory(prefix="dhii-logs-")
        self.addCleanup(folder.cleanup)
        server = Server(folder.name, **more)
        self.addCleanup(server.end)
        server.set_up()
        return server

    def receiver(self, kind, transport, port=None):
        receiver = kind(transport, port)
        self.addCleanup(receiver.end)
        return receiver

    def fail_to_sign_in(self, server, login=HOSTILE):
        server.call("/api/v1/auth/login", {"login": login, "password": "wrong password 12"}, status=401)

    def wait_for(self, receiver, code, count=1):
        found = []

        def look():
            found[:] = [r for r in receiver.received() if self.code_of(r) == code]
            return len(found) >= count
        self.assertTrue(eventually(look, 30), (receiver.said(), receiver.received()))
        return found

    @staticmethod
    def code_of(row):
        return row.get("msgid") or row.get("MSGID")


@needs_binary
@needs_rsyslog
class ThroughRsyslog(Base):
    def test_ecs_over_tcp_is_parsed_field_by_field(self):
        receiver = self.receiver(Rsyslog, "tcp").start()
        server = self.serve(DHII_SYSLOG_URL=receiver.url, DHII_LOG_FORMAT="json", DHII_LOG_LEVEL="debug")
        self.fail_to_sign_in(server)
        row = self.wait_for(receiver, "auth.sign_in_failed")[0]
        self.assertEqual(row["pri"], 10 * 8 + 4)
        self.assertEqual(row["app"], "dhii-mail")
        self.assertEqual(row["procid"], str(server.process.pid))
        ecs = row["parsed"]["ecs"]
        self.assertEqual(ecs["event.code"], "auth.sign_in_failed")
        self.assertEqual(ecs["event.category"], ["authentication"])
        self.assertEqual(ecs["source.ip"], "127.0.0.1")
        self.assertTrue(row["time"].startswith(ecs["@timestamp"][:19]))
        lines = [r for r in receiver.received() if self.code_of(r) == "-"]
        self.assertTrue(any(r["parsed"]["ecs"]["event.dataset"] == "dhii-mail.log" and r["pri"] == 3 * 8 + 7 for r in lines), lines)

    def test_cef_over_tls_keeps_hostile_text_in_its_field(self):
        receiver = self.receiver(Rsyslog, "tls").start()
        server = self.serve(DHII_SYSLOG_URL=receiver.url, DHII_SECURITY_FORMAT="cef", DHII_EXTRA_CA_FILE=receiver.cert)
        self.fail_to_sign_in(server)
        row = self.wait_for(receiver, "auth.sign_in_failed")[0]
        header, extension = parse_cef(row["msg"].strip())
        self.assertEqual(header[:2] + header[3:], ["dhii-mail", "dhii-mail", "auth.sign_in_failed", "auth sign in failed", "6"])
        self.assertEqual(extension["suser"], HOSTILE)
        self.assertEqual(extension["src"], "127.0.0.1")
        self.assertEqual(extension["outcome"], "failure")

    def test_a_collector_with_a_certificate_of_nobody_we_trust_gets_nothing(self):
        receiver = self.receiver(Rsyslog, "tls").start()
        server = self.serve(DHII_SYSLOG_URL=receiver.url)
        self.assertTrue(eventually(lambda: "log output syslog" in "".join(server.log)), server.log)
        self.assertEqual(receiver.received(), [])

    def test_text_over_udp_with_structured_data(self):
        receiver = self.receiver(Rsyslog, "udp").start()
        server = self.serve(DHII_SYSLOG_URL=receiver.url)
        self.fail_to_sign_in(server, 'quote" bracket] back\\slash')
        row = self.wait_for(receiver, "auth.sign_in_failed")[0]
        data = row["parsed"]["rfc5424-sd"]["dhii@32473"]
        self.assertEqual(data["event"], "auth.sign_in_failed")
        self.assertEqual(data["user"], 'quote" bracket] back\\slash')
        self.assertEqual(data["address"], "127.0.0.1")

    def test_what_happened_while_the_collector_was_away_comes_in_order_also_over_a_restart(self):
        receiver = self.receiver(Rsyslog, "tcp")
        server = self.serve(DHII_SYSLOG_URL=receiver.url)
        names = [f"nobody{n}" for n in range(40)]
        for name in names[:20]:
            self.fail_to_sign_in(server, name)
        self.assertTrue(eventually(lambda: os.path.getsize(server.data + "/log-spool/syslog.spool") > 2000))
        self.assertEqual(os.stat(server.data + "/log-spool/syslog.spool").st_mode & 0o777, 0o600)
        server.stop(20)
        server.start()
        for name in names[20:]:
            self.fail_to_sign_in(server, name)
        receiver.start()
        rows = self.wait_for(receiver, "auth.sign_in_failed", 40)
        self.assertEqual([row["parsed"]["rfc5424-sd"]["dhii@32473"]["user"] for row in rows], names)
        self.assertTrue(eventually(lambda: os.path.getsize(server.data + "/log-spool/syslog.spool") == 8))


@needs_binary
@unittest.skipUnless(find_syslog_ng(), "syslog-ng can't be had here (apt-get download syslog-ng-core)")
class ThroughSyslogNg(Base):
    def test_ecs_over_tls(self):
        receiver = self.receiver(SyslogNg, "tls").start()
        server = self.serve(DHII_SYSLOG_URL=receiver.url, DHII_EXTRA_CA_FILE=receiver.cert)
        self.fail_to_sign_in(server)
        row = self.wait_for(receiver, "auth.sign_in_failed")[0]
        self.assertEqual(row["PROGRAM"], "dhii-mail")
        self.assertEqual(row["PID"], str(server.process.pid))
        flat = json.dumps(row)
        self.assertIn('"auth.sign_in_failed"', flat)
        body = json.loads(row["MESSAGE"])
        self.assertEqual(body["user.name"], HOSTILE)

    def test_leef_over_tcp(self):
        receiver = self.receiver(SyslogNg, "tcp").start()
        server = self.serve(DHII_SYSLOG_URL=receiver.url, DHII_SECURITY_FORMAT="leef")
        self.fail_to_sign_in(server)
        row = self.wait_for(receiver, "auth.sign_in_failed")[0]
        header, attributes = parse_leef(row["MESSAGE"])
        self.assertEqual(header[:2] + header[3:], ["dhii-mail", "dhii-mail", "auth.sign_in_failed"])
        self.assertEqual(attributes["usrName"], HOSTILE)
        self.assertEqual(attributes["src"], "127.0.0.1")

    def test_every_event_arrives_once_and_in_order_over_udp(self):
        receiver = self.receiver(SyslogNg, "udp").start()
        server = self.serve(DHII_SYSLOG_URL=receiver.url)
        for n in range(15):
            self.fail_to_sign_in(server, f"nobody{n}")
        rows = self.wait_for(receiver, "auth.sign_in_failed", 15)
        self.assertEqual([json.loads(row["MESSAGE"])["user.name"] for row in rows], [f"nobody{n}" for n in range(15)])


@needs_binary
class ThroughSplunk(Base):
    def setUp(self):
        self.splunk = Splunk(TOKEN)
        self.addCleanup(self.splunk.end)

    def start(self, **more):
        return self.serve(DHII_SPLUNK_HEC_URL=self.splunk.url, DHII_SPLUNK_HEC_TOKEN=TOKEN, DHII_EXTRA_CA_FILE=self.splunk.cert, **more)

    def codes(self):
        return [event["event"]["event.code"] for event in list(self.splunk.events)]

    def test_security_events_arrive_with_their_time_and_nothing_else_does(self):
        server = self.start(DHII_LOG_LEVEL="trace")
        self.fail_to_sign_in(server)
        self.assertTrue(eventually(lambda: "auth.sign_in_failed" in self.codes(), 30), self.codes())
        event = next(e for e in self.splunk.events if e["event"]["event.code"] == "auth.sign_in_failed")
        self.assertEqual(event["sourcetype"], "dhii:mail:ecs")
        self.assertEqual(event["event"]["user.name"], HOSTILE)
        self.assertAlmostEqual(event["time"], __import__("time").time(), delta=60)
        self.assertTrue(all(e["event"]["event.dataset"] == "dhii-mail.security" for e in self.splunk.events))

    def test_a_refusal_is_told_and_what_was_refused_comes_later(self):
        self.splunk.status = 503
        server = self.start()
        self.fail_to_sign_in(server)
        self.assertTrue(eventually(lambda: "log output splunk" in "".join(server.log), 30))
        self.assertIn("answered 503", "".join(server.log))
        self.assertNotIn(TOKEN, "".join(server.log))
        self.splunk.status = 200
        self.assertTrue(eventually(lambda: "auth.sign_in_failed" in self.codes(), 60))
        self.assertEqual(self.codes().count("auth.sign_in_failed"), 1)


@needs_binary
class IntoAFile(Base):
    def test_every_line_is_one_ecs_object_and_the_set_up_link_is_in_none(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/dhii.log"
            server = self.serve(DHII_LOG_OUTPUT="stdout,file", DHII_LOG_FILE=path, DHII_LOG_FORMAT="json", DHII_LOG_LEVEL="trace")
            self.fail_to_sign_in(server)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            server.stop(20)
            with open(path, encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            self.assertIn("auth.sign_in_failed", [row.get("event.code") for row in rows])
            for row in rows:
                self.assertEqual(row["ecs.version"], "8.11.0")
                self.assertRegex(row["@timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
                self.assertNotIn(server.setup_token, json.dumps(row))

    def test_a_file_that_can_not_be_opened_stops_the_start_with_a_sentence(self):
        import subprocess
        from dhii import BINARY, environment
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([BINARY, "serve", "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=60,
                                  env=environment(folder, DHII_LOG_FILE=folder + "/no/such/folder/log"))
            self.assertEqual(done.returncode, 1)
            self.assertIn("DHII_LOG_FILE", done.stderr)


if __name__ == "__main__":
    unittest.main()
