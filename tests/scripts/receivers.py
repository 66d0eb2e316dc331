"""Real receivers of logs for the tests: Debian's rsyslog and syslog-ng as ordinary processes with a configuration of their own on free ports
(the two packages exclude each other, so syslog-ng is unpacked into build/tools), and a collector that speaks Splunk's HEC."""
import fcntl
import glob
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from dhii import ROOT, eventually

RSYSLOG = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"
TOOLS = os.path.join(ROOT, "build", "tools")


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder, days=90):
    """A self-signed certificate for 127.0.0.1 and localhost: its file and its key's."""
    paths = [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


def find_syslog_ng():
    """(program, environment, options) of an installed or unpacked syslog-ng, else None."""
    if shutil.which("syslog-ng"):
        return shutil.which("syslog-ng"), {}, []
    unpacked = os.path.join(TOOLS, "syslog-ng")
    program = os.path.join(unpacked, "usr/sbin/syslog-ng")
    if not os.path.exists(program):
        os.makedirs(TOOLS, exist_ok=True)
        with open(os.path.join(TOOLS, ".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(program):
                with tempfile.TemporaryDirectory() as folder:
                    got = subprocess.run(["apt-get", "download", "-q", "syslog-ng-core"], cwd=folder, capture_output=True)
                    packages = glob.glob(folder + "/*.deb")
                    if got.returncode != 0 or not packages:
                        return None
                    subprocess.run(["dpkg", "-x", packages[0], unpacked + ".new"], check=True)
                    os.rename(unpacked + ".new", unpacked)
    modules = glob.glob(unpacked + "/usr/lib/syslog-ng/3.*")[0]
    environment = {"LD_LIBRARY_PATH": os.path.join(unpacked, "usr/lib/syslog-ng")}
    works = subprocess.run([program, "--version", "--module-path", modules], capture_output=True, env={**os.environ, **environment})
    return (program, environment, ["--module-path", modules]) if works.returncode == 0 else None


class Receiver:
    """One process that writes what it received and parsed as JSON lines."""

    def __init__(self, transport, port=None):
        self.folder = tempfile.mkdtemp(prefix="dhii-receiver-")
        self.transport = transport
        self.port = port or free_port(socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)
        self.out = os.path.join(self.folder, "out.jsonl")
        self.cert, self.key = certificate(self.folder)
        self.process = None

    @property
    def url(self):
        return f"{self.transport}://localhost:{self.port}" if self.transport == "tls" else f"{self.transport}://127.0.0.1:{self.port}"

    def launch(self, command, environment):
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
        assert eventually(self.listens, 20), self.said()
        return self

    def listens(self):
        if self.process.poll() is not None:
            return False
        table = {"udp": "/proc/net/udp"}.get(self.transport, "/proc/net/tcp")
        state = {"udp": "07"}.get(self.transport, "0A")
        with open(table) as rows:
            return any(row.split()[1].endswith(f":{self.port:04X}") and row.split()[3] == state for row in list(rows)[1:])

    def said(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as log:
            return log.read()

    def received(self):
        if not os.path.exists(self.out):
            return []
        with open(self.out, encoding="utf-8") as lines:
            # rsyslog writes nothing at all for an empty tree.
            return [json.loads(line.replace('"parsed":}', '"parsed":{}}')) for line in lines if line.endswith("\n")]

    def end(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Rsyslog(Receiver):
    """imtcp, imtcp over GnuTLS, or imudp; mmpstrucdata for the structured data and mmjsonparse for an ECS body."""

    def start(self):
        tls = ('global(defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="%s" defaultNetstreamDriverCertFile="%s" '
               'defaultNetstreamDriverKeyFile="%s")\n' % (self.cert, self.cert, self.key)) if self.transport == "tls" else ""
        module = {"udp": 'module(load="imudp")', "tcp": 'module(load="imtcp")',
                  "tls": 'module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")'}[self.transport]
        kind = "imudp" if self.transport == "udp" else "imtcp"
        with open(self.folder + "/rsyslog.conf", "w") as conf:
            conf.write(f"""global(workDirectory="{self.folder}" maxMessageSize="64k")
{tls}{module}
module(load="mmjsonparse")
module(load="mmpstrucdata")
template(name="out" type="list") {{
  constant(value="{{\\"pri\\":") property(name="pri") constant(value=",\\"app\\":\\"") property(name="app-name" format="json")
  constant(value="\\",\\"host\\":\\"") property(name="hostname" format="json")
  constant(value="\\",\\"procid\\":\\"") property(name="procid" format="json") constant(value="\\",\\"msgid\\":\\"") property(name="msgid" format="json")
  constant(value="\\",\\"time\\":\\"") property(name="timereported" dateFormat="rfc3339")
  constant(value="\\",\\"msg\\":\\"") property(name="msg" format="json") constant(value="\\",\\"parsed\\":") property(name="$!") constant(value="}}\\n")
}}
input(type="{kind}" address="127.0.0.1" port="{self.port}" ruleset="all")
ruleset(name="all") {{
  action(type="mmpstrucdata")
  if $msg contains "@timestamp" then action(type="mmjsonparse" cookie="" container="$!ecs")
  action(type="omfile" file="{self.out}" template="out")
}}
""")
        check = subprocess.run([RSYSLOG, "-N1", "-f", self.folder + "/rsyslog.conf"], capture_output=True, text=True)
        assert check.returncode == 0, check.stderr
        return self.launch([RSYSLOG, "-n", "-f", self.folder + "/rsyslog.conf", "-i", self.folder + "/pid"], {})


class SyslogNg(Receiver):
    """syslog() with its RFC 5424 parser and octet counting, json-parser() for an ECS body."""

    def start(self):
        program, environment, options = find_syslog_ng()
        tls = f'tls(cert-file("{self.cert}") key-file("{self.key}") peer-verify(optional-untrusted))' if self.transport == "tls" else ""
        with open(self.folder + "/syslog-ng.conf", "w") as conf:
            conf.write(f"""@version: 3.35
options {{ keep-hostname(yes); log-msg-size(65536); }};
source s {{ syslog(ip("127.0.0.1") port({self.port}) transport("{self.transport}") {tls}); }};
parser ecs {{ json-parser(prefix(".ecs.")); }};
destination d {{ file("{self.out}" template("$(format-json --key PRI,PROGRAM,HOST,PID,MSGID,MESSAGE,ISODATE --key .SDATA.* --key .ecs.*)\\n")); }};
log {{ source(s); if {{ filter {{ match("^\\\\{{" value("MESSAGE")) }}; parser(ecs); }}; destination(d); }};
""")
        command = [program, *options, "-f", self.folder + "/syslog-ng.conf", "--no-caps"]
        check = subprocess.run([*command, "--syntax-only"], capture_output=True, text=True, env={**os.environ, **environment})
        assert check.returncode == 0, check.stdout + check.stderr
        return self.launch([*command, "-F", "-R", self.folder + "/persist", "-c", self.folder + "/ctl", "-p", self.folder + "/pid"], environment)


class Splunk:
    """The HTTP Event Collector: POST /services/collector/event with "Authorization: Splunk TOKEN", many JSON objects in one body."""

    def __init__(self, token):
        self.folder = tempfile.mkdtemp(prefix="dhii-hec-")
        self.cert, key = certificate(self.folder)
        self.events, self.requests, self.status = [], 0, 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status = outer.status
                if self.headers["Authorization"] != "Splunk " + token or self.path != "/services/collector/event":
                    status = 403
                if status == 200:
                    decoder, at = json.JSONDecoder(), 0
                    while at < len(body):
                        event, at = decoder.raw_decode(body, at)
                        outer.events.append(event)
                        while at < len(body) and body[at].isspace():
                            at += 1
                outer.requests += 1
                answer = b'{"text":"Success","code":0}'
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_address[1]}/services/collector/event"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)
