#!/usr/bin/env python3
"""Measures dhii-mail over its own HTTP surface, as a program of an integrator would use it, and writes the table of results.

  bench/bench.py dhii MAIL_DIR USER WORK WORDS_JSON [MORE_MAILDIR]   start the server, connect USER's mailbox, measure; JSON lines to stdout
  bench/bench.py table DHII_LINES PEER_LINES ROUNDCUBE_LINES COUNT COMMAND   put the section of this run into bench/RESULTS.md

Only the standard library. Latencies are wall time of one request on one kept-alive loopback connection, Python's own share (about
0.2 ms) included; the server has no idea that it is measured."""
import http.client
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.path.abspath(os.environ.get("BENCH_BINARY", os.path.join(ROOT, "build", "bench", "dhii-mail")))
PASSWORD = "correct horse battery staple 7"
LIST_PROPERTIES = ["id", "threadId", "mailboxIds", "keywords", "from", "subject", "receivedAt", "preview", "hasAttachment"]


def emit(what, **values):
    print(json.dumps({"what": what, **values}), flush=True)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Server:
    """The program under test, with data of its own."""
    def __init__(self, work, certificate_authority):
        self.work, self.port = work, free_port()
        self.environment = dict(os.environ, DATABASE_URL=f"sqlite:///{work}/data/dhii_mail_production.db", DHII_EXTRA_CA_FILE=certificate_authority,
                                DHII_LISTEN=f"127.0.0.1:{self.port}", DHII_EGRESS="loopback", DHII_RATE_API="100000/100000")
        os.makedirs(work + "/data", exist_ok=True)
        self.process = None

    def start(self):
        self.log = open(self.work + "/server.log", "ab")
        started = time.monotonic()
        self.process = subprocess.Popen([BINARY, "serve"], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        while time.monotonic() - started < 30:
            if self.process.poll() is not None:
                raise SystemExit(f"bench: the server ended with {self.process.returncode}; see {self.work}/server.log")
            try:
                client = Client(self.port)
                if client.request("GET", "/readyz")[0] == 200:
                    return time.monotonic() - started
            except OSError:
                pass
            time.sleep(0.01)
        raise SystemExit(f"bench: the server did not become ready in 30 s; see {self.work}/server.log")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.log.close()

    def setup_token(self):
        with open(self.work + "/server.log", encoding="utf-8", errors="replace") as file:
            found = re.search(r"setup\?token=([\w.~-]+)", file.read())
        if not found:
            raise SystemExit(f"bench: the server printed no set-up link; see {self.work}/server.log")
        return found.group(1)

    def memory_mb(self, field):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(rf"^{field}:\s+(\d+)", file.read(), re.M).group(1)) / 1024


class Client:
    limited = 0  # how often the server's rate limit made us wait: a timing with such a wait says nothing

    def __init__(self, port, token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.token = token

    def request(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        while True:
            self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = self.connection.getresponse()
            data = answer.read()
            if answer.status != 429:
                return answer.status, data
            Client.limited += 1
            time.sleep(float(answer.headers.get("Retry-After", "1")))

    def json(self, method, path, body=None):
        status, data = self.request(method, path, body)
        if status >= 300:
            raise SystemExit(f"bench: {method} {path} answered {status}: {data[:600].decode(errors='replace')}")
        return json.loads(data) if data else None

    def jmap(self, calls):
        answer = self.json("POST", "/jmap/api", {"using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"], "methodCalls": calls})
        for name, result, _ in answer["methodResponses"]:
            if name == "error":
                raise SystemExit(f"bench: JMAP answered {json.dumps(result)[:600]}")
        return [result for _, result, _ in answer["methodResponses"]]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def mail_environment(folder):
    with open(folder + "/env", encoding="utf-8") as file:
        return dict(line.strip().split("=", 1) for line in file if "=" in line)


def query_calls(account, filters, limit=50, get=True, total=False):
    query = {"accountId": account, "filter": filters, "sort": [{"property": "receivedAt", "isAscending": False}], "limit": limit, "calculateTotal": total}
    calls = [["Email/query", query, "q"]]
    if get:
        calls.append(["Email/get", {"accountId": account, "#ids": {"resultOf": "q", "name": "Email/query", "path": "/ids"}, "properties": LIST_PROPERTIES}, "g"])
    return calls


def total_of(client, account, mailbox):
    return client.jmap(query_calls(account, {"inMailbox": mailbox}, 1, False, True))[0].get("total", 0)


def inbox_of(client, account):
    boxes = client.jmap([["Mailbox/get", {"accountId": account, "ids": None}, "m"]])[0]["list"]
    return next((box["id"] for box in boxes if box.get("role") == "inbox"), None)


def timings(what, action, count=60, warm=5):
    values, limited = [], Client.limited
    for turn in range(count + warm):
        started = time.perf_counter()
        action(turn)
        if turn >= warm:
            values.append((time.perf_counter() - started) * 1000)
    if Client.limited != limited:
        raise SystemExit(f"bench: the server's rate limit refused requests while '{what}' was measured; DHII_RATE_API has no effect?")
    emit(what, median=statistics.median(values), p99=percentile(values, 0.99), n=count)


def wait_until(condition, seconds, pause=0.2, what=""):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(pause)
    raise SystemExit(f"bench: {what or 'something'} did not happen within {seconds} s")


def first_sync(server, client, mail, user, words):
    expected = words["messages"]
    emit("memory empty", mb=server.memory_mb("VmRSS"))
    address = f"{user}@{mail['MAIL_DOMAIN']}"
    imap = {"host": "127.0.0.1", "port": int(mail["MAIL_IMAP_PORT"]), "security": "none", "login": address}
    smtp = {"host": "127.0.0.1", "port": int(mail["MAIL_SUBMISSION_PORT"]), "security": "starttls", "login": address}
    started = time.monotonic()
    account = client.json("POST", "/api/v1/accounts", {"email": address, "password": mail["MAIL_PASSWORD"], "imap": imap, "smtp": smtp})["id"]
    emit("account created", ms=(time.monotonic() - started) * 1000)
    inbox, shown = None, None
    while time.monotonic() - started < 600:
        inbox = inbox or inbox_of(client, account)
        total = total_of(client, account, inbox) if inbox else 0
        if shown is None and total >= min(50, expected):
            shown = time.monotonic() - started
            emit("first 50 shown", ms=shown * 1000)
        if total >= expected:
            states = {a["id"]: a for a in client.json("GET", "/api/v1/accounts")["accounts"]}
            if states[account]["state"] == "idle":
                break
        time.sleep(0.2)
    else:
        raise SystemExit("bench: the first sync did not end within 600 s")
    seconds = time.monotonic() - started
    emit("first sync", ms=seconds * 1000, messages=expected, per_second=expected / seconds)
    emit("memory peak in first sync", mb=server.memory_mb("VmHWM"))
    return account, inbox, hits_of(client, account, words["common"])


def hits_of(client, account, word):
    return client.jmap(query_calls(account, {"text": word}, 1, False, True))[0].get("total", 0)


def measure(server, client, account, inbox, words):
    searches = {"needle": {"text": words["needle"]}, "rare": {"text": words["rare"]}, "mid": {"text": words["mid"]}, "common": {"text": words["common"]},
                "two words": {"operator": "AND", "conditions": [{"text": words["mid"]}, {"text": words["mid2"]}]}, "phrase": {"text": f'"{words["phrase"]}"'}, "from": {"from": words["from"]}}
    for name, filters in searches.items():
        found = client.jmap(query_calls(account, filters, 50, False))[0]["ids"]
        if not found and name in ("needle", "rare", "mid", "common"):
            print(f"bench: search {name} found nothing", file=sys.stderr)
        timings(f"search {name}", lambda _, f=filters: client.jmap(query_calls(account, f, 50, False)))
    newest = client.jmap(query_calls(account, {"inMailbox": inbox}, 200, False))[0]["ids"]
    timings("list 50", lambda _: client.jmap(query_calls(account, {"inMailbox": inbox})), 100)
    body = ["id", "subject", "from", "to", "receivedAt", "bodyStructure", "bodyValues", "textBody", "htmlBody", "attachments"]
    timings("open a message", lambda turn: client.jmap([["Email/get", {"accountId": account, "ids": [newest[turn % len(newest)]], "properties": body, "fetchAllBodyValues": True}, "g"]]), 100)
    emit("memory after", mb=server.memory_mb("VmRSS"))


def dhii(mail_dir, user, work, words_file, more=None):
    mail = mail_environment(mail_dir)
    with open(words_file, encoding="utf-8") as file:
        words = json.loads(file.read().strip().splitlines()[-1])
    shutil.rmtree(work, ignore_errors=True)
    server = Server(work, mail["MAIL_CA"])
    try:
        emit("start", ms=server.start() * 1000)
        client = Client(server.port)
        client.token = client.json("POST", "/api/v1/setup", {"token": server.setup_token(), "login": "bench", "password": PASSWORD})["access_token"]
        account, inbox, hits = first_sync(server, client, mail, user, words)
        measure(server, client, account, inbox, words)
        later = hits_of(client, account, words["common"])
        emit("hits", at_end_of_first_sync=hits, later=later)
        if hits != later or hits < words["messages"] // 2:
            raise SystemExit(f"bench: {hits} of {words['messages']} messages were found by a common word when the first sync was said to be over, {later} later")
        expected = words["messages"]
        server.stop()
        started = time.monotonic()
        emit("start with mail", ms=server.start() * 1000)
        client = Client(server.port, client.token)  # the session outlives the process
        wait_until(lambda: client.json("GET", "/api/v1/accounts")["accounts"][0]["state"] == "idle", 60, 0.01, "reconnecting")
        emit("reconnect", ms=(time.monotonic() - started) * 1000)
        if more:
            subprocess.run([ROOT + "/scripts/mail-system", "append-maildir", mail_dir, user, more], check=True, stdout=sys.stderr)
            started = time.monotonic()
            wait_until(lambda: total_of(client, account, inbox) >= expected + 100, 120, 0.05, "the arrival of 100 new messages")
            emit("100 new", ms=(time.monotonic() - started) * 1000)
    finally:
        server.stop()


# --- the table -------------------------------------------------------------------------------------------------------------------

def collected(path):
    rows = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                rows.setdefault(row["what"], []).append(row)
    return rows


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1)) // 1048576
    return f"{os.cpu_count()} cores ({model.group(1).strip() if model else platform.machine()}), {memory} GiB, kernel {platform.release()}, load {os.getloadavg()[0]:.1f}"


def milliseconds(value):
    return f"{value / 1000:.1f} s" if value >= 10000 else f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"


def table(dhii_file, peer_file, roundcube_file, count, command):
    ours, peers, webmail, count = collected(dhii_file), collected(peer_file), collected(roundcube_file), int(count)

    def our(what, field="ms"):
        return ours[what][0].get(field) if what in ours else None

    def peer(*names):
        if any(name not in peers for name in names):
            return None
        return sum(statistics.median(row["ms"] for row in peers[name]) for name in names)

    lines = ["| work | dhii-mail | mbsync + notmuch | Roundcube |", "|---|---|---|---|"]

    def other(mine, theirs, shown=None):
        return f"{shown or milliseconds(theirs)} ({theirs / mine:.1f}x)" if theirs else ""

    def row(name, mine, shown, theirs, theirs_shown=None, web=None):
        if mine is not None:
            lines.append(f"| {name} | {shown} | {other(mine, theirs, theirs_shown)} | {other(mine, web)} |")

    ms, both = our("first sync"), peer("mbsync first", "notmuch first")
    if ms:
        row(f"first sync of {count:,} messages until all is searchable", ms, f"{milliseconds(ms)}, {count / ms * 1000:.0f} msg/s", both,
            f"{milliseconds(both)}, {count / both * 1000:.0f} msg/s" if both else None)
    for what, name in (("first 50 shown", "first 50 messages shown after connecting"), ("start", "start, empty"), ("start with mail", "start, with this mail")):
        row(name, our(what), milliseconds(our(what) or 0), None)
    row("start, connect, see that nothing is new", our("reconnect"), milliseconds(our("reconnect") or 0), peer("mbsync nothing new"))
    row("100 new messages, searchable", our("100 new"), milliseconds(our("100 new") or 0), peer("mbsync 100 new", "notmuch 100 new"))
    for what in ("search needle", "search rare", "search mid", "search common", "search two words", "search phrase", "search from", "list 50", "open a message"):
        if what in ours:
            median, tail = our(what, "median"), our(what, "p99")
            row(f"{what}: median / p99", median, f"{median:.2f} / {tail:.2f} ms", peer(what), None, webmail[what][0]["ms"] if what in webmail else None)
    for what in ("memory empty", "memory peak in first sync", "memory after"):
        if what in ours:
            lines.append(f"| {what} | {our(what, 'mb'):.0f} MB | | |")
    title = f"## {count:,} messages"
    notes = [f"{time.strftime('%Y-%m-%d')}, `{command}`, {machine()}.", ""]
    if peers or webmail:
        notes.append("In brackets: how many times longer the peer takes. Medians.")
        notes.append("")
    if "process start" in peers:
        notes.append(f"notmuch is a process per search, of which {peer('process start'):.1f} ms is its start; dhii-mail's figures are HTTP requests with JSON on a kept-alive connection, Python client included. "
                     '"100 new" counts from delivery for dhii-mail, so what Dovecot waits before it tells an idling client (about half a second) is in it; '
                     "mbsync and notmuch are started by hand at once. Searches answer the newest 50; \"list\" and \"open\" are Email/query + Email/get and Email/get with body values.")
        notes.append("")
    if webmail:
        notes.append("Roundcube: Debian's package with its defaults (php-fpm, nginx, sqlite) on the same Dovecot; \"search rare\" searches whole messages there.")
        notes.append("")
    write_section(title, "\n".join([title, ""] + notes + lines) + "\n")


def write_section(title, text):
    path = os.path.join(ROOT, "bench", "RESULTS.md")
    old = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            old = file.read()
    head, *sections = re.split(r"(?m)^(?=## )", old or "# Results\n\nWritten by `make bench`; one section a subject, replaced by each run.\n\n")
    sections = [section.rstrip() + "\n\n" for section in sections if not section.startswith(title + "\n")]
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + "".join(sections) + text)
    print(text)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("dhii", "table"):
        raise SystemExit(__doc__)
    {"dhii": dhii, "table": table}[sys.argv[1]](*sys.argv[2:])
