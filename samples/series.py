"""Messages that come in series: newsletters in HTML with inline pictures, receipts, bills."""
import html

import attachments
from mime import Attachment, Message

DAY, HOUR = 1440, 60

TIDE = [  # (days ago, title, [(headline, text)], the word of the week)
    (6, "The ferry, the fog and a very small owl", [("Ferry: winter timetable from Monday", "The first boat leaves at 6.40. The last one waits for the last train, which is new, and was asked for since 1987."), ("Fog signal is back", "The fog signal at the lighthouse sounds again after eleven months of silence. Residents are divided into those who missed it and those who live beside it."), ("Owl in the library", "A little owl spent Tuesday night in the reading room. It chose the shelf for philosophy.")], "haar: a cold sea fog"),
    (13, "Low water, high spirits", [("Lowest tide of the year on Sunday", "At 7.12 the causeway to the islet will be dry for forty minutes. Please come back in time."), ("Volunteers counted 1,204 limpets", "And then counted them again, because the first number was 1,198."), ("Bakery opens earlier", "From five o'clock. The bakers say that they were awake anyway.")], "neap: the weakest tide of the month"),
    (20, "A bench for two hundred years", [("New bench at the chapel", "Made of the old oak that fell in the March storm. It seats four, or two who don't speak to each other."), ("Swimmers' breakfast", "Every Saturday after the cold swim. Bring a cup."), ("Lost and found", "One glove, left. One accordion strap. One key with a cork.")], "fetch: the distance over which wind raises waves"),
    (27, "Why the harbour wall hums", [("The hum explained", "It is the wind in the new railing, an F sharp. The choir has asked for a G."), ("Sardine festival: the numbers", "Nine hundred kilos, three bands, one marriage proposal (accepted)."), ("Evening course: knots", "Six evenings, six knots. Bring two metres of rope and patience.")], "bight: a bend in a rope, or in a coast"),
    (34, "Mushrooms after rain", [("Where not to look", "Our mushroom man names three places where there are none. Draw your own conclusions."), ("Night bus", "Runs on Fridays until two."), ("School garden", "Pumpkins, forty of them, looking for soup.")], "lee: the side away from the wind"),
    (48, "The council answers", [("Footbridge at the mill", "A sign has been put up. The sign is good."), ("Street lamps", "Half of them will go out at midnight, so that the other half are not alone."), ("Letters", "Mr Pereira explains, once more, how the coves are called.")], "spit: sand that reaches out into the sea"),
    (62, "Summer is packed away", [("Deck chairs", "All 212 are in the shed; one came back with a poem on it."), ("Concert season", "The choir sings in December, with soup in between."), ("Walks", "The estuary walk is dry again.")], "slack: the rest between two tides"),
    (90, "Thirty years of this newsletter", [("The first issue", "It had one page, two mistakes and eleven readers. Nine of them still read it."), ("Thank you", "To the printer, the postman and the cat."), ("A competition", "Draw the harbour from memory. First prize: a map.")], "offing: the sea that can be seen from land"),
]
BERG = [
    (10, "Nachtzug nach Triest ist zurück", "Ab Frühjahr fährt der Nachtzug wieder täglich, mit Speisewagen und Schlafabteilen für zwei. Wer früh bucht, zahlt 59 €.", "Hüttenöffnungen im Überblick: 43 Häuser, davon zwölf über Weihnachten."),
    (40, "Über den Brenner mit dem Rad", "Die alte Bahntrasse ist jetzt ein Radweg: 38 km, fast eben, drei Tunnel, zwei Cafés. Der Rückweg geht mit dem Zug.", "Neue Wanderkarten: zehn Blätter im Maßstab 1:25 000."),
    (100, "Sommerfahrplan und Höhenwege", "Die Busse ins Tal fahren stündlich, auch abends. Die Höhenwege sind bis auf zwei schneefrei.", "Wetter verstehen: ein Abendkurs für Wandernde."),
]
SHOPS = [  # (days ago, sender, mail, subject, order number, rows)
    (3, "Gear & Gaiters", "orders@gaiters.example", "Your order is on its way", "G-55120", [("Gaiters, waterproof, M", 1, 39.90), ("Boot wax", 2, 8.50)]),
    (29, "Paper & Ink", "shop@paper-ink.example", "Thank you for your order", "PI-2044", [("Drawing ink, black, 50 ml", 3, 6.80), ("Nibs, assorted", 1, 12.40)]),
    (58, "Solder & Sons", "sales@solder.example", "Order confirmation", "88-117", [("Soldering tip 1.2 mm", 4, 3.95), ("Flux pen", 1, 7.10), ("Desoldering braid", 2, 2.60)]),
    (77, "Gear & Gaiters", "orders@gaiters.example", "Your return has been refunded", "G-53871", [("Gaiters, waterproof, S", -1, 39.90)]),
    (133, "Librairie du Quai", "commandes@librairie-du-quai.example", "Confirmation de votre commande", "20011", [("Atlas des côtes oubliées", 1, 34.00)]),
    (201, "Seed & Soil", "hello@seeds.example", "Your seeds are packed", "S-7719", [("Pumpkin 'Blue Kuri'", 2, 3.20), ("Sweet peas, mixed", 1, 2.80)]),
]
TRAINS = [(5, "Lisbon", "Porto", "8.39", 31.20), (24, "Porto", "Lisbon", "17.47", 31.20), (59, "Lisbon", "Faro", "10.02", 22.90), (111, "Lisbon", "Coimbra", "7.39", 18.40), (160, "Lisbon", "Évora", "9.02", 12.60), (240, "Lisbon", "Porto", "8.39", 30.40)]
DIGEST = [(2, ["Reading a map upside down", "The quiet comeback of the paper timetable", "Twelve ways to draw water"]), (16, ["Cartographers' handwriting", "What is a coastline, really?", "Fonts for small islands"]), (30, ["Contour lines by candlelight", "A history of the compass rose", "Errors that became towns"]), (75, ["The colour of forests", "Map folding, solved", "Who owns a name?"])]

TIDE_LOGO = attachments.logo(["................", ".###.#.##..###..", "..#..#.#.#.#....", "..#..#.#.#.##...", "..#..#.#.#.#....", "..#..#.##..###..", "................"], (255, 255, 255), (24, 84, 120))


def html_of_text(text):
    """A plain text as simple HTML: paragraphs, and *this* in bold."""
    pieces = []
    for paragraph in text.strip().split("\n\n"):
        words = html.escape(paragraph).replace("\n", "<br>\n").split("*")
        pieces.append("<p>" + "".join(f"<b>{word}</b>" if i % 2 else word for i, word in enumerate(words)) + "</p>")
    direction = ' dir="rtl"' if any("\u0590" <= c <= "\u08ff" for c in text) else ""
    return f"<!DOCTYPE html>\n<html><body{direction} style=\"font-family: sans-serif; font-size: 15px\">\n" + "\n".join(pieces) + "\n</body></html>\n"


def newsletter_head(me, number, kind, sender, days, subject, folder="Inbox", seen=True):
    return Message(ident=f"{kind}.{number}@sample.test", sender=sender, to=[me], subject=subject, age=days * DAY + 5 * HOUR + number * 7, folder=folder,
                   keywords=["$seen"] if seen else [], text="", extra=[("List-Id", f"<{kind}.{sender[1].split('@')[1]}>"),
                   ("List-Unsubscribe", f"<https://{sender[1].split('@')[1]}/unsubscribe?r=robin>, <mailto:leave@{sender[1].split('@')[1]}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")])


def tide(me):
    for number, (days, title, items, word) in enumerate(TIDE, 1):
        message = newsletter_head(me, number, "tide", ("The Weekly Tide", "editors@weekly-tide.example"), days, f"The Weekly Tide: {title}", "Inbox" if days < 30 else "Archive", days > 10)
        message.text = title + "\n\n" + "\n\n".join(f"{head}\n{text}" for head, text in items) + f"\n\nWord of the week: {word}\n"
        rows = "".join(f'<tr><td style="padding:14px 24px;border-bottom:1px solid #d5e0e6"><h2 style="margin:0 0 6px;font-size:18px;color:#185478">{html.escape(head)}</h2>'
                       f'<p style="margin:0;line-height:1.5">{html.escape(text)}</p></td></tr>\n' for head, text in items)
        message.html = (f'<!DOCTYPE html>\n<html><head><style>body{{background:#eef3f6;margin:0}} .w{{font-family:Georgia,serif;color:#22313a}}\n'
                        f'@media (max-width:600px){{.w{{width:100%}}}} a:hover{{color:#b04a2f}}</style></head><body><table class="w" width="600" align="center" cellpadding="0" cellspacing="0" bgcolor="#ffffff">\n'
                        f'<tr><td bgcolor="#185478" style="padding:18px 24px"><img src="cid:logo@weekly-tide" width="128" height="56" alt="The Weekly Tide"></td></tr>\n'
                        f'<tr><td style="padding:18px 24px 4px"><h1 style="margin:0;font-size:24px">{html.escape(title)}</h1></td></tr>\n'
                        f'<tr><td style="padding:10px 24px"><img src="cid:view@weekly-tide" width="360" height="220" alt="A view of the bay" style="border-radius:6px"></td></tr>\n{rows}'
                        f'<tr><td style="padding:14px 24px;background:#f6f1e7">Word of the week: <i>{html.escape(word)}</i></td></tr>\n'
                        f'<tr><td style="padding:10px 24px;font-size:12px;color:#6b7a82"><a href="https://weekly-tide.example/read/{number}">Read in the browser</a> &middot; <a href="https://weekly-tide.example/unsubscribe?r=robin">Unsubscribe</a>'
                        f'<img src="https://img.weekly-tide.example/open/{number}.gif" width="1" height="1" alt=""></td></tr></table></body></html>\n')
        message.images = [Attachment("image/png", "logo.png", TIDE_LOGO, "logo@weekly-tide"), Attachment("image/png", "view.png", attachments.landscape(f"tide{number}"), "view@weekly-tide")]
        yield message


def berg(me):
    for number, (days, title, text, second) in enumerate(BERG, 1):
        message = newsletter_head(me, number, "berg", ("Bahn & Berg", "post@bahn-berg.example"), days, f"Bahn & Berg: {title}")
        message.charset, message.encoding = "iso-8859-15", "qp"
        message.text = f"{title}\n\n{text}\n\n{second}\n"
        message.html = (f'<html><body style="font-family:Verdana,sans-serif;background-color:#f4f1ea"><div style="max-width:560px;margin:auto;padding:20px;background-color:white;border-top:6px solid #a02c2c">'
                        f'<h1 style="font-size:22px">{title}</h1><img src="https://img.bahn-berg.example/{number}/kopf.jpg" width="520" height="200" alt="Bild des Monats"><p>{text}</p><p style="color:#555">{second}</p>'
                        f'<p><a href="https://bahn-berg.example/{number}" style="background:#a02c2c;color:#fff;padding:8px 14px;text-decoration:none">Weiterlesen</a></p></div></body></html>\n')
        yield message


def digest(me):
    for number, (days, titles) in enumerate(DIGEST, 1):
        message = newsletter_head(me, number, "digest", ("Cartography Digest", "digest@cartography.example"), days, f"Cartography Digest: {titles[0]}", "Inbox" if days < 20 else "Archive", days > 5)
        message.text = "In this issue:\n\n" + "\n".join(f" * {title}\n   https://cartography.example/{number}/{i}" for i, title in enumerate(titles, 1)) + "\n"
        message.html = "<html><body><h3>In this issue</h3><ul>" + "".join(f'<li><a href="https://cartography.example/{number}/{i}">{title}</a></li>' for i, title in enumerate(titles, 1)) + "</ul></body></html>\n"
        yield message


def shops(me):
    for number, (days, name, mail, subject, order, rows) in enumerate(SHOPS, 1):
        total = sum(count * price for _, count, price in rows)
        message = Message(ident=f"shop.{number}@sample.test", sender=(name, mail), to=[me], subject=f"{subject} ({order})", age=days * DAY + 3 * HOUR + number, folder="Receipts" if days > 10 else "Inbox", keywords=["$seen"], text="")
        message.text = f"Order {order}\n\n" + "\n".join(f"{count:>3} x {thing:<34} {count * price:>8.2f} EUR" for thing, count, price in rows) + f"\n\n      Total {total:>38.2f} EUR\n"
        lines = "".join(f'<tr><td style="padding:6px;border-bottom:1px solid #eee">{html.escape(thing)}</td><td align="right">{count}</td><td align="right">{count * price:.2f} &euro;</td></tr>' for thing, count, price in rows)
        message.html = (f'<html><body style="font-family:Arial,sans-serif"><h2>{html.escape(name)}</h2><p>Order <b>{order}</b></p><table width="480" cellspacing="0"><tr style="background:#f3f3f3"><th align="left">Article</th><th align="right">Number</th><th align="right">Price</th></tr>'
                        f'{lines}<tr><td colspan="2"><b>Total</b></td><td align="right"><b>{total:.2f} &euro;</b></td></tr></table></body></html>\n')
        message.attachments = [attachments.make("pdf", f"Invoice-{order}.pdf")]
        yield message


def bills(me):
    for number in range(1, 13):
        amount = 12.99 + (number * 37 % 11) / 10
        message = Message(ident=f"mobile.{number}@sample.test", sender=("Onda Mobile", "billing@onda.example"), to=[me], subject=f"Your Onda Mobile bill: {amount:.2f} EUR", age=(number * 30 - 22) * DAY + 4 * HOUR, folder="Receipts", keywords=["$seen"],
                          text=f"Dear Robin Vale,\n\nyour bill for this month is {amount:.2f} EUR. It will be taken from your account in ten days. The bill is attached.\n\nData used: {(number * 7) % 9 + 1}.{number % 10} GB of 20 GB\n\nOnda Mobile\n")
        message.attachments = [attachments.make("pdf", f"Onda-bill-{13 - number:02}.pdf")]
        yield message
    for number, (days, start, end, time, price) in enumerate(TRAINS, 1):
        yield Message(ident=f"train.{number}@sample.test", sender=("Comboios do Oeste", "bilhetes@comboios.example"), to=[me], subject=f"Ticket {start} – {end}, {time}", age=days * DAY + 9 * HOUR, folder="Receipts", keywords=["$seen"], encoding="qp",
                      text=f"Bilhete / Ticket\n\n{start} – {end}, {time}\nCarruagem 21, lugar {40 + number}\n{price:.2f} €\n\nBoa viagem!\n", attachments=[attachments.make("pdf", f"ticket-{number}.pdf")])


def messages(me):
    for source in (tide, berg, digest, shops, bills):
        yield from source(me)
