"""One message of the sample mailbox and its bytes. Written by hand rather than with email.*, so that charsets and transfer
encodings are the ones the text files ask for and the bytes never change with the Python version."""
import base64
import binascii
import dataclasses
import datetime
import hashlib

ANCHOR = datetime.datetime(2026, 1, 1, 12, 0, tzinfo=datetime.timezone.utc)  # the loader shifts it to the moment of loading


def folded_base64(data):
    text = base64.b64encode(data).decode()
    return "\n".join(text[i:i + 76] for i in range(0, len(text), 76)) + "\n"


def encoded_word(text, charset="utf-8"):
    """RFC 2047, split so that no encoded-word is longer than 75 characters and no character is cut."""
    if text.isascii():
        return text
    words, piece = [], ""
    for char in text:
        if len(base64.b64encode((piece + char).encode(charset))) > 75 - len(charset) - 7:
            words.append(piece)
            piece = ""
        piece += char
    words.append(piece)
    return "\n ".join(f"=?{charset}?B?{base64.b64encode(word.encode(charset)).decode()}?=" for word in words)


def address(person, charset="utf-8"):
    name, spec = person
    if not name:
        return spec
    try:
        shown = encoded_word(name, charset)
    except UnicodeEncodeError:
        shown = encoded_word(name)
    return f'"{name}" <{spec}>' if name.isascii() and any(c in name for c in ".,'") else f"{shown} <{spec}>"


def parameter(name, value):
    """A MIME parameter; RFC 2231 when it is not ASCII."""
    if value.isascii():
        return f'{name}="{value}"'
    return f"{name}*=utf-8''" + "".join(chr(b) if chr(b).isalnum() and b < 128 or chr(b) in "-._" else f"%{b:02X}" for b in value.encode())


def flowed(text, width=72):
    """RFC 3676: paragraphs as lines that end in a space where they go on."""
    out = []
    for line in text.split("\n"):
        while len(line) > width and " " in line[:width]:
            cut = line[:width].rindex(" ") + 1
            out.append(line[:cut])
            line = line[cut:]
        out.append(line)
    return "\n".join(out)


def quoted_reply(text, parent):
    day = (ANCHOR - datetime.timedelta(minutes=parent.age)).strftime("%Y-%m-%d")
    quoted = "\n".join(("> " + line).rstrip() for line in parent.text.strip().split("\n") if not line.startswith(">"))
    return f"{text}\n{parent.sender[0] or parent.sender[1]}, {day}:\n{quoted}\n"


def text_part(kind, text, charset, encoding=None, params=""):
    data = text.encode(charset)
    if not encoding:
        encoding = "7bit" if data.isascii() else "qp"
    head = f"Content-Type: text/{kind}; charset={charset}{params}\nContent-Transfer-Encoding: "
    if encoding == "base64":
        return head + "base64\n", folded_base64(data.replace(b"\n", b"\r\n")).encode()
    if encoding == "qp":
        return head + "quoted-printable\n", binascii.b2a_qp(data, istext=True)
    return head + encoding + "\n", data


@dataclasses.dataclass
class Attachment:
    kind: str
    name: str
    data: bytes
    content_id: str = ""

    def part(self):
        place = "inline" if self.content_id else "attachment"
        kind = self.kind if not self.kind.startswith("text/") else self.kind + "; charset=utf-8"
        head = f"Content-Type: {kind};\n {parameter('name', self.name)}\nContent-Transfer-Encoding: base64\n"
        head += f"Content-Disposition: {place};\n {parameter('filename', self.name)}\n"
        if self.content_id:
            head += f"Content-ID: <{self.content_id}>\n"
        return head, folded_base64(self.data).encode()


@dataclasses.dataclass
class Message:
    ident: str
    sender: tuple
    to: list
    subject: str
    age: int  # minutes before now
    folder: str
    keywords: list
    text: str
    cc: list = dataclasses.field(default_factory=list)
    charset: str = "utf-8"
    encoding: str = None
    flowed: bool = False
    html: str = ""
    images: list = dataclasses.field(default_factory=list)  # Attachment with content_id, shown by the HTML
    attachments: list = dataclasses.field(default_factory=list)
    references: list = dataclasses.field(default_factory=list)
    extra: list = dataclasses.field(default_factory=list)
    invitation: tuple = None  # (file name, text of the calendar)
    signed: bool = False
    bounce: bool = False
    forward: bool = False

    def multipart(self, kind, parts, params=""):
        self.boundaries = getattr(self, "boundaries", 0) + 1
        boundary = "=_" + hashlib.sha256(f"{self.ident}/{self.boundaries}".encode()).hexdigest()[:24]
        body = b"".join(f"--{boundary}\n".encode() + head.encode() + b"\n" + data + b"\n" for head, data in parts)
        return f'Content-Type: multipart/{kind}; boundary="{boundary}"{params}\n', body + f"--{boundary}--\n".encode()

    def body(self):
        text = flowed(self.text) if self.flowed else self.text
        part = text_part("plain", text, self.charset, self.encoding, "; format=flowed" if self.flowed else "")
        alternatives = [part]
        if self.html:
            html = text_part("html", self.html, "utf-8" if self.charset in ("us-ascii",) else self.charset, self.encoding)
            alternatives.append(self.multipart("related", [html] + [image.part() for image in self.images], '; type="text/html"')
                                if self.images else html)
        if self.invitation:
            alternatives.append(text_part("calendar", self.invitation[1].replace("\r\n", "\n"), "utf-8", None, "; method=REQUEST"))
            self.attachments = self.attachments + [Attachment("application/ics", self.invitation[0], self.invitation[1].encode())]
        if len(alternatives) > 1:
            part = self.multipart("alternative", alternatives)
        if self.bounce or self.forward:
            part = self.with_enclosed(part)
        if self.attachments:
            part = self.multipart("mixed", [part] + [attachment.part() for attachment in self.attachments])
        if self.signed:
            block = base64.b64encode(hashlib.sha512(self.text.encode()).digest() * 2).decode()
            signature = "-----BEGIN PGP SIGNATURE-----\n\n" + "\n".join(block[i:i + 64] for i in range(0, len(block), 64)) + "\n-----END PGP SIGNATURE-----\n"
            part = self.multipart("signed", [part, ('Content-Type: application/pgp-signature; name="signature.asc"\n', signature.encode())],
                                  '; micalg=pgp-sha512;\n protocol="application/pgp-signature"')
        return part

    def with_enclosed(self, part):
        if self.forward:
            inner = ("From: Walter Ames <walter@example.org>\nTo: Harriet O'Neill <harriet@example.org>\nSubject: The radio of 1938\n"
                     "Date: Mon, 03 Nov 2025 09:12:00 +0000\nMessage-ID: <radio@example.org>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
                     "Dear Harriet,\n\nmy grandfather built the cabinet and his sister wound the coils. She had the steadier hand.\n\nWalter\n")
            return self.multipart("mixed", [part, ("Content-Type: message/rfc822\n", inner.encode())])
        status = ("Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; old.address@museum.example\nAction: failed\nStatus: 5.1.1\n"
                  "Diagnostic-Code: smtp; 550 5.1.1 <old.address@museum.example>: Recipient address rejected: User unknown\n")
        inner = ("From: Robin Vale <robin@sample.test>\nTo: old.address@museum.example\nSubject: The coffee stains\n"
                 "Message-ID: <coffee@sample.test>\n\nIs this still the right address?\n")
        return self.multipart("report", [part, ("Content-Type: message/delivery-status\n", status.encode()),
                                         ("Content-Type: message/rfc822\n", inner.encode())], "; report-type=delivery-status")

    def headers(self):
        date = ANCHOR - datetime.timedelta(minutes=self.age)
        rows = [("X-Dhii-Mailbox", self.folder), ("X-Dhii-Keywords", " ".join(self.keywords)), ("X-Dhii-Age-Minutes", str(self.age)),
                ("From", address(self.sender)), ("To", ",\n ".join(address(p) for p in self.to))]
        if self.cc:
            rows.append(("Cc", ",\n ".join(address(p) for p in self.cc)))
        try:
            subject = encoded_word(self.subject, self.charset)
        except UnicodeEncodeError:
            subject = encoded_word(self.subject)
        rows += [("Subject", subject), ("Date", date.strftime("%a, %d %b %Y %H:%M:%S +0000")), ("Message-ID", f"<{self.ident}>")]
        if self.references:
            rows += [("In-Reply-To", f"<{self.references[-1]}>"), ("References", "\n ".join(f"<{r}>" for r in self.references))]
        return rows + self.extra + [("MIME-Version", "1.0")]

    def mbox_entry(self):
        head, data = self.body()
        top = "".join(f"{name}: {value}".rstrip() + "\n" for name, value in self.headers()).encode() + head.encode()
        lines = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in data.split(b"\n")]
        return b"From sample@sample.test Thu Jan  1 12:00:00 2026\n" + top + b"\n" + b"\n".join(lines).rstrip(b"\n") + b"\n\n"
