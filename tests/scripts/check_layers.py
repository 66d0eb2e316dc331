#!/usr/bin/env python3
"""The rules of the house that a machine can check; one line `file:line: what is wrong; the mend` for each breach.

  check_layers.py [ROOT]      exit 0 when clean, 1 with breaches

Layers are DESIGN.md section 3. Comments never count; string literals count only for the SQL rule."""
import os
import re
import sys

RANKS = {  # a folder may include folders of a lower rank, and those named beside it in SIDEWAYS
    "base": 0,
    "metrics": 0.3,
    "event": 0.5,
    "crypto": 1, "net": 1, "mime": 1, "config": 1,
    "logs": 2,
    "imap": 2, "smtp": 2, "discovery": 2,
    "store": 3, "http": 3,
    "search": 4, "auth": 4, "transfer": 4,
    "backup": 4.5, "checks": 5,
    "sync": 5, "webhook": 5, "security": 5, "notify": 5,
    "jmap": 6, "api": 6,
    "audit": 4,
    "app": 7,
}
SIDEWAYS = {("api", "jmap"), ("config", "crypto")}
HTTP_FOLDERS = {"http", "jmap", "api", "app"}
# auth implements http's Authenticator and takes "who is asking" (Principal, Role); it handles no request or answer otherwise.
HTTP_FOR_AUTH = {"http/dispatcher.hpp", "http/principal.hpp", "http/message.hpp", "http/client_address.hpp"}
SQL_FOLDERS = {"store", "search"}
PURE_FOLDERS = ("imap/codec/", "imap/session/", "smtp/codec/", "mime/")  # bytes and time in, values out
MAX_LINES = 800
CPP = (".cpp", ".hpp", ".h")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SQL = re.compile(r'"[^"]*\b(SELECT\s[^"]*\sFROM\s|INSERT\s(OR\s\w+\s)?INTO\s|UPDATE\s\w+\sSET\s|DELETE\sFROM\s|'
                 r'CREATE\s(TABLE|INDEX|UNIQUE|VIRTUAL|TRIGGER)\s|PRAGMA\s\w)')
DETACHED = re.compile(r'\bdetached\b')
RUNS_PROGRAM = re.compile(r'(?<![\w.>])(?:std::|::)?(system|popen|execl|execlp|execle|execv|execvp|execvpe|execve|fexecve|fork|vfork|'
                          r'posix_spawnp?)\s*\(')
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)


def blank(text, keep_strings):
    """The text without comments (and strings), with every line at its place."""
    def replace(match):
        piece = match.group(0)
        if keep_strings and not piece.startswith("/"):
            return piece
        return re.sub(r"[^\n]", " ", piece)
    return COMMENT_OR_STRING.sub(replace, text)


def files_below(folder, endings):
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in ("node_modules", "dist", "build", "testdata"))
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.join(where, name)


def include_breach(module, path, quote, target):
    """Why `path` (in folder `module` of src) may not include `target`, or None."""
    pure = path.startswith(PURE_FOLDERS)
    if pure and quote == "<" and target.startswith(("boost/asio", "boost/beast", "sqlite3", "fstream", "sys/socket")):
        return f"a pure folder includes <{target}>; take bytes and time as arguments and leave the I/O to the caller"
    if quote == "<":
        return None
    to = target.split("/")[0]
    if to not in RANKS or to == module:
        return None
    if to == "http" and module not in HTTP_FOLDERS and not (module == "auth" and target in HTTP_FOR_AUTH):
        return f"{module} includes {target}; HTTP types stay in http, jmap and api: pass plain values down"
    if pure and to == "net":
        return f"a pure folder includes {target}; take bytes and time as arguments and leave the I/O to the caller"
    if RANKS[to] < RANKS[module] or (module, to) in SIDEWAYS:
        return None
    way = "upwards" if RANKS[to] > RANKS[module] else "sideways"
    return f"{module} includes {way} ({target}); report through a callback or move the type to a lower folder"


def check_cpp(root, path, breach):
    relative = os.path.relpath(path, os.path.join(root, "src"))
    relative = relative.replace(os.sep, "/")
    module = relative.split("/")[0]
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    if module not in RANKS:
        breach(path, 1, f"src/{module} has no layer; add it to RANKS in tests/scripts/check_layers.py and to DESIGN.md section 3")
        return
    is_test = relative.endswith(("_test.cpp", "_fuzz.cpp", "_bench.cpp")) or "/testing/" in relative
    for number, line in enumerate(blank(text, keep_strings=True).split("\n"), 1):
        found = INCLUDE.match(line)
        why = include_breach(module, relative, *found.groups()) if found and not is_test else None
        if why:
            breach(path, number, why)
        if found and found.group(2).startswith("sqlite3") and module not in SQL_FOLDERS:
            breach(path, number, f"{module} includes {found.group(2)}; only store and search know SQLite: add a method there")
        if module not in SQL_FOLDERS and not is_test and SQL.search(line):
            breach(path, number, "SQL text outside store and search; add a method to the store and call it")
    for number, line in enumerate(blank(text, keep_strings=False).split("\n"), 1):
        if DETACHED.search(line) and not is_test:
            breach(path, number, "asio::detached loses the task and its errors; use net::TaskGroup::spawn(name, task)")
        if RUNS_PROGRAM.search(line) and not is_test:
            breach(path, number, f"{RUNS_PROGRAM.search(line).group(1)}() starts a program; dhii-mail never does (THREATS.md): use a library")
    check_length(path, text, breach)


def check_web(path, breach):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    for number, line in enumerate(text.split("\n"), 1):
        if "{@html" in line and os.path.basename(path) != "MessageFrame.svelte":
            breach(path, number, "{@html} outside MessageFrame.svelte; show text as text, or show mail in that one component")
        if re.search(r"(?<![\w.])(eval\(|new Function\()", line) and not line.lstrip().startswith(("//", "*")):
            breach(path, number, "code made from text; our Content-Security-Policy refuses it: write the function out")
    check_length(path, text, breach)


def check_length(path, text, breach):
    if "never edited by hand" in text.partition("\n")[0]:
        return
    lines = text.count("\n")
    if lines > MAX_LINES:
        breach(path, lines, f"{lines} lines, at most {MAX_LINES}; split the file by what it does")


def main(root):
    breaches = []

    def breach(path, line, why):
        breaches.append(f"{os.path.relpath(path, root)}:{line}: {why}")

    seen = 0
    for path in files_below(os.path.join(root, "src"), CPP):
        check_cpp(root, path, breach)
        seen += 1
    for path in files_below(os.path.join(root, "web", "src"), (".svelte", ".ts", ".js")):
        check_web(path, breach)
        seen += 1
    for line in breaches:
        print(line)
    print(f"layers: {seen} files, {len(breaches)} breach{'' if len(breaches) == 1 else 'es'}")
    return 1 if breaches else 0


if __name__ == "__main__":
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main(os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else here))
