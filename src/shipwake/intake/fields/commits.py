"""Commits, their authors and their files as the pushes of GitHub, Gitea and GitLab state them."""

from datetime import datetime

from shipwake.domain import Commit, Person
from shipwake.intake.fields.times import when
from shipwake.intake.fields.values import at, first_line, items, sha, text, web_address

MOST_COMMITS, MOST_PATHS = 2048, 1000


def person(stated: object) -> Person | None:
    """Somebody as a commit's author (name, email, username) or as a user (login, type); None where nobody is named."""
    login = text(stated, "login") or text(stated, "username")
    name, email = text(stated, "name"), text(stated, "email")
    if not (login or name or email):
        return None
    bot = text(stated, "type") == "Bot" or login.endswith("[bot]") or name.endswith("[bot]")
    return Person(name=name, email=email, login=login, bot=bot)


def commits(body: object, received: datetime) -> tuple[Commit, ...]:
    """The commits under `commits`, oldest first as they are sent; one without a hash is left out."""
    stated = items(body, "commits", most=MOST_COMMITS)
    return tuple(found for one in stated if (found := _commit(one, received)))


def paths(body: object) -> tuple[str, ...]:
    """The files that these commits touch, each once."""
    found: dict[str, None] = {}
    for commit in items(body, "commits", most=MOST_COMMITS):
        for key in ("added", "removed", "modified"):
            found |= dict.fromkeys(filter(None, map(text, items(commit, key, most=MOST_PATHS))))
    return tuple(found)[:MOST_PATHS]


def _commit(stated: object, received: datetime) -> Commit | None:
    found = sha(stated, "id")
    if not found:
        return None
    written, doubted = when(at(stated, "timestamp"), received)
    return Commit(
        sha=found,
        title=first_line(stated, "message"),
        author=person(at(stated, "author")),
        at=None if doubted else written,
        url=web_address(stated, "url"),
    )
