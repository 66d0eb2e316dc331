"""What dhii-mail does by itself when an alert fires, seen from the user's side of the running server."""
import shutil
import tempfile
import unittest

from dhii import PASSWORD, Server, eventually, needs_binary

BOB = "another long sentence"


@needs_binary
class StepUpDemanded(unittest.TestCase):
    """Bob, freshly signed in, asks for other people's things: the rule foreign_objects answers with a step-up."""

    def start(self, **more):
        data = tempfile.mkdtemp(prefix="dhii-answers-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        self.server = server = Server(data, **more)
        self.addCleanup(server.end)
        server.set_up()
        self.ada = server.token
        server.call("/api/v1/accounts/sample", {})
        invitation = server.call("/api/v1/users/invitations", {})["invitation"]
        server.token = None
        self.bob = server.call("/api/v1/auth/register", {"invitation": invitation, "login": "bob", "password": BOB})["access_token"]

    def as_bob(self, path, body=None, status=200, method=None):
        self.server.token = self.bob
        return self.server.call(path, body, method, status)

    def as_ada(self, path):
        self.server.token = self.ada
        return self.server.call(path)

    def make_key(self, status):
        return self.as_bob("/api/v1/app-passwords", {"name": "phone"}, status=status)

    def snoop(self, times=8):
        for _ in range(times):
            self.as_bob("/api/v1/accounts/a1", status=404)
        self.assertTrue(eventually(lambda: "foreign_objects" in [a["rule"] for a in self.as_ada("/api/v1/security/alerts?state=firing")["alerts"]], 30))

    def may_make_keys(self):
        try:
            self.make_key(201)
            return True
        except AssertionError:
            return False

    def test_the_next_sensitive_action_wants_a_step_up_and_passes_after_it(self):
        self.start()
        self.make_key(201)  # a fresh sign-in counts as confirmed
        self.snoop()
        self.assertTrue(eventually(lambda: not self.may_make_keys(), 30))
        self.assertEqual(self.make_key(403)["code"], "auth.step_up_required")
        self.as_bob("/api/v1/mailboxes")  # what is not sensitive goes on
        with self.assertRaises(AssertionError):
            self.as_bob("/api/v1/auth/step-up", {"method": "password", "password": "not the password"})
        self.make_key(403)
        self.as_bob("/api/v1/auth/step-up", {"method": "password", "password": BOB})
        self.make_key(201)
        self.server.token = self.ada
        self.server.call("/api/v1/app-passwords", {"name": "phone"}, status=201)  # nobody else was asked
        demanded = self.as_ada("/api/v1/security/events?kind=security.step_up_demanded")["events"]
        self.assertEqual([(event["object"], "bob" in event["sentence"] or "u2" in event["sentence"]) for event in demanded[:1]], [("foreign_objects", True)])

    def test_it_can_be_switched_off(self):
        self.start(DHII_ALERT_ANSWERS="block,end-sessions")
        self.snoop()
        self.make_key(201)
        self.assertEqual(self.as_ada("/api/v1/security/events?kind=security.step_up_demanded")["events"], [])
        self.make_key(201)


if __name__ == "__main__":
    unittest.main()
