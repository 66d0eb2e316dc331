"""The sample mailbox is what its script makes, parses without a defect and mentions nobody real."""
import email
import email.policy
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MBOX = os.path.join(ROOT, "samples", "sample.mbox")


def messages():
    with open(MBOX, "rb") as file:
        for raw in re.split(rb"^From sample@sample\.test .*\n", file.read(), flags=re.M)[1:]:
            yield email.message_from_bytes(re.sub(rb"^>(>*From )", rb"\1", raw, flags=re.M), policy=email.policy.default)


class Sample(unittest.TestCase):
    def test_the_script_makes_exactly_the_committed_file(self):
        with tempfile.TemporaryDirectory() as folder:
            made = os.path.join(folder, "made.mbox")
            subprocess.run([sys.executable, os.path.join(ROOT, "samples", "make_sample.py"), made], check=True, capture_output=True)
            with open(made, "rb") as one, open(MBOX, "rb") as other:
                self.assertTrue(one.read() == other.read(), "run samples/make_sample.py and commit sample.mbox")

    def test_every_message_parses_and_has_what_the_loader_reads(self):
        seen = set()
        folders = {"Inbox", "Archive", "Sent", "Drafts", "Junk", "Trash", "Travel", "Receipts"}
        for message in messages():
            ident = message["Message-ID"]
            self.assertNotIn(ident, seen)
            seen.add(ident)
            self.assertIn(message["X-Dhii-Mailbox"], folders, ident)
            self.assertTrue(0 < int(message["X-Dhii-Age-Minutes"]) <= 365 * 1440, ident)
            for word in (message["X-Dhii-Keywords"] or "").split():
                self.assertRegex(word, r"^\$(seen|flagged|answered|draft|forwarded)$")
            for part in message.walk():
                self.assertEqual(part.defects, [], ident)
                if part.get_content_maintype() == "text":
                    self.assertNotIn("\ufffd", part.get_content(), ident)
        self.assertGreaterEqual(len(seen), 200)

    def test_answers_name_messages_that_are_there(self):
        known = {message["Message-ID"] for message in messages()}
        for message in messages():
            for reference in (message["References"] or "").split():
                self.assertIn(reference, known)

    def test_every_address_and_host_is_reserved(self):
        reserved = re.compile(r"(\.test|\.example|(^|\.)example\.(org|com)|^(logo|view)?@?weekly-tide)$")
        for message in messages():
            texts = [str(value) for _, value in message.items()]
            texts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
            for text in texts:
                for host in re.findall(r"[\w.+-]+@([\w.-]+\w)", text) + re.findall(r"https?://([\w.-]+)", text):
                    self.assertRegex(host, reserved, f"{message['Message-ID']}: {host}")

    def test_scripts_and_charsets_are_many(self):
        text = "\n".join(part.get_content() for message in messages() for part in message.walk() if part.get_content_type() == "text/plain")
        for name, letters in {"Cyrillic": "\u0400-\u04ff", "Greek": "\u0370-\u03ff", "Arabic": "\u0600-\u06ff", "Hebrew": "\u0590-\u05ff",
                              "Devanagari": "\u0900-\u097f", "Han": "\u4e00-\u9fff", "Kana": "\u3040-\u30ff", "Hangul": "\uac00-\ud7af"}.items():
            self.assertRegex(text, f"[{letters}]", name)
        charsets = {part.get_content_charset() for message in messages() for part in message.walk()}
        self.assertGreaterEqual(len(charsets - {None, "utf-8"}), 14)


if __name__ == "__main__":
    unittest.main()
