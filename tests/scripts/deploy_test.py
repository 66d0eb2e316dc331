"""The shipped nginx file is accepted by nginx and keeps the guide's limits; the systemd unit is accepted by systemd."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import http.server
import urllib.error
import urllib.request
import ssl

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONF = os.path.join(ROOT, "deploy", "nginx", "dhii-mail.conf")
UNIT = os.path.join(ROOT, "deploy", "systemd", "dhii-mail.service")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Behind(http.server.BaseHTTPRequestHandler):
    """Stands in for dhii-mail: says what it was asked, and by whom."""
    def do_GET(self):
        answer = f"{self.path} {self.headers.get('X-Forwarded-For')} {self.headers.get('X-Forwarded-Proto')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


class NginxText(unittest.TestCase):
    def test_has_the_limits_of_the_guide(self):
        text = read(CONF)
        self.assertRegex(text, r"zone=dhii_api:\w+ rate=10r/s")
        self.assertRegex(text, r"zone=dhii_auth:\w+ rate=5r/s")
        auth = re.search(r"location /api/v1/auth/ \{(.*?)\}", text, re.S).group(1)
        self.assertIn("zone=dhii_auth burst=10", auth)
        api = re.search(r"location /api/ \{(.*?)\}", text, re.S).group(1)
        self.assertIn("zone=dhii_api burst=20", api)
        self.assertNotIn("TLSv1 ", text)

    def test_event_source_is_not_buffered(self):
        events = re.search(r"location = /jmap/eventsource \{(.*?)\}", read(CONF), re.S).group(1)
        self.assertIn("proxy_buffering off", events)


@unittest.skipUnless(NGINX and shutil.which("openssl"), "nginx is not installed")
class NginxRuns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="dhii-nginx-")
        os.chmod(cls.folder, 0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", cls.folder + "/key.pem", "-out", cls.folder + "/cert.pem"], check=True, capture_output=True)
        cls.behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Behind)
        threading.Thread(target=cls.behind.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.behind.server_close)
        cls.addClassCleanup(cls.behind.shutdown)
        cls.port, plain = free_port(), free_port()
        text = read(CONF).replace("/etc/ssl/dhii-mail/fullchain.pem", cls.folder + "/cert.pem").replace("/etc/ssl/dhii-mail/privkey.pem", cls.folder + "/key.pem")
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{cls.behind.server_port}").replace("mail.example.org", "localhost")
        text = re.sub(r"listen \[::\].*;\n", "", text)
        text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace("listen 443 ssl", f"listen 127.0.0.1:{cls.port} ssl")
        scratch = "".join(f"{name}_temp_path {cls.folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(cls.folder + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write(f"pid {cls.folder}/nginx.pid;\nerror_log {cls.folder}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{scratch}\n{text}\n}}\n")
        cls.command = [NGINX, "-p", cls.folder, "-e", cls.folder + "/error.log", "-c", cls.folder + "/nginx.conf"]
        cls.tested = subprocess.run(cls.command + ["-t"], capture_output=True, text=True)
        cls.started = subprocess.run(cls.command, capture_output=True, text=True, stdin=subprocess.DEVNULL) if cls.tested.returncode == 0 else None
        if cls.started and cls.started.returncode == 0:
            cls.addClassCleanup(subprocess.run, cls.command + ["-s", "stop"], capture_output=True)
        cls.tls = ssl.create_default_context(cafile=cls.folder + "/cert.pem")

    def setUp(self):
        self.assertEqual(self.tested.returncode, 0, self.tested.stderr)
        self.assertEqual(self.started.returncode, 0, self.started.stderr)

    def get(self, path, headers=None):
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", headers=headers or {})
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as refused:
            return refused.code, "", refused.headers

    def test_nginx_accepts_the_file(self):
        self.assertNotIn("warn", self.tested.stderr)

    def test_a_claimed_client_address_is_dropped(self):
        _, body, headers = self.get("/index.html", {"X-Forwarded-For": "203.0.113.9"})
        self.assertEqual(body, "/index.html 127.0.0.1 https")
        self.assertEqual(headers["Strict-Transport-Security"], "max-age=31536000; includeSubDomains")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")

    def test_a_flood_of_logins_is_refused_after_the_burst(self):
        time.sleep(1)
        codes = [self.get("/api/v1/auth/login")[0] for _ in range(30)]
        self.assertGreaterEqual(codes.count(200), 11)
        self.assertGreater(codes.count(429), 0)


class Systemd(unittest.TestCase):
    def test_unit_keeps_the_walls(self):
        text = read(UNIT)
        for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "MemoryDenyWriteExecute=yes", "CapabilityBoundingSet=\n", "DynamicUser=yes"):
            self.assertIn(line, text)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_systemd_accepts_the_unit(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = os.path.join(folder, "dhii-mail.service")
            with open(unit, "w", encoding="utf-8") as file:
                file.write(read(UNIT).replace("/usr/local/bin/dhii-mail", "/bin/true"))
            checked = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
            ours = [line for line in checked.stderr.splitlines() if "dhii-mail.service" in line]
            self.assertEqual(ours, [])


if __name__ == "__main__":
    unittest.main()
