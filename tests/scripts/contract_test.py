"""The REST contract: clean by all linters, and the web client's types made of it as it is."""
import os
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def contract(word):
    done = subprocess.run([os.path.join(ROOT, "scripts", "contract"), word], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


@unittest.skipUnless(os.path.isdir(os.path.join(ROOT, "api/lint/node_modules")), "scripts/setup --tests installs the linters")
class Contract(unittest.TestCase):
    def test_the_linters_find_nothing(self):
        status, said = contract("lint")
        self.assertEqual(status, 0, said)

    def test_the_web_clients_types_are_made_of_it(self):
        status, said = contract("fresh")
        self.assertEqual(status, 0, said)


if __name__ == "__main__":
    unittest.main()
