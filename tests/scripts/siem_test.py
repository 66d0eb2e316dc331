"""What is shipped for ELK, Splunk, QRadar and fail2ban: it parses, it names exactly what the program writes, and fail2ban finds who it should."""
import configparser
import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from dhii import ROOT, Server, eventually, needs_binary

DEPLOY = os.path.join(ROOT, "deploy")
FILTER = os.path.join(DEPLOY, "fail2ban", "filter.d", "dhii-mail.conf")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def written_by(source):
    """The names in a formatter's source: out.text("name", ...), add(out, "name", ...)."""
    return set(re.findall(r'(?:out\.(?:text|number|list|raw)|out\.add|\badd)\((?:out, )?"([@\w.-]+)"', read("src", "logs", source)))


ECS_NAMES = written_by("ecs.cpp") - {"time", "host", "source", "sourcetype", "event"}  # those of the HEC envelope
CATALOGUE = dict(re.findall(r'^DHII_EVENT\(\w+, "([\w.]+)", k(\w+),', read("src", "event", "catalogue.inc"), re.M))


def flat(properties, prefix=""):
    for name, value in properties.items():
        if "properties" in value:
            yield from flat(value["properties"], prefix + name + ".")
        else:
            yield prefix + name


class Elk(unittest.TestCase):
    def test_the_index_template_maps_every_field_that_is_written(self):
        template = json.loads(read("deploy", "elk", "index-template.json"))
        mapped = set(flat(template["template"]["mappings"]["properties"]))
        self.assertEqual(ECS_NAMES - mapped, set())
        self.assertEqual(mapped - ECS_NAMES, {"event.ingested", "source.geo.country_iso_code", "source.geo.location"}, "only the pipeline adds more")
        self.assertEqual(template["template"]["mappings"]["properties"]["source"]["properties"]["ip"]["type"], "ip")

    def test_the_pipeline_is_made_of_known_processors_and_of_fields_that_exist(self):
        pipeline = json.loads(read("deploy", "elk", "ingest-pipeline.json"))
        for processor in pipeline["processors"]:
            self.assertEqual(len(processor), 1)
            self.assertIn(next(iter(processor)), {"dot_expander", "date", "set", "geoip"})
        geo = next(p["geoip"] for p in pipeline["processors"] if "geoip" in p)
        self.assertIn(geo["field"], ECS_NAMES)

    def test_filebeat_sends_to_the_data_stream_of_the_template(self):
        text = read("deploy", "elk", "filebeat.yml")
        template = json.loads(read("deploy", "elk", "index-template.json"))
        index = re.search(r'index: "([^"]+)"', text).group(1)
        self.assertTrue(any(re.fullmatch(p.replace("*", ".*"), index) for p in template["index_patterns"]))
        self.assertIn("expand_keys: true", text)
        self.assertNotIn("\t", text, "YAML knows no tabs")


class SplunkFiles(unittest.TestCase):
    def parse(self, name):
        parser = configparser.RawConfigParser(strict=True, delimiters=("=",), comment_prefixes=("#",))
        parser.optionxform = str
        parser.read_string(read("deploy", "splunk", name))
        return parser

    def test_every_alias_is_of_a_field_that_is_written(self):
        props = self.parse("props.conf")["dhii:mail:ecs"]
        named = {match for key, value in props.items() for match in re.findall(r'"([\w.@]+)" AS|\'([\w.]+)\'', value) for match in match if match}
        self.assertGreater(len(named), 8)
        self.assertEqual(named - ECS_NAMES, set())
        self.assertIn('"@timestamp":"', read("src", "logs", "format_test.cpp").replace('\\"', '"'))

    def test_the_files_parse_and_point_at_each_other(self):
        props, transforms = self.parse("props.conf"), self.parse("transforms.conf")
        for name, value in props["dhii:mail:ecs"].items():
            if name.startswith("TRANSFORMS-"):
                self.assertIn(value, transforms)
        events, tags, inputs = self.parse("eventtypes.conf"), self.parse("tags.conf"), self.parse("inputs.conf")
        self.assertEqual({s.split("=")[1] for s in tags.sections()}, set(events.sections()))
        self.assertTrue(all(inputs[s]["sourcetype"] in props for s in inputs.sections()))

    def test_the_host_is_taken_from_a_real_line(self):
        regex = self.parse("transforms.conf")["dhii_mail_host"]["REGEX"]
        self.assertEqual(re.search(regex, '{"@timestamp":"x","host.name":"mail.example.org"}').group(1), "mail.example.org")


class QRadar(unittest.TestCase):
    LINE = ("LEEF:2.0|dhii-mail|dhii-mail|1.2.3|auth.sign_in_failed|x09|devTime=2026-01-01T00:00:00.123Z\tdevTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX\t"
            "cat=authentication\tsev=5\tusrName=ada\tsrc=192.0.2.7\taction=start")

    def test_the_extension_takes_the_right_values_from_a_line_as_it_is_written(self):
        root = xml.etree.ElementTree.fromstring(read("deploy", "qradar", "dhii-mail-lsx.xml"))
        patterns = {p.get("id"): p.text for p in root.iter("pattern")}
        found = {m.get("field"): re.search(patterns[m.get("pattern-id")], self.LINE) for m in root.iter("matcher")}
        values = {field: match.group(1) for field, match in found.items() if match}
        self.assertEqual(values, {"EventName": "auth.sign_in_failed", "EventCategory": "authentication", "UserName": "ada", "SourceIp": "192.0.2.7",
                                  "DeviceTime": "2026-01-01T00:00:00.123Z"})
        named = set(re.findall(r"\\t\)(\w+)=", " ".join(patterns.values())))
        self.assertEqual(named - written_by("leef.cpp"), set())

    def test_every_event_has_its_row_with_its_severity(self):
        severities = dict(zip(("Info", "Notice", "Warning", "Error", "Critical"), ("1", "3", "5", "8", "10")))
        with open(os.path.join(DEPLOY, "qradar", "event-map.csv"), newline="") as file:
            rows = {row["event_id"]: row["severity"] for row in csv.DictReader(file)}
        self.assertEqual(rows, {name: severities[severity] for name, severity in CATALOGUE.items()})


@unittest.skipUnless(shutil.which("fail2ban-regex"), "fail2ban is not installed (scripts/setup --tests)")
class Fail2ban(unittest.TestCase):
    def addresses(self, log):
        """Those that the filter finds in the text."""
        with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
            file.write(log)
            file.flush()
            done = subprocess.run(["fail2ban-regex", "--out", "ip", file.name, FILTER], capture_output=True, text=True)
        self.assertNotIn("ERROR", done.stdout + done.stderr)
        return [line for line in done.stdout.split("\n") if line]

    def test_nobody_can_get_another_address_banned_by_the_name_they_type(self):
        text = ("2026-11-24T23:35:47.614Z warning event auth.sign_in_failed: A sign-in as x from 6.6.6.6 failed: wrong_password. from 192.0.2.7 failed: wrong_password.\n"
                '{"@timestamp":"2026-11-24T23:35:49.614Z","log.level":"warning","message":"x","event.code":"auth.sign_in_failed",'
                '"user.name":"x\\",\\"source.ip\\":\\"6.6.6.6\\"","source.address":"192.0.2.8","source.ip":"192.0.2.8","related.ip":["192.0.2.8"]}\n')
        self.assertEqual(self.addresses(text), ["192.0.2.7", "192.0.2.8"])

    def test_success_is_no_failure(self):
        self.assertEqual(self.addresses('{"@timestamp":"2026-11-24T23:35:49.614Z","log.level":"info","event.code":"auth.signed_in","source.ip":"192.0.2.9"}\n'
                                        "2026-11-24T23:35:47.614Z info event auth.signed_in: ada signed in from 192.0.2.9.\n"), [])

    def test_every_event_that_the_filter_names_exists(self):
        for name in re.findall(r"event (\w+\\\.\w+):", read("deploy", "fail2ban", "filter.d", "dhii-mail.conf")):
            self.assertIn(name.replace("\\.", "."), CATALOGUE)

    @unittest.skipUnless(os.path.exists(os.environ.get("DHII_BINARY", os.path.join(ROOT, "build", "dev", "dhii-mail"))), "not built")
    def test_it_finds_a_real_guesser_in_a_real_log_of_either_format(self):
        for form in ("text", "json"):
            with self.subTest(form=form), tempfile.TemporaryDirectory() as folder:
                log = folder + "/dhii.log"
                server = Server(folder + "/data", DHII_LOG_FILE=log, DHII_LOG_FORMAT=form, DHII_TRUSTED_PROXIES="127.0.0.1")
                try:
                    server.set_up()
                    for n in range(3):
                        self.guess(server, f"203.0.113.{n}")
                    expected = ["203.0.113.0", "203.0.113.1", "203.0.113.2"]
                    self.assertTrue(eventually(lambda: sorted(set(self.addresses(read(log)))) == expected), read(log))
                finally:
                    server.end()

    @staticmethod
    def guess(server, address):
        import urllib.error
        import urllib.request
        request = urllib.request.Request(server.url + "/api/v1/auth/login", data=json.dumps({"login": "ada", "password": "wrong"}).encode(),
                                         headers={"Content-Type": "application/json", "X-Forwarded-For": address})
        try:
            urllib.request.urlopen(request, timeout=15)
        except urllib.error.HTTPError as error:
            assert error.code == 401, error.code


if __name__ == "__main__":
    unittest.main()
