"""The form of one change in our own words, table by table; everything is checked, and every mistake told at once."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from shipwake.config import Field, Setting, Table, read
from shipwake.domain import (
    BadInputError,
    ChangeKind,
    Commit,
    Exposure,
    Link,
    Person,
    believable,
    parse_rfc3339,
)
from shipwake.intake.fields.values import web_address

MOST = 1000
"""Entries of any one list."""
T = TypeVar("T")
Reader = Callable[[Field], T]


class State(StrEnum):
    """How far the change has come."""

    PLANNED = "planned"
    LIVE = "live"
    FAILED = "failed"


class LinkKind(StrEnum):
    """What a link leads to."""

    PULL_REQUEST = "pull request"
    ISSUE = "issue"
    BUILD = "build"
    PAGE = "page"


def _moment(field: Field) -> datetime:
    """RFC 3339 with an offset, from the year 2000 on."""
    written = field.value if isinstance(field.value, str) else ""
    try:
        found = parse_rfc3339(written)
    except BadInputError:
        raise field.wrong("RFC 3339 with an offset, such as 2026-02-03T10:00:00Z") from None
    if not believable(found, found):
        raise field.wrong("a time from the year 2000 on")
    return found


def _short(longest: int) -> Reader[str]:
    def read_one(field: Field) -> str:
        found = " ".join(read.text(field).split())
        if len(found) > longest:
            raise field.wrong(f"at most {longest} characters")
        return found

    return read_one


def _address(field: Field) -> str:
    if not web_address(field.value):
        raise field.wrong("an address that starts with http:// or https://")
    return str(field.value).strip()


def _person(field: Field) -> Person:
    """A table, or one word: an e-mail address if it has an @, else a name."""
    if isinstance(field.value, str):
        word = NAME(field)
        return Person(email=word) if "@" in word else Person(name=word)
    values = PERSON(field)
    if not any(values.get(key) for key in ("name", "email", "login")):
        raise field.wrong("name, email or login, at least one of them")
    return Person(**values)


def _list(read_one: Reader[Any]) -> Reader[Any]:
    reader = read.list_of(read_one)

    def read_all(field: Field) -> Any:  # noqa: ANN401 - a tuple of whatever read_one gives
        if len(field.items()) > MOST:
            raise field.wrong(f"at most {MOST} entries")
        return reader(field)

    return read_all


ID, NAME, TITLE = _short(200), _short(200), _short(1000)
PERSON = Table(
    (
        Setting("name", NAME, "What people call them."),
        Setting("email", NAME, "Where they are reached."),
        Setting("login", NAME, "What the code host calls them."),
        Setting("bot", read.boolean, "Whether it is a program; programs are not told."),
    )
)
STEP = Table(
    (
        Setting("at", _moment, "From when on.", required=True),
        Setting("share", read.share(0, 1), "Which share of production sees it.", required=True),
    )
)
LINK = Table(
    (
        Setting("kind", read.choice(LinkKind), "What it leads to."),
        Setting("title", TITLE, "Its words."),
        Setting("url", _address, "Its address."),
        Setting("number", NAME, "Its number there."),
    )
)
COMMIT = Table(
    (
        Setting("sha", NAME, "Its hash, whole or short.", required=True),
        Setting("title", TITLE, "The first line of its message."),
        Setting("author", _person, "Who wrote it."),
        Setting("at", _moment, "When."),
        Setting("url", _address, "Its page."),
    )
)


def _link(field: Field) -> Link:
    if isinstance(field.value, str):
        address = _address(field)
        return Link(kind=LinkKind.PAGE.value, title=address, url=address)
    values = {"kind": LinkKind.PAGE, **LINK(field)}
    title = values.get("title") or values.get("number") or values.get("url")
    if not title:
        raise field.wrong("title, url or number, at least one of them")
    return Link(**{**values, "kind": values["kind"].value, "title": title})


CHANGE = Table(
    (
        Setting("id", ID, "Your own id; the same id again amends the change."),
        Setting("kind", read.choice(ChangeKind), "What was changed; `deploy` where absent."),
        Setting("service", NAME, "The service, by our name or yours."),
        Setting("environment", NAME, "Where; by our name or yours."),
        Setting("repository", NAME, "Where its code lives, `owner/name`."),
        Setting("at", _moment, "When it went live; the time of receipt where absent."),
        Setting("title", TITLE, "What it is, in a few words."),
        Setting("revision", ID, "The commit or version that runs now."),
        Setting("previous_revision", ID, "The one that ran before."),
        Setting("started_at", _moment, "When it was begun."),
        Setting("ended_at", _moment, "When it was taken back, or replaced."),
        Setting(
            "exposure",
            _list(lambda f: Exposure(**STEP(f))),
            "Its steps, `[{at, share}]`, for a ramp.",
        ),
        Setting("authors", _list(_person), "Who made it, `[{name, email, login}]`."),
        Setting(
            "commits",
            _list(lambda f: Commit(**COMMIT(f))),
            "What is in it, `[{sha, title, author}]`.",
        ),
        Setting("links", _list(_link), "Where to read more, `[{kind, title, url, number}]`."),
        Setting("tags", _list(NAME), "Words to find it by."),
        Setting(
            "affects",
            _list(NAME),
            "SLIs or services to judge it on, where it has no service of its own.",
        ),
        Setting("judge", read.boolean, "false for an earlier change that is known but not judged."),
        Setting("state", read.choice(State), "`planned`, `live` (where absent) or `failed`."),
    )
)
