#!/usr/bin/env python3
"""How fast is reading mail while strangers try 200 sign-ins a second? On a throw-away server of its own, on loopback.

  bench/sign_in_flood.py [--seconds N] [--rate N] [--write]      DHII_BINARY=... to measure another build

Three rounds of the same reading (list 50 messages, read one): in quiet, under a flood from one address, and under one from a thousand
addresses (given by a declared proxy), each attempt with another login. During the floods the owner also signs in from where she did
before. Prints a table; --write puts it into bench/RESULTS.md under its own heading."""
import argparse
import asyncio
import http.client
import json
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import time
from collections import Counter

import bench

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "scripts"))
import dhii  # noqa: E402

OWNER_ADDRESS = "203.0.113.5"
READ_PAUSE = 0.02  # a busy reader: fifty requests a second
HEADING = "## Reading mail under a flood of sign-ins"


class Client:
    """One kept-alive connection."""

    def __init__(self, server, address=None, token=None):
        self.host = server.url.split("//")[1]
        self.headers = {"Content-Type": "application/json"}
        if address:
            self.headers["X-Forwarded-For"] = address
        if token:
            self.headers["Authorization"] = "Bearer " + token
        self.connection = http.client.HTTPConnection(self.host, timeout=30)

    def post(self, path, body, address=None):
        headers = {**self.headers, "X-Forwarded-For": address} if address else self.headers
        for attempt in (0, 1):
            try:
                self.connection.request("POST", path, json.dumps(body), headers)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                self.connection.close()
                if attempt:
                    return 0, b""


async def attempt(free, host, port, number, address, answers):
    """One sign-in on a kept-alive connection that is free, or on a new one."""
    body = json.dumps({"login": f"victim{number}@example.org", "password": f"guess number {number}"}).encode()
    head = (f"POST /api/v1/auth/login HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nX-Forwarded-For: {address}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    try:
        reader, writer = free.pop() if free else await asyncio.open_connection(host, port)
        writer.write(head + body)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        await asyncio.wait_for(reader.readexactly(int(re.search(rb"(?i)content-length: (\d+)", answer).group(1))), 30)
        answers[int(answer[9:12])] += 1
        if re.search(rb"(?i)\r\nconnection: close", answer):
            writer.close()
        else:
            free.append((reader, writer))
    except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
        answers["no answer"] += 1


async def flood(host, port, rate, addresses, stopped, told):
    free, tasks, answers, number = [], set(), Counter(), 0
    start = time.monotonic()
    while not stopped.is_set():
        number += 1
        await asyncio.sleep(max(0, start + number / rate - time.monotonic()))
        task = asyncio.ensure_future(attempt(free, host, port, number, addresses[number % len(addresses)], answers))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    told.put((dict(answers), number, time.monotonic() - start))


def run_flood(*arguments):
    asyncio.run(flood(*arguments))


class Flood:
    """`rate` bogus sign-ins a second from `addresses`, in a process of its own, however slowly they are answered."""

    def __init__(self, server, rate, addresses):
        host, port = server.url.split("//")[1].split(":")
        self.stopped, self.told = multiprocessing.Event(), multiprocessing.Queue()
        self.process = multiprocessing.Process(target=run_flood, args=(host, int(port), rate, addresses, self.stopped, self.told))

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.answers, self.sent, self.seconds = self.told.get(timeout=60)
        self.process.join(10)


def read_mail(client, account, seconds):
    """Milliseconds of each reading."""
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        start = time.monotonic()
        status, body = client.post("/jmap/api", {"using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"], "methodCalls": [
            ["Email/query", {"accountId": account, "limit": 50, "sort": [{"property": "receivedAt", "isAscending": False}]}, "q"],
            ["Email/get", {"accountId": account, "#ids": {"resultOf": "q", "name": "Email/query", "path": "/ids"},
                           "properties": ["subject", "from", "receivedAt", "preview", "keywords"]}, "g"]]})
        took.append((time.monotonic() - start) * 1000)
        assert status == 200, (status, body[:300])
        time.sleep(READ_PAUSE)
    return took


def row(name, took, flood=None, owner=None):
    took = sorted(took)
    p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
    answers = "" if flood is None else ", ".join(f"{n} x {status}" for status, n in sorted(flood.answers.items(), key=str))
    rate = "" if flood is None else f"{flood.sent / flood.seconds:.0f}/s"
    sign_in = "" if owner is None else f"{owner[0]} in {owner[1] * 1000:.0f} ms"
    return f"| {name} | {statistics.median(took):.2f} / {p99:.2f} ms | {len(took)} | {rate} | {answers} | {sign_in} |"


def attacked(server, name, options, addresses, reader, account):
    with Flood(server, options.rate, addresses) as flood:
        time.sleep(2)  # let it bite
        took = read_mail(reader, account, options.seconds)
        start = time.monotonic()
        status, _ = Client(server, OWNER_ADDRESS).post("/api/v1/auth/login", {"login": "ada", "password": dhii.PASSWORD})
        owner = (status, time.monotonic() - start)
    return row(name, took, flood, owner)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    data = tempfile.mkdtemp(prefix="dhii-flood-")
    server = dhii.Server(data, DHII_TRUSTED_PROXIES="127.0.0.1", DHII_RATE_AUTH="5/10", DHII_LOG_LEVEL="error")
    try:
        anybody = Client(server, OWNER_ADDRESS)
        status, body = anybody.post("/api/v1/setup", {"token": server.setup_token, "login": "ada", "password": dhii.PASSWORD})
        assert status == 200, body
        reader = Client(server, OWNER_ADDRESS, json.loads(body)["access_token"])
        status, body = reader.post("/api/v1/accounts/sample", {})
        assert status == 201, body
        account = json.loads(body)["id"]
        time.sleep(2)
        lines = [f"{time.strftime('%Y-%m-%d')}, `bench/sign_in_flood.py --seconds {options.seconds} --rate {options.rate}`, {os.path.basename(os.path.dirname(dhii.BINARY))} "
                 f"build, {bench.machine()}; the client runs on the same cores. Each attempt with another login.", "",
                 "| round | list 50 and their heads: median / p99 | readings | attempts | their answers | the owner signs in from where she did before |",
                 "|---|---|---|---|---|---|",
                 row("quiet", read_mail(reader, account, options.seconds)),
                 attacked(server, "flood from one address", options, ["198.51.100.1"], reader, account)]
        many = [f"198.18.{n // 250}.{n % 250 + 1}" for n in range(1000)]
        lines.append(attacked(server, "flood from 1,000 addresses", options, many, reader, account))
        print("\n".join(lines))
        if options.write:
            bench.write_section(HEADING, HEADING + "\n\n" + "\n".join(lines) + "\n")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
