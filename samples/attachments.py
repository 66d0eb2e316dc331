"""Small attachments made of nothing but the standard library, always the same bytes."""
import datetime
import hashlib
import io
import struct
import zipfile
import zlib

from mime import ANCHOR, Attachment

TABLES = {
    "stories.csv": "title,place,words,true\nThe smugglers' cat,Boca do Inferninho,180,no\nThe bell of the chapel,Chapel,120,yes\nThe fourth brother,Angra dos Três Irmãos,95,perhaps\n",
    "corrections.csv": "sheet,square,wrong,right,by\n1,C4,Lighthose,Lighthouse,Anna\n1,C5,Lighthose,Lighthouse,Anna\n1,legend,ferry in summer only,ferry all year,Anna\n1,scale bar,99 mm,100 mm,Tomasz\n",
    "kiso-route.csv": "day,from,to,how,yen\n1,Osaka Kansai,Nagoya,train,8140\n2,Nagoya,Magome,train and bus,1980\n2,Magome,Tsumago,on foot,0\n3,Tsumago,Kyoto,train,7900\n",
    "repairs.csv": "thing,year,mended,by\nradio,1938,yes,Harriet\nbread maker,2009,no,nobody\ntoaster,1994,yes,Robin\nsewing machine,1961,waiting for a needle,Harriet\n",
}
TEXTS = {
    "warning.txt": "src/tile/elevation.cpp:88:14: warning: comparison of integers of different signs: 'int' and 'std::size_t' [-Wsign-compare]\n",
    "backtrace.txt": "#0  __pthread_kill_implementation\n#5  std::__throw_out_of_range_fmt\n#6  openpaths::Grid::cell (lon=180.02) at src/grid.cpp:141\n#7  openpaths::Router::expand at src/router.cpp:310\n",
    "0001-normalise-longitude-first.patch": "--- a/src/grid.cpp\n+++ b/src/grid.cpp\n@@ -138,3 +138,4 @@\n Cell Grid::cell(double lon, double lat) const {\n+  lon = normalised(lon);\n   return cells_.at(column(lon), row(lat));\n }\n",
}


def make(kind, name):
    if kind == "csv":
        return Attachment("text/csv", name, TABLES[name].encode())
    if kind == "txt":
        return Attachment("text/x-patch" if name.endswith(".patch") else "text/plain", name, TEXTS[name].encode())
    if kind == "pdf":
        return Attachment("application/pdf", name, pdf(name.rsplit(".", 1)[0].replace("-", " ")))
    if kind == "png":
        return Attachment("image/png", name, landscape(name))
    if kind == "docx":
        return Attachment("application/vnd.openxmlformats-officedocument.wordprocessingml.document", name, docx(name))
    if kind == "ics":
        return Attachment("text/calendar", name, calendar(name, None, "PUBLISH").encode())
    raise ValueError(f"no such kind of attachment: {kind}")


def pdf(title):
    shown = title.encode("latin-1", "replace").replace(b"(", b"[").replace(b")", b"]")
    stream = b"BT /F1 20 Tf 60 760 Td (" + shown + b") Tj 0 -40 Td /F1 11 Tf (A page of the sample mailbox.) Tj ET"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def png(width, height, palette, pixels):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(pixels[y * width:(y + 1) * width]) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) +
            chunk(b"PLTE", b"".join(bytes(c) for c in palette)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def landscape(name, width=360, height=220):
    """Sky, sun, three hills and the sea; every name gives its own view."""
    seed = hashlib.sha256(name.encode()).digest()
    warm = seed[0] % 60
    palette = [(150 + warm, 190, 225 - warm), (250, 225, 140), (120, 140, 110), (90, 115, 90), (60, 90, 75), (50, 90, 130), (230, 235, 240)]
    tops = [[int(height * (0.42 + 0.13 * layer) + (10 + seed[layer + 1] % 14) * wave(x * (layer + 1) + seed[layer + 4] * 9)) for x in range(width)] for layer in range(3)]
    pixels, sun, sea = [], (60 + seed[8] % 240, 45 + seed[9] % 30), int(height * 0.88)
    for y in range(height):
        for x in range(width):
            colour = 1 if (x - sun[0]) ** 2 + (y - sun[1]) ** 2 < 400 else 0
            for layer in range(3):
                colour = 2 + layer if y > tops[layer][x] else colour
            pixels.append((6 if (x + y * 7) % 53 == 0 else 5) if y > sea else colour)
    return png(width, height, palette, pixels)


def wave(x):
    """A smooth wave from -1 to 1 without math.sin, whose last digit differs between machines."""
    x = x % 240
    y = (x if x < 120 else 240 - x) / 60 - 1
    return y * (1.5 - 0.5 * y * y)


def logo(letter_rows, colour, background):
    scale, height, width = 8, len(letter_rows), len(letter_rows[0])
    pixels = [1 if letter_rows[y // scale][x // scale] == "#" else 0 for y in range(height * scale) for x in range(width * scale)]
    return png(width * scale, height * scale, [background, colour], pixels)


def docx(name):
    body = f"<w:p><w:r><w:t>{name}</w:t></w:r></w:p>"
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 12, 0, 0)), '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


EVENTS = {
    "repair-cafe.ics": ("Repair café, winter edition", "Old net loft", 16, 14, 4),
    "shinano-13.ics": ("Limited Express Shinano 13: Nagoya - Nagiso", "Nagoya, platform 10", 20, 4, 1),
    "appointment.ics": ("Dentist", "Practice Dr. Faria", 12, 8, 1),
    "konferenciya.ics": ("Семинар «Берег и карта»", "Большая аудитория", 60, 9, 8),
}


def calendar(name, message, method):
    title, place, days, hour, hours = EVENTS[name]
    start = ANCHOR.replace(hour=hour) + datetime.timedelta(days=days)
    end = start + datetime.timedelta(hours=hours)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//dhii-mail//sample//EN", f"METHOD:{method}", "BEGIN:VEVENT", f"UID:{name}@sample.test",
             "DTSTAMP:20260101T120000Z", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}", f"SUMMARY:{title}",
             "LOCATION:" + place.replace(",", "\\,")]
    if message:
        lines += [f"ORGANIZER;CN={message.sender[0]}:mailto:{message.sender[1]}"]
        lines += [f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{spec}" for _, spec in message.to]
    return "\r\n".join(lines + ["STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR"]) + "\r\n"


def invitation(name, message):
    return name, calendar(name, message, "REQUEST")
