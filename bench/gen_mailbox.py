#!/usr/bin/env python3
"""A deterministic mailbox to measure with: COUNT messages into a Maildir.

  bench/gen_mailbox.py OUT_MAILDIR COUNT [--start I]

Message i depends on i alone, so the first 1,000 of 10,000 are the 1,000, and `--start 10000 100` makes a hundred new ones for the
same mailbox. Shape: words drawn by Zipf's law from 30,000 made-up ones, 60 % with an HTML twin, a tenth with 20-300 KB of
incompressible attachment, threads, several charsets. Planted: zyxneedle (1 in 10,000), brindlequartz (1 in 1,000),
"quarterly harvest report" (1 in 200). The last line printed is JSON: the words and the address that bench.py asks for."""
import argparse
import base64
import bisect
import email.utils
import html
import itertools
import json
import os
import random

SYLLABLES = [a + b for a in "b br c ch d dr f fl g gr h j k l m n p pl pr qu r s st t tr v w z".split() for b in "a e i o u ai ea oo".split()]
ENDINGS = "n r s t l ck nd st ring ble ton ter".split()
FIRST = "Ada Alan Grace Linus Barbara Ken Dennis Margaret Edsger Donald Frances Radia Hedy Claude Katherine Annie Jürgen Zoë Søren Łukasz".split()
LAST = "Harper Winter Mills Tanaka Okafor Núñez Schmidt Kowalski Rossi Larsen Dubois Novak Ivanov Haddad Silva Berg Stone Field Marsh Brook".split()
HOSTS = [f"{name}.example" for name in "acme globex initech umbrella wayne tyrell aperture vandelay prestige lists news shop".split()]
NATIVE = {"iso-8859-1": "façade élève été über straße größe müller señor mañana".split(), "koi8-r": "привет встреча отчёт проект письмо".split(),
          "iso-2022-jp": "会議 予定 確認 資料 開発 設計 来週 東京 報告".split(), "utf-8": "naïve Ελλάδα łódź 项目 谢谢 café şirket".split()}
START, STEP = 1420070400, 3300  # from 2015 on, a message every 55 minutes


def vocabulary(count=30000):
    source, words = random.Random("dhii-words"), {}
    while len(words) < count:
        words["".join(source.choice(SYLLABLES) for _ in range(source.randint(1, 3))) + source.choice(ENDINGS)] = None
    return list(words)


WORDS = vocabulary()
WEIGHTS = list(itertools.accumulate(1.0 / (rank + 3) for rank in range(len(WORDS))))
PEOPLE = [(f"{FIRST[i % 20]} {LAST[i * 7 % 20]}", f"person{i}@{HOSTS[i % len(HOSTS)]}") for i in range(1500)]
PEOPLE_WEIGHTS = list(itertools.accumulate(1.0 / (rank + 5) for rank in range(len(PEOPLE))))


def source_for(kind, index):
    return random.Random(f"dhii/{kind}/{index}")


def words(source, count):
    return [WORDS[bisect.bisect(WEIGHTS, source.random() * WEIGHTS[-1])] for _ in range(count)]


def person(source):
    return PEOPLE[bisect.bisect(PEOPLE_WEIGHTS, source.random() * PEOPLE_WEIGHTS[-1])]


def parent_of(index):
    source = source_for("parent", index)
    return None if index == 0 or source.random() > 0.5 else max(0, index - 1 - int(source.expovariate(1 / 40)))


def chain_of(index):
    chain = []
    while index is not None and len(chain) < 12:
        chain.append(index)
        index = parent_of(index)
    return chain


def ident(index):
    return f"<{source_for('id', index).getrandbits(72):018x}.{index}@bench.example>"


def subject(index):
    source = source_for("subject", chain_of(index)[-1])
    return " ".join(words(source, source.randint(3, 8))).capitalize()


def paragraphs(index, charset):
    source = source_for("body", index)
    text = words(source, max(15, min(2500, int(source.lognormvariate(5.6, 0.85)))))
    for place in range(0, len(text), 14):
        if charset in NATIVE and source.random() < 0.6:
            text[place] = source.choice(NATIVE[charset])
    if index % 10000 == 4242:
        text[len(text) // 2] = "zyxneedle"
    if index % 1000 == 77:
        text[len(text) // 3] = "brindlequartz"
    if index % 200 == 13:
        text[len(text) // 4] = "quarterly harvest report"
    return [" ".join(text[at:at + 45]).capitalize() + "." for at in range(0, len(text), 45)]


def wrapped(text, prefix=""):
    line, lines = prefix, []
    for word in text.split(" "):
        if len(line) + len(word) > 74:
            lines.append(line.rstrip())
            line = prefix
        line += word + " "
    return lines + [line.rstrip()]


def base64_lines(data):
    text = base64.b64encode(data).decode()
    return "\n".join(text[at:at + 76] for at in range(0, len(text), 76)) + "\n"


def part(kind, text, charset):
    data = text.encode(charset, "xmlcharrefreplace" if kind == "html" else "replace")
    return f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: base64\n\n{base64_lines(data)}" if charset == "utf-8" else \
        (f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode() + data + b"\n")


def as_bytes(piece):
    return piece if isinstance(piece, bytes) else piece.encode()


def multipart(kind, mark, parts):
    body = b"".join(f"--{mark}\n".encode() + as_bytes(piece) + b"\n" for piece in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\n\n'.encode() + body + f"--{mark}--\n".encode()


def message(index):
    source = source_for("message", index)
    charset = source_for("charset", chain_of(index)[-1]).choices(["utf-8", "iso-8859-1", "us-ascii", "koi8-r", "iso-2022-jp"], [58, 20, 10, 5, 7])[0]
    sender, when = person(source), START + index * STEP + source.randint(0, 1800)
    chain = chain_of(index)
    name = email.utils.formataddr(sender)
    head = [f"Received: from mx{hop}.example (mx{hop}.example [192.0.2.{hop + 1}])\n\tby in{hop}.bench.example with ESMTPS id {source.getrandbits(44):011X};\n\t{email.utils.formatdate(when)}" for hop in range(3)]
    head += [f"From: {name}", "To: Tester <tester@bench.example>", f"Subject: {'Re: ' if len(chain) > 1 else ''}{subject(index)}", f"Date: {email.utils.formatdate(when)}", f"Message-ID: {ident(index)}"]
    if len(chain) > 1:
        head += [f"In-Reply-To: {ident(chain[1])}", "References: " + "\n ".join(ident(other) for other in reversed(chain[1:]))]
    texts = paragraphs(index, charset)
    lines = [line for text in texts for line in wrapped(text) + [""]]
    if len(chain) > 1:
        lines += [line for text in paragraphs(chain[1], charset)[:4] for line in wrapped(text, "> ")]
    body = part("plain", "\n".join(lines) + "\n", charset)
    if source.random() < 0.6:
        rows = "".join(f'<p style="margin:0 0 8pt 0;font-family:Calibri,sans-serif"><a href="https://t.example/{source.getrandbits(96):x}">{html.escape(text)}</a></p>\n' for text in texts)
        body = multipart("alternative", f"=_a{index}", [body, part("html", f"<html><body>{rows}</body></html>\n", charset)])
    if source.random() < 0.1:
        file = f"{words(source, 1)[0]}-{index}.pdf"
        blob = f'Content-Type: application/pdf; name="{file}"\nContent-Disposition: attachment; filename="{file}"\nContent-Transfer-Encoding: base64\n\n' + base64_lines(source.randbytes(source.randint(20000, 300000)))
        body = multipart("mixed", f"=_m{index}", [body, blob])
    flags = "" if source.random() < 0.15 else "S"
    return when, flags, "\n".join(head + ["MIME-Version: 1.0", ""]).encode() + as_bytes(body)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out")
    arguments.add_argument("count", type=int)
    arguments.add_argument("--start", type=int, default=0)
    chosen = arguments.parse_args()
    for folder in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(chosen.out, folder), exist_ok=True)
    total = 0
    for index in range(chosen.start, chosen.start + chosen.count):
        when, flags, data = message(index)
        path = os.path.join(chosen.out, "cur", f"{when}.M{index}.bench:2,{flags}")
        with open(path, "wb") as file:
            file.write(data)
        os.utime(path, (when, when))
        total += len(data)
    print(json.dumps({"messages": chosen.count, "bytes": total, "needle": "zyxneedle", "rare": "brindlequartz", "mid": WORDS[300], "mid2": WORDS[1000],
                      "common": WORDS[0], "phrase": "quarterly harvest report", "from": PEOPLE[200][1]}))


if __name__ == "__main__":
    main()
