"""The people, the token and the questions of the tests of GitHub as look-up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shipwake.domain import Change, ChangeKind, State
from shipwake.lookup.github import GitHub, connect
from tests.contracts.answers import configured

TOKEN = "a-token-that-nobody-may-see"
AT = datetime(2026, 2, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALICE: dict[str, Any] = {"login": "alice", "name": "Alice", "email": "alice@example.com"}
BOB: dict[str, Any] = {
    "login": "bob",
    "name": "Bob",
    "email": "7+bob@users.noreply.github.com",
}


def connected(url: str, **settings: Any) -> GitHub:  # noqa: ANN401 - the look-up's own settings
    """The look-up as a configuration makes it."""
    known = {"url": url, "token": "${TOKEN}", "timeout": "2s", "hook": "acme", **settings}
    return connect(configured("lookup", "github", known, TOKEN=TOKEN))


def change(revision: str, previous: str = "", **more: Any) -> Change:  # noqa: ANN401 - the fields of Change
    """A deploy of acme/shop."""
    facts = {"id": "c-1", "kind": ChangeKind.DEPLOY, "state": State.LIVE, "repository": "acme/shop"}
    return Change(**{**facts, "revision": revision, "previous_revision": previous, **more})
