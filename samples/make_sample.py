#!/usr/bin/env python3
"""Writes sample.mbox, the sample mailbox of Robin Vale <robin@sample.test>, out of threads/*.txt and the series below.

The same bytes come out on every run. See README.md beside this file for the form of threads/*.txt and for the headers
X-Dhii-Mailbox, X-Dhii-Keywords and X-Dhii-Age-Minutes that the loader reads. Everything here is invented; addresses end in
.test, .example, example.org or example.com."""
import os
import re
import sys

import attachments
import series
from mime import Message, quoted_reply

HERE = os.path.dirname(os.path.abspath(__file__))

PEOPLE = {
    "me": ("Robin Vale", "robin@sample.test"),
    "anna": ("Anna Reis", "anna@maps.example"),
    "tomasz": ("Tomasz Wójcik", "tomasz@maps.example"),
    "ines": ("Inês Carvalho", "ines@maps.example"),
    "mum": ("Katharina Vale", "katharina.vale@example.org"),
    "dad": ("Edward Vale", "edward.vale@example.org"),
    "lena": ("Lena Vale", "lena@example.com"),
    "bernard": ("BERNARD VALE", "bernard@example.org"),
    "jonas": ("Jonas Lindqvist", "jonas@example.com"),
    "ryokan": ("山桜旅館", "yoyaku@yamazakura.example"),
    "airline": ("Meridian Air", "bookings@meridian-air.example"),
    "insurance": ("Harbour Mutual", "service@harbour-mutual.example"),
    "railway": ("Nippon Rail Reservations", "no-reply@rail.example"),
    "choir": ("Margarida Sousa", "margarida@choir.example"),
    "choirlist": ("Choir", "singers@choir.example"),
    "oleg": ("Олег Миронов", "oleg@choir.example"),
    "workshop": ("Repair Café", "hello@repair.example"),
    "harriet": ("Harriet O'Neill", "harriet@example.org"),
    "library": ("Municipal Library", "loans@library.example"),
    "dentist": ("Practice Dr. Faria", "practice@faria.example"),
    "priya": ("Priya Raman", "priya@openpaths.example"),
    "henrik": ("Henrik Dahl", "henrik@openpaths.example"),
    "wei": ("陈伟", "chenwei@institute.example"),
    "daniela": ("Daniela Rossi", "daniela@example.com"),
    "lukas": ("Lukáš Novák", "lukas@openpaths.example"),
    "openpaths": ("", "openpaths@lists.example.org"),
    "sabine": ("Sabine Köhler", "koehler@stadtmuseum.example"),
    "hausverwaltung": ("Hausverwaltung Böttcher", "verwaltung@boettcher.example"),
    "claire": ("Claire Lefèvre", "claire.lefevre@example.com"),
    "librairie": ("La Librairie du Quai", "commandes@librairie-du-quai.example"),
    "pereira": ("Joaquim Pereira", "j.pereira@example.org"),
    "lucia": ("Lucía Fernández", "lucia@example.com"),
    "ayuntamiento": ("Servicio de Cartografía", "cartografia@ayuntamiento.example"),
    "kolej": ("Koleje Podhalańskie", "bilety@kolej.example"),
    "nikos": ("Νίκος Παπαδάκης", "nikos@example.org"),
    "elif": ("Elif Şahin", "elif@example.com"),
    "vera": ("Вера Соколова", "sokolova@seminar.example"),
    "layla": ("ليلى حداد", "layla@library.example"),
    "noa": ("נועה ברק", "noa@example.com"),
    "arjun": ("अर्जुन मेहता", "arjun@example.org"),
    "meiling": ("林美玲", "meiling@restoration.example"),
    "yuki": ("山田 由紀", "yuki@example.com"),
    "jisoo": ("김지수", "jisoo@olle.example"),
    "zhang": ("张敏", "zhangmin@institute.example"),
    "bank": ("Harbour Bank", "security@harbour-bank.example"),
    "forge": ("Openpaths Forge", "ci@openpaths.example"),
    "council": ("Office of Public Works", "works@council.example"),
    "signed": ("Henrik Dahl", "henrik@openpaths.example"),
    "mailer": ("Mail Delivery System", "mailer-daemon@mx.example.org"),
    "spam1": ("Prize Department", "winner@prizes.example"),
    "spam2": ("Accounting", "accounting@invoices.example"),
    "spam3": ("Dr. Mapp", "news@weird.example"),
    "spam4": ("快递服务", "notice@parcel.example"),
    "oldshop": ("Gear & Gaiters", "offers@gaiters.example"),
    "survey": ("Customer Voice", "survey@voice.example"),
    "samira": ("Samira Haddad", "samira@example.com"),
    "dev": ("Dev Patel", "dev@example.org"),
    "landlord": ("C. Duarte", "duarte@example.org"),
    "marta": ("Marta Nunes", "marta.nunes@school.example"),
    "optician": ("Optician Luz", "shop@luz.example"),
    "cinema": ("Cinema Lumen", "programme@lumen.example"),
}
FIELDS = {"From", "To", "Cc", "Ago", "Subject", "Folder", "Flags", "Charset", "Encoding", "Flowed", "Html", "Attach", "New",
          "Quote", "List", "Invite", "Signed", "Bounce", "Forward"}
KEYWORDS = {"seen": "$seen", "flagged": "$flagged", "answered": "$answered", "draft": "$draft", "forwarded": "$forwarded"}


def minutes(text):
    units = {"d": 1440, "h": 60, "m": 1}
    if not re.fullmatch(r"(\d+[dhm])+", text):
        raise ValueError(f"not an age: {text}")
    return sum(int(n) * units[u] for n, u in re.findall(r"(\d+)([dhm])", text))


def entries(path):
    """(fields, text) for every message of one thread file; Attach is a list, fields after the text belong to it as well."""
    with open(path, encoding="utf-8") as file:
        blocks = re.split(r"^=== *\n", file.read(), flags=re.M)[1:]
    for block in blocks:
        fields, text, in_head = {"Attach": []}, [], True
        for line in block.rstrip("\n").split("\n"):
            found = re.fullmatch(r"([A-Z][a-z]+): (.+)", line)
            if found and found.group(1) in FIELDS and (in_head or found.group(1) in ("Attach", "Html")):
                if found.group(1) == "Attach":
                    fields["Attach"].append(found.group(2))
                else:
                    fields[found.group(1)] = found.group(2)
            elif in_head and not line:
                in_head = False
            elif in_head:
                raise ValueError(f"{path}: not a field: {line}")
            else:
                text.append(line)
        yield fields, "\n".join(text).strip("\n") + "\n"


def people(keys):
    return [PEOPLE[key.strip()] for key in keys.split(",")]


def keywords(fields, folder):
    flags = fields.get("Flags", "seen")
    names = [] if flags == "-" else [flag.strip() for flag in flags.split(",")]
    if folder == "Sent" and "seen" not in names:
        names.append("seen")
    return [KEYWORDS[name] for name in names]


def message_of(fields, text, ident, parent):
    folder = fields.get("Folder") or ("Sent" if fields["From"] == "me" else "Inbox")
    subject = fields.get("Subject") or parent.subject
    if parent and "Subject" not in fields and not subject.startswith("Re: "):
        subject = "Re: " + subject
    message = Message(ident=ident, sender=PEOPLE[fields["From"]], to=people(fields["To"]), cc=people(fields["Cc"]) if "Cc" in fields else [],
                      subject=subject, age=minutes(fields["Ago"]), folder=folder, keywords=keywords(fields, folder), text=text,
                      charset=fields.get("Charset", "utf-8"), encoding=fields.get("Encoding"), flowed="Flowed" in fields)
    if parent:
        message.references = parent.references + [parent.ident]
        if message.age >= parent.age:
            raise ValueError(f"{ident} is older than what it answers")
        if "Quote" in fields:
            message.text = quoted_reply(text, parent)
    if "Html" in fields:
        message.html = series.html_of_text(text)
    for wish in fields["Attach"]:
        kind, name = wish.split(" ", 1)
        message.attachments.append(attachments.make(kind, name))
    if "List" in fields:
        message.extra += [("List-Id", f"<{fields['List']}.lists.example.org>"), ("List-Post", f"<mailto:{fields['List']}@lists.example.org>"),
                          ("List-Unsubscribe", f"<mailto:{fields['List']}-leave@lists.example.org>"), ("Precedence", "list")]
    if "Invite" in fields:
        message.invitation = attachments.invitation(fields["Invite"], message)
    message.signed, message.bounce, message.forward = "Signed" in fields, "Bounce" in fields, "Forward" in fields
    return message


def thread_messages(path):
    stem, parent, known = os.path.splitext(os.path.basename(path))[0], None, {}
    for number, (fields, text) in enumerate(entries(path), 1):
        if "New" in fields or "Subject" in fields and not fields["Subject"].startswith("Re: "):
            parent = None
        elif fields.get("Subject", "").startswith("Re: "):
            parent = known.get(fields["Subject"][4:], parent)
        message = message_of(fields, text, f"{stem}.{number}@sample.test", parent)
        if fields["From"] == "me" and parent and parent.folder != "Sent" and "$answered" not in parent.keywords:
            parent.keywords.append("$answered")
        known.setdefault(message.subject.removeprefix("Re: "), message)
        parent = message
        yield message


def all_messages():
    folder = os.path.join(HERE, "threads")
    for name in sorted(os.listdir(folder)):
        yield from thread_messages(os.path.join(folder, name))
    yield from series.messages(PEOPLE["me"])


def main():
    messages = sorted(all_messages(), key=lambda message: (-message.age, message.ident))
    with open(os.path.join(HERE, "sample.mbox") if len(sys.argv) < 2 else sys.argv[1], "wb") as file:
        for message in messages:
            file.write(message.mbox_entry())
    print(f"{len(messages)} messages")


if __name__ == "__main__":
    main()
