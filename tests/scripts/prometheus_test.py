"""The shipped rules and dashboards against promtool and against a real Prometheus that scrapes a running dhii-mail: each rule fires when it
should and is silent when all is well; each query parses; each metric named exists."""
import glob
import json
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from dhii import ROOT, Server, eventually, needs_binary
from metrics_test import certificate, get, metrics_url
from receivers import free_port

DEPLOY = os.path.join(ROOT, "deploy")
RULES = os.path.join(DEPLOY, "prometheus", "rules", "dhii-mail.rules.yml")
needs_prometheus = unittest.skipUnless(shutil.which("prometheus") and shutil.which("promtool"), "Prometheus is not installed (scripts/setup --tests)")
MINUTES = 150
SLOW = {"DhiiNoBackup", "DhiiBackupTooOld"}  # these take days: looked at every half hour
I = 'instance="a",job="dhii-mail"'


def alerts_in_rules():
    """{name: expression} of the rules file, which is written one line each."""
    with open(RULES, encoding="utf-8") as file:
        return dict(re.findall(r"- alert: (\w+)\n\s+expr: (.*)\n", file.read()))


def dashboard_queries():
    for path in sorted(glob.glob(os.path.join(DEPLOY, "grafana", "dashboards", "*.json"))):
        with open(path, encoding="utf-8") as file:
            board = json.load(file)
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield os.path.basename(path), panel["title"], target["expr"]


def concrete(query):
    """As Grafana would send it."""
    return query.replace("$__rate_interval", "1m").replace("$instance", ".*").replace("$__range", "1h")


def metric_names(query):
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\[[^\]]*\]|\{[^}]*\}', lambda m: "{}" if m.group(0)[0] == "{" else "", query)
    return set(re.findall(r"\b((?:dhii|process)_\w+|up)\b", bare))


# What makes each alert fire, as series of one value a minute, over what is the case when all is well. A value "a+bxn" grows by b.
WELL = {
    f"up{{{I}}}": "1x%d" % MINUTES, f"process_start_time_seconds{{{I}}}": "5x%d" % MINUTES,
    f'dhii_http_requests_total{{{I},method="GET",route="/",status="200"}}': "0+600x%d" % MINUTES,
    f'dhii_http_requests_total{{{I},method="GET",route="/",status="500"}}': "0x%d" % MINUTES,
    f'dhii_http_request_duration_seconds_bucket{{{I},method="GET",route="/",le="1"}}': "0+600x%d" % MINUTES,
    f'dhii_http_request_duration_seconds_bucket{{{I},method="GET",route="/",le="10"}}': "0+600x%d" % MINUTES,
    f'dhii_http_request_duration_seconds_bucket{{{I},method="GET",route="/",le="+Inf"}}': "0+600x%d" % MINUTES,
    f'dhii_sign_ins_total{{{I},outcome="failure"}}': "0+1x%d" % MINUTES,
    f'dhii_limits_hit_total{{{I},limit="request_rate"}}': "0+1x%d" % MINUTES,
    f'dhii_events_total{{{I},event="database.error",family="database",severity="error"}}': "0x%d" % MINUTES,
    f'dhii_events_total{{{I},event="security.chain_broken",family="security",severity="critical"}}': "0x%d" % MINUTES,
    f'dhii_events_total{{{I},event="auth.refresh_token_reused",family="auth",severity="critical"}}': "0x%d" % MINUTES,
    f'dhii_certificate_expiry_timestamp_seconds{{{I},certificate="server"}}': "8000000x%d" % MINUTES,
    f"dhii_sync_lag_seconds{{{I}}}": "10x%d" % MINUTES,
    f'dhii_sync_accounts{{{I},state="idle"}}': "9x%d" % MINUTES, f'dhii_sync_accounts{{{I},state="offline"}}': "1x%d" % MINUTES,
    f'dhii_outbox_messages{{{I},state="unknown"}}': "0x%d" % MINUTES, f'dhii_outbox_messages{{{I},state="queued"}}': "3x%d" % MINUTES,
    f'dhii_pool_refused_total{{{I},pool="database"}}': "0x%d" % MINUTES,
    f"dhii_disk_free_bytes{{{I}}}": "60x%d" % MINUTES, f"dhii_disk_size_bytes{{{I}}}": "100x%d" % MINUTES,
    f"process_resident_memory_bytes{{{I}}}": "1e8x%d" % MINUTES,
    f"process_open_fds{{{I}}}": "20x%d" % MINUTES, f"process_max_fds{{{I}}}": "1000x%d" % MINUTES,
    f"dhii_time_seconds{{{I}}}": "0+60x%d" % MINUTES,
    f'dhii_log_output_up{{{I},output="syslog"}}': "1x%d" % MINUTES, f'dhii_log_dropped_total{{{I},output="syslog"}}': "0x%d" % MINUTES,
    f"dhii_backup_last_success_timestamp_seconds{{{I}}}": "1+60x%d" % MINUTES,
    f"dhii_audit_score{{{I}}}": "98x%d" % MINUTES,
    f'dhii_check_results{{{I},checklist="pre",result="fail"}}': "0x%d" % MINUTES,
    f"dhii_tasks_overdue{{{I}}}": "0x%d" % MINUTES,
}


def ill(key, values):
    found = [name for name in WELL if name.startswith(key)]
    assert len(found) == 1, (key, found)
    return {found[0]: values}


ILL = {
    "DhiiDown": ill("up", "0x%d" % MINUTES),
    "DhiiRestarting": ill("process_start_time", "0+1x%d" % MINUTES),
    "DhiiErrorRate": ill(f'dhii_http_requests_total{{{I},method="GET",route="/",status="500"', "0+60x%d" % MINUTES),
    "DhiiSlow": ill(f'dhii_http_request_duration_seconds_bucket{{{I},method="GET",route="/",le="1"}}', "0+300x%d" % MINUTES),
    "DhiiFailedSignIns": ill("dhii_sign_ins_total", "0+30x%d" % MINUTES),
    "DhiiRateLimits": ill("dhii_limits_hit_total", "0+60x%d" % MINUTES),
    "DhiiDatabaseErrors": ill(f'dhii_events_total{{{I},event="database', "0+1x%d" % MINUTES),
    "DhiiCertificateExpires30d": ill("dhii_certificate", "2500000x%d" % MINUTES),
    "DhiiCertificateExpires14d": ill("dhii_certificate", "1200000x%d" % MINUTES),
    "DhiiCertificateExpires7d": ill("dhii_certificate", "600000x%d" % MINUTES),
    "DhiiCertificateExpires1d": ill("dhii_certificate", "80000x%d" % MINUTES),
    "DhiiSyncLag": ill("dhii_sync_lag", "0+60x%d" % MINUTES),
    "DhiiSyncManyFail": ill(f'dhii_sync_accounts{{{I},state="offline"', "20x%d" % MINUTES),
    "DhiiOutboxStuck": ill(f'dhii_outbox_messages{{{I},state="unknown"', "1x%d" % MINUTES),
    "DhiiOutboxFailing": ill(f'dhii_outbox_messages{{{I},state="queued"', "90x%d" % MINUTES),
    "DhiiPoolFull": ill("dhii_pool_refused", "0+1x%d" % MINUTES),
    "DhiiDiskFilling": ill("dhii_disk_free", "60-0.1x%d" % MINUTES),
    "DhiiDiskFull": ill("dhii_disk_free", "1x%d" % MINUTES),
    "DhiiMemory": ill("process_resident", "3e9x%d" % MINUTES),
    "DhiiDescriptors": ill("process_open_fds", "900x%d" % MINUTES),
    "DhiiClockSkew": ill("dhii_time_seconds", "100+60x%d" % MINUTES),
    "DhiiLogOutputDown": ill("dhii_log_output_up", "0x%d" % MINUTES),
    "DhiiLogDropped": ill("dhii_log_dropped", "0+1x%d" % MINUTES),
    "DhiiBackupTooOld": ill("dhii_backup", "1x%d" % MINUTES),
    "DhiiNoBackup": ill("dhii_backup", "0x%d" % MINUTES),
    "DhiiAuditScoreFalling": ill("dhii_audit_score", "98x100 80x100"),
    "DhiiCheckFailing": ill("dhii_check_results", "2x%d" % MINUTES),
    "DhiiTasksOverdue": ill("dhii_tasks_overdue", "1x%d" % MINUTES),
    "DhiiChainBroken": ill(f'dhii_events_total{{{I},event="security.chain', "0+1x%d" % MINUTES),
    "DhiiRefreshTokenReused": ill(f'dhii_events_total{{{I},event="auth.refresh', "0+1x%d" % MINUTES),
}


def unit_test(name, series, expected, step="1m", minutes=MINUTES):
    return {"name": name, "interval": step, "input_series": [{"series": s, "values": v} for s, v in series.items()],
            "promql_expr_test": [{"expr": f'count by (alertname) (ALERTS{{alertname="{alert}",alertstate="firing"}})', "eval_time": f"{minutes}m",
                                  "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if fires else []} for alert, fires in expected]}


@needs_prometheus
class Rules(unittest.TestCase):
    def promtool(self, *arguments):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_promtool_and_amtool_accept_what_is_shipped(self):
        self.promtool("check", "rules", RULES)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(DEPLOY, "prometheus"), folder + "/p")
            self.promtool("check", "config", folder + "/p/prometheus.yml")
        if shutil.which("amtool"):
            done = subprocess.run(["amtool", "check-config", os.path.join(DEPLOY, "alertmanager", "alertmanager.yml")], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_alert_fires_when_it_should_and_none_when_all_is_well(self):
        own = [name for name, query in alerts_in_rules().items() if "dhii_alerts{" not in query]
        self.assertEqual(sorted(own), sorted(ILL), "each alert has its case here")
        names = alerts_in_rules()
        tests = [unit_test("well", WELL, [(name, False) for name in names])]
        tests += [unit_test(name, {**WELL, **ILL[name]}, [(name, True)]) for name in own if name not in SLOW]
        detected = {name: re.search(r'rule="(\w+)"', query).group(1) for name, query in names.items() if "dhii_alerts{" in query}
        for state, fires in (("firing", True), ("acknowledged", False)):
            series = {f'dhii_alerts{{{I},rule="{rule}",state="{state}"}}': "1x60" for rule in detected.values()}
            tests.append(unit_test(state, series, [(name, fires) for name in detected], minutes=60))
        self.run_tests(tests, "1m")
        self.run_tests([unit_test(name, ILL[name], [(name, True)], step="30m", minutes=2880) for name in sorted(SLOW)], "30m")

    def run_tests(self, tests, interval):
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/test.json", "w") as file:  # YAML reads JSON
                json.dump({"rule_files": [RULES], "evaluation_interval": interval, "tests": tests}, file)
            self.promtool("test", "rules", folder + "/test.json")

    def test_each_alert_of_the_program_has_its_rule(self):
        path = os.path.join(ROOT, "src", "config", "alert_rules.inc")
        with open(path, encoding="utf-8") as file:
            named = set(re.findall(r'^DHII_ALERT_RULE\(\w+, "(\w+)"', file.read(), re.M))
        ruled = set(re.findall(r'dhii_alerts\{rule="(\w+)"', " ".join(alerts_in_rules().values())))
        self.assertEqual(named - ruled, set())


@needs_binary
@needs_prometheus
class AgainstARealPrometheus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="dhii-prometheus-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cert, key = certificate(cls.folder)
        cls.server = Server(cls.folder + "/data", DHII_METRICS_LISTEN="127.0.0.1:0", DHII_TLS_CERT=cert, DHII_TLS_KEY=key)
        cls.addClassCleanup(cls.server.end)
        cls.metrics = metrics_url(cls.server)
        with urllib.request.urlopen(cls.server.url + "/", context=ssl._create_unverified_context()) as page:  # a route has its series once it was asked
            assert page.status == 200
        with open(os.path.join(DEPLOY, "prometheus", "prometheus.yml"), encoding="utf-8") as file:
            text = file.read()
        text = text.replace("127.0.0.1:9464", cls.metrics.split("/")[2]).replace("15s", "1s").replace("rules/dhii-mail.rules.yml", RULES)
        with open(cls.folder + "/prometheus.yml", "w") as file:
            file.write(text)
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        log = open(cls.folder + "/log", "wb")
        cls.addClassCleanup(log.close)
        cls.process = subprocess.Popen(["prometheus", f"--config.file={cls.folder}/prometheus.yml", f"--storage.tsdb.path={cls.folder}/tsdb",
                                        f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        cls.addClassCleanup(cls.end_prometheus)
        assert eventually(cls.scraped, 60), open(cls.folder + "/log").read()

    @classmethod
    def end_prometheus(cls):
        cls.process.terminate()
        cls.process.wait(20)

    @classmethod
    def api(cls, path, **parameters):
        try:
            with urllib.request.urlopen(cls.url + "/api/v1/" + path + "?" + urllib.parse.urlencode(parameters), timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    @classmethod
    def scraped(cls):
        try:
            return bool(cls.api("query", query='up{job="dhii-mail"} == 1')["data"]["result"]) and "dhii_certificate_expiry_timestamp_seconds" in cls.names()
        except OSError:
            return False

    @classmethod
    def names(cls):
        return set(cls.api("label/__name__/values")["data"])

    def test_every_query_of_every_dashboard_runs_and_names_only_what_exists(self):
        names, count = self.names(), 0
        for board, panel, query in dashboard_queries():
            with self.subTest(board=board, panel=panel, query=query):
                answer = self.api("query", query=concrete(query))
                self.assertEqual(answer["status"], "success", answer)
                self.assertTrue(metric_names(query))
                self.assertEqual(metric_names(query) - names, set())
                count += 1
        self.assertGreater(count, 50)

    def test_every_rule_is_evaluated_without_error_and_names_only_what_exists(self):
        names = self.names()
        self.assertTrue(eventually(lambda: all(r["health"] == "ok" for g in self.api("rules")["data"]["groups"] for r in g["rules"]), 60),
                        [r for g in self.api("rules")["data"]["groups"] for r in g["rules"] if r["health"] != "ok"])
        for name, query in alerts_in_rules().items():
            with self.subTest(alert=name):
                self.assertEqual(metric_names(query) - names, set())

    def test_a_fresh_server_that_is_well_raises_no_alert(self):
        get(self.metrics)
        firing = [a["labels"]["alertname"] for a in self.api("alerts")["data"]["alerts"] if a["state"] == "firing"]
        self.assertEqual(firing, [])

    def test_every_label_has_few_values(self):
        for name in ("route", "status", "event", "rule", "state"):
            self.assertLess(len(self.api(f"label/{name}/values")["data"]), 300, name)


class Dashboards(unittest.TestCase):
    def test_each_has_its_own_id_and_is_found_by_the_provisioning(self):
        boards = []
        for path in sorted(glob.glob(os.path.join(DEPLOY, "grafana", "dashboards", "*.json"))):
            with open(path, encoding="utf-8") as file:
                boards.append(json.load(file))
        self.assertEqual(sorted(b["title"] for b in boards), ["dhii-mail / Mail", "dhii-mail / Overview", "dhii-mail / Security"])
        self.assertEqual(len({b["uid"] for b in boards}), 3)
        for board in boards:
            self.assertEqual(len({p["id"] for p in board["panels"]}), len(board["panels"]))
            for panel in board["panels"]:
                place = panel["gridPos"]
                self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
        with open(os.path.join(DEPLOY, "grafana", "provisioning", "dashboards", "dhii-mail.yml")) as file:
            self.assertIn("/var/lib/grafana/dashboards/dhii-mail", file.read())


if __name__ == "__main__":
    unittest.main()
