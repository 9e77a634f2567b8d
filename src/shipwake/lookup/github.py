"""GitHub, asked for what is in a deploy, who people are, and which deployments no webhook told of; it changes nothing.

The calls are those of docs.github.com, "REST API", version 2022-11-28; github.com and Enterprise Server alike.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shipwake.config import Adapter, Setting, read
from shipwake.domain import Change, Contents, Heard, Person
from shipwake.lookup.hosts import Memory, first_line, unmasked
from shipwake.lookup.hosts.github_calls import Calls, limit_wait
from shipwake.lookup.hosts.github_contents import contents
from shipwake.lookup.hosts.github_deployments import Poll
from shipwake.lookup.hosts.github_forms import User
from shipwake.wire.http import Client, secrets_of

API = "https://api.github.com"
TIMEOUT = timedelta(seconds=10)
SETTINGS = (
    Setting(
        "url",
        read.url("http", "https"),
        f"The address of the API; `{API}` where absent, `https://HOST/api/v3` of an Enterprise Server.",
    ),
    Setting(
        "token",
        read.secret,
        "May read contents, pull requests, deployments and metadata; absent: only what is public, 60 requests an hour.",
    ),
    Setting(
        "timeout",
        read.duration(timedelta(milliseconds=100), timedelta(minutes=1)),
        "How long to wait for an answer; 10s where absent.",
    ),
    Setting(
        "poll",
        read.duration(timedelta(seconds=10), timedelta(days=1)),
        "How often to look for deployments that no webhook told of; absent: never.",
    ),
    Setting("hook", read.text, "The `name` of the hook of kind `github` that these stand in for."),
)
REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,98}[a-z0-9])?", re.IGNORECASE)
REMEMBERED = timedelta(hours=6)
"""How long somebody's name and address are believed."""


@dataclass(frozen=True, slots=True)
class GitHub:
    """One GitHub. `poll` is how often `deliveries` is to be asked; None: never."""

    calls: Calls
    poll: timedelta | None = None
    hook: str = ""
    _polled: Poll = field(init=False, repr=False)
    _people: Memory[str, User | None] = field(
        default_factory=lambda: Memory(REMEMBERED), repr=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_polled", Poll(self.calls, self.hook))

    def commits(self, change: Change) -> Contents:
        """Commits from the revision before to this one, pull requests, authors, issues, labels and files.

        Empty for a change without a repository or revision. Raises LookupFailedError.
        """
        if not (REPOSITORY.fullmatch(change.repository) and change.revision):
            return Contents()
        return contents(self.calls, change.repository, change.revision, change.previous_revision)

    def person(self, identity: Person) -> Person:
        """The name and the public address of an account; as given where there is none. Raises LookupFailedError."""
        given = unmasked(identity)
        login = given.login
        if given.bot or (given.name and given.email) or not LOGIN.fullmatch(login):
            return given
        user = self._user(login)
        if user is None:
            return given
        return replace(
            given,
            name=given.name or first_line(user.name or ""),
            email=given.email or first_line(user.email or ""),
            bot=user.type == "Bot",
        )

    def deliveries(self, repository: str, since: datetime) -> Sequence[Heard]:
        """The deployment statuses of `owner/name` since then, oldest first. Raises LookupFailedError."""
        return (
            self._polled.deliveries(repository, since) if REPOSITORY.fullmatch(repository) else ()
        )

    def _user(self, login: str) -> User | None:
        key = login.casefold()
        known = self._people.recall(key)
        if known:
            return known[0]
        user = self.calls.find(f"/users/{login}", User, f"account {login}")
        return self._people.keep(key, user)


def connect(adapter: Adapter) -> GitHub:
    """The GitHub at the adapter's address."""
    settings = adapter.settings
    token = settings["token"].reveal() if "token" in settings else ""
    headers = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        **({"Authorization": f"Bearer {token}"} if token else {}),
    }
    url = str(settings.get("url", API)).rstrip("/")
    client = Client(
        url,
        headers=headers,
        secrets=secrets_of([token]),
        timeout_s=settings.get("timeout", TIMEOUT).total_seconds(),
        waits=limit_wait,
    )
    calls = Calls(client, url, bool(token))
    return GitHub(calls, settings.get("poll"), settings.get("hook", ""))
