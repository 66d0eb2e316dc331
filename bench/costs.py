#!/usr/bin/env python3
"""What one thing costs, from the benchmarks in the tree (*_bench.cpp): `bench/costs.py [--write]`; BENCH_BUILD=build/bench.
Prints a table beside the aims of the issues and DESIGN; --write puts it into bench/RESULTS.md. Ends with 1 when an aim is missed."""
import json
import os
import subprocess
import sys
import time

import bench

BUILD = os.environ.get("BENCH_BUILD", os.path.join(bench.ROOT, "build", "bench"))
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
# program, benchmark, what it is, aim in nanoseconds
COSTS = [
    ("http/dhii_http_bench", "one_of_a_million_ipv4", "a rate decision among a million clients, IPv4", 200),
    ("http/dhii_http_bench", "one_of_a_million_ipv6_at_four_widths", "the same, IPv6 at four widths", None),
    ("auth/dhii_auth_bench", "verify_token_and_session", "token and session of a request", 20_000),
    ("security/dhii_security_bench", "record_one_event", "what an event costs the request that reports it", 5_000),
]


def main():
    measured = {}
    for program in dict.fromkeys(cost[0] for cost in COSTS):
        path = os.path.join(BUILD, "src", program)
        if not os.path.exists(path):
            sys.exit(f"bench/costs.py: {path} is not there; run scripts/build bench")
        names = "|".join(cost[1] for cost in COSTS if cost[0] == program)
        out = subprocess.run([path, "--benchmark_format=json", f"--benchmark_filter=^({names})($|/)"], check=True, capture_output=True, text=True).stdout
        for each in json.loads(out)["benchmarks"]:
            measured[each["name"].split("/")[0]] = each["real_time"] * NANOSECONDS[each["time_unit"]]
    title = "## What one thing costs"
    lines = [title, "", f"{time.strftime('%Y-%m-%d')}, `bench/costs.py`, {bench.machine()}.", "", "| what | measured | aim |", "|---|---|---|"]
    missed = []
    for _, name, what, aim in COSTS:
        lines.append(f"| {what} | {measured[name]:.0f} ns | {f'< {aim:,} ns' if aim else ''} |")
        if aim and measured[name] >= aim:
            missed.append(what)
    text = "\n".join(lines) + "\n"
    if "--write" in sys.argv[1:]:
        bench.write_section(title, text)
    else:
        print(text)
    for what in missed:
        print(f"missed: {what}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
