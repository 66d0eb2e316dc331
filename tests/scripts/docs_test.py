"""Documents that name things name the things that are there."""
import json
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


class Documents(unittest.TestCase):
    def test_every_npm_package_has_its_row_with_its_version(self):
        text = read("docs", "dependencies.md")
        for folder in ("web", "third_party/sqlite3mc"):
            package = json.loads(read(folder, "package.json"))
            for name, version in {**package.get("dependencies", {}), **package.get("devDependencies", {})}.items():
                shown = {"dompurify": "DOMPurify", "svelte": "Svelte", "vite": "Vite", "vitest": "Vitest", "typescript": "TypeScript"}.get(name, name)
                self.assertIn(shown, text)
                self.assertIn(".".join(version.split(".")[:2]), text, name)

    def test_every_debian_library_has_its_row(self):
        text = read("docs", "dependencies.md").lower()
        packages = re.search(r"build_packages=\((.*?)\)", read("scripts", "setup"), re.S).group(1).split()
        for package in packages:
            name = re.sub(r"^lib|-dev$|-19.*$|-3\.0|1\.81|-build$", "", package)
            name = {"boost-json": "boost", "boost-url": "boost", "crypt": "libxcrypt", "ssl": "openssl", "clang-rt": "compiler-rt", "gtest": "googletest",
                    "gmock": "googletest", "ca-certificates": "dependencies", "python3": "python", "clang-tidy": "clang-tidy"}.get(name, name)
            self.assertIn(name.removesuffix("-19-dev"), text, package)

    def test_make_help_lists_every_word(self):
        shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for word in re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.M).group(1).split():
            self.assertRegex(shown, rf"(?m)^  {word} ")

    def test_files_named_in_documents_exist(self):
        for document in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md", "samples/README.md", "docs/threats.md"):
            if not os.path.exists(os.path.join(ROOT, document)):
                continue
            for path in re.findall(r"`((?:scripts|deploy|tests|samples|bench|docs|web|src|api)/[\w./-]+)`", read(document)):
                self.assertTrue(os.path.exists(os.path.join(ROOT, path)), f"{document} names {path}")

    def test_every_test_that_answers_a_threat_exists(self):
        known = set()
        for folder, _, names in [*os.walk(os.path.join(ROOT, "src")), *os.walk(os.path.join(ROOT, "tests"))]:
            for name in names:
                if name.endswith("_test.cpp"):
                    known.update(f"{suite}.{test}" for suite, test in re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", read(folder, name), re.M))
        for name in re.findall(r"`([A-Z]\w+\.[A-Z0-9]\w+)`", read("docs", "threats.md")):
            self.assertTrue(name in known, name)


if __name__ == "__main__":
    unittest.main()
