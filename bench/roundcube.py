#!/usr/bin/env python3
"""Debian's Roundcube (nginx, php-fpm, sqlite, its defaults) in front of a mail system that runs, measured as a browser would drive it.

  bench/roundcube.py MAIL_DIR USER WORK WORDS_JSON      JSON lines to stdout; exit 3 when Roundcube is not installed

Needs: apt-get install --no-install-recommends roundcube roundcube-sqlite3 php-fpm nginx sqlite3. Run as root: php-fpm drops to www-data."""
import glob
import http.client
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.parse

from bench import emit, free_port, mail_environment, percentile

SCHEMA = "/usr/share/roundcube/SQL/sqlite.initial.sql"
PAGES = "/var/lib/roundcube/public_html"

CONFIG = """<?php
$config = [];
$config['db_dsnw'] = 'sqlite:///{work}/rc.db?mode=0640';
$config['imap_host'] = '127.0.0.1:{imap}';
$config['des_key'] = '0123456789abcdefghijklmn';
$config['plugins'] = [];
$config['skin'] = 'elastic';
$config['log_dir'] = '{work}/logs/';
$config['temp_dir'] = '{work}/temp/';
$config['enable_spellcheck'] = false;
"""
FPM = """[global]
pid = {work}/fpm.pid
error_log = {work}/logs/fpm.log
[www]
user = www-data
group = www-data
listen = {work}/fpm.sock
listen.owner = www-data
listen.group = www-data
pm = dynamic
pm.max_children = 5
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
env[ROUNDCUBE_CONFIG_DIR] = {work}/config
"""
NGINX = """user www-data;
worker_processes auto;
pid {work}/nginx.pid;
error_log {work}/logs/nginx.err;
events {{ worker_connections 768; }}
http {{
  sendfile on; tcp_nopush on; types_hash_max_size 2048; gzip on;
  include /etc/nginx/mime.types; default_type application/octet-stream;
  access_log {work}/logs/access.log;
  client_body_temp_path {work}/ngx/b; fastcgi_temp_path {work}/ngx/f; proxy_temp_path {work}/ngx/p; uwsgi_temp_path {work}/ngx/u; scgi_temp_path {work}/ngx/s;
  server {{
    listen 127.0.0.1:{port};
    root {pages}; index index.php;
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ \\.php$ {{ include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass unix:{work}/fpm.sock; }}
  }}
}}
"""


def start(work, imap_port):
    port = free_port()
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("config", "logs", "temp", "ngx"):
        os.makedirs(f"{work}/{folder}")
    for name in ("defaults.inc.php", "mimetypes.php"):
        os.symlink(f"/etc/roundcube/{name}", f"{work}/config/{name}")
    values = {"work": work, "imap": imap_port, "port": port, "pages": PAGES}
    for name, text in (("config/config.inc.php", CONFIG), ("fpm.conf", FPM), ("nginx.conf", NGINX)):
        with open(f"{work}/{name}", "w", encoding="utf-8") as file:
            file.write(text.format(**values))
    with open(SCHEMA, "rb") as schema:
        subprocess.run(["sqlite3", f"{work}/rc.db"], stdin=schema, check=True)
    subprocess.run(["chown", "-R", "www-data:www-data", work], check=True)
    subprocess.run([sorted(glob.glob("/usr/sbin/php-fpm*"))[-1], "--fpm-config", f"{work}/fpm.conf", "--daemonize"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["nginx", "-c", f"{work}/nginx.conf"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return port


def stop(work):
    for name in ("nginx", "fpm"):
        try:
            with open(f"{work}/{name}.pid", encoding="utf-8") as file:
                os.kill(int(file.read()), signal.SIGTERM)
        except (OSError, ValueError):
            pass


class Session:
    def __init__(self, port):
        self.connection, self.cookies, self.token = http.client.HTTPConnection("127.0.0.1", port, timeout=600), {}, ""

    def request(self, method, path, body=None, headers=None):
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **(headers or {})}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, sent)
        answer = self.connection.getresponse()
        data = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        self.cookies = {name: value for name, value in self.cookies.items() if value != "-del-"}
        return answer, data

    def log_in(self, login, password):
        token = re.search(rb'name="_token" value="([^"]+)"', self.request("GET", "/")[1]).group(1).decode()
        fields = {"_token": token, "_task": "login", "_action": "login", "_timezone": "UTC", "_url": "", "_user": login, "_pass": password}
        answer, data = self.request("POST", "/?_task=login", urllib.parse.urlencode(fields))
        if answer.status != 302:
            raise SystemExit(f"roundcube: the login answered {answer.status}: {data[:300]!r}")
        page = self.request("GET", "/" + answer.headers["Location"].lstrip("./"))[1]
        self.token = re.search(rb'"request_token":"([^"]+)"', page).group(1).decode()

    def ajax(self, query):
        answer, data = self.request("GET", f"/?{query}&_remote=1&_unlock=0", headers={"X-Roundcube-Request": self.token, "X-Requested-With": "XMLHttpRequest"})
        if answer.status != 200:
            raise SystemExit(f"roundcube: {query} answered {answer.status}")
        return json.loads(data)

    def list(self):
        return self.ajax("_task=mail&_action=list&_mbox=INBOX&_page=1")

    def open(self, uid):
        answer, data = self.request("GET", f"/?_task=mail&_action=preview&_uid={uid}&_mbox=INBOX&_framed=1")
        if answer.status != 200 or b"messagebody" not in data:
            raise SystemExit(f"roundcube: opening {uid} answered {answer.status}")

    def search(self, term, scope):
        return self.ajax(f"_task=mail&_action=search&_mbox=INBOX&_q={urllib.parse.quote(term)}&_headers={urllib.parse.quote(scope)}&_scope=base")


def timed(what, action, count, warm=3):
    values = []
    for turn in range(count + warm):
        started = time.perf_counter()
        action(turn)
        if turn >= warm:
            values.append((time.perf_counter() - started) * 1000)
    emit(what, ms=statistics.median(values), p99=percentile(values, 0.99), n=count)


def main(mail_dir, user, work, words_file):
    if not (os.path.exists(SCHEMA) and os.path.isdir(PAGES) and shutil.which("nginx") and shutil.which("sqlite3") and glob.glob("/usr/sbin/php-fpm*")):
        print("roundcube: not installed here", file=sys.stderr)
        raise SystemExit(3)
    mail = mail_environment(mail_dir)
    with open(words_file, encoding="utf-8") as file:
        words = json.loads(file.read().strip().splitlines()[-1])
    port = start(work, mail["MAIL_IMAP_PORT"])
    try:
        session = Session(port)
        session.log_in(f"{user}@{mail['MAIL_DOMAIN']}", mail["MAIL_PASSWORD"])
        timed("list 50", lambda _: session.list(), 40)
        uids = [int(uid) for uid in re.findall(r"add_message_row\((\d+)", session.list().get("exec", ""))]
        timed("open a message", lambda turn: session.open(uids[turn % len(uids)]), 40)
        timed("search from", lambda _: session.search(words["from"], "from"), 10)
        timed("search rare", lambda _: session.search(words["rare"], "text"), 3, 0)
    finally:
        stop(work)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
