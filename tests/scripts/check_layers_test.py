"""check_layers.py catches each breach that it promises to catch, and nothing else."""
import contextlib
import io
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_layers


class CheckLayers(unittest.TestCase):
    def found(self, path, text):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.dirname(os.path.join(root, path)))
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                status = check_layers.main(root)
        lines = output.getvalue().splitlines()
        self.assertEqual(status, 1 if len(lines) > 1 else 0)
        return lines[:-1]

    def breaches(self, path, text, words):
        lines = self.found(path, text)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(words, lines[0])
        return lines[0]

    def clean(self, path, text):
        self.assertEqual(self.found(path, text), [])

    def test_names_file_and_line(self):
        line = self.breaches("src/net/x.cpp", "\n#include \"store/y.hpp\"\n", "upwards")
        self.assertTrue(line.startswith("src/net/x.cpp:2: "), line)

    def test_upward_and_sideways_includes_are_refused(self):
        self.breaches("src/auth/x.hpp", '#include "security/events.hpp"\n', "upwards")
        self.breaches("src/sync/x.hpp", '#include "security/events.hpp"\n', "sideways")
        self.breaches("src/base/x.hpp", '#include "net/task.hpp"\n', "upwards")

    def test_downward_includes_are_fine(self):
        self.clean("src/jmap/x.cpp", '#include "store/mail_store.hpp"\n#include "jmap/y.hpp"\n#include <vector>\n')

    def test_http_types_stay_at_the_top(self):
        self.breaches("src/auth/x.cpp", '#include "http/server.hpp"\n', "HTTP types")

    def test_pure_folders_have_no_io(self):
        self.breaches("src/imap/codec/x.cpp", "#include <boost/asio/read.hpp>\n", "pure folder")
        self.breaches("src/imap/codec/x.cpp", '#include "net/stream.hpp"\n', "pure folder")

    def test_sql_outside_store_and_search_is_refused(self):
        self.breaches("src/api/x.cpp", 'auto q = "SELECT id FROM users";\n', "SQL")
        self.breaches("src/api/x.cpp", 'auto q = "DELETE FROM users";\n', "SQL")
        self.clean("src/store/x.cpp", 'auto q = "SELECT id FROM users";\n')

    def test_the_imap_command_select_is_not_sql(self):
        self.clean("src/imap/x.cpp", 'send("SELECT INBOX");\n')

    def test_an_unknown_folder_has_no_layer(self):
        self.breaches("src/utils/x.cpp", "int x;\n", "has no layer")

    def test_detached_is_refused_in_code_but_not_in_comments(self):
        self.breaches("src/net/x.cpp", "co_spawn(e, f(), asio::detached);\n", "TaskGroup")
        self.clean("src/net/x.cpp", "// never asio::detached\n/* detached */\nauto s = \"detached\";\n")

    def test_starting_programs_is_refused(self):
        for call in ('system("ls")', 'std::system("ls")', 'popen("ls", "r")', "execv(path, argv)", "fork()"):
            self.breaches("src/app/x.cpp", f"auto r = {call};\n", "starts a program")
        self.clean("src/app/x.cpp", "db.execute(sql); io.system(1); my_system(2);\n")

    def test_raw_html_only_in_the_frame(self):
        self.breaches("web/src/lib/ui/Row.svelte", "<p>{@html text}</p>\n", "{@html}")
        self.clean("web/src/lib/ui/MessageFrame.svelte", "<p>{@html text}</p>\n")

    def test_too_long_a_file_is_refused(self):
        self.breaches("src/net/x.cpp", "int x;\n" * 801, "at most 800")


if __name__ == "__main__":
    unittest.main()
