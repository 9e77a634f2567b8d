"""What is in a deploy as Sleuth's clients register it: commits, files, links, tags; odd parts are left out."""

from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase

from shipwake.domain import Commit, Link
from shipwake.intake.fields.commits import MOST_COMMITS, MOST_PATHS, person
from shipwake.intake.fields.times import when
from shipwake.intake.fields.values import at, first_line, items, linked, sha, text, web_address

Stated = Mapping[str, object]
MOST_LINKS, MOST_TAGS = 50, 50
PLACEHOLDER = "https://example.com/"
"""Where the command line's links lead while it is told no pattern."""
DEPENDENCIES = ("Pipfile.lock", "requirements.txt", "package-lock.json", "pom.xml")
TAGGED = (
    ("*/migration/*", "migration"),
    *((f"*/{name}", "dependencies") for name in DEPENDENCIES),
    ("*/Dockerfile", "docker"),
    ("*/db/*", "database"),
    ("*tf", "terraform"),
)
"""The tags that Sleuth gives by the files touched, where none were sent."""


def commits(stated: Stated, received: datetime) -> tuple[Commit, ...]:
    """The commits, in the order they were sent; one without a hash is left out."""
    listed = items(stated, "commits", most=MOST_COMMITS)
    return tuple(found for one in listed if (found := _commit(one, received)))


def _commit(stated: object, received: datetime) -> Commit | None:
    revision = sha(stated, "revision")
    if not revision:
        return None
    written, doubted = when(at(stated, "date"), received)
    return Commit(
        sha=revision,
        title=first_line(stated, "message"),
        author=person(at(stated, "author")),
        at=None if doubted else written,
        url=_address(at(stated, "url")),
    )


def paths(stated: Stated) -> tuple[str, ...]:
    """The files that it touches, each once."""
    of_commits = (
        path
        for commit in items(stated, "commits", most=MOST_COMMITS)
        for path in items(commit, "files", most=MOST_PATHS)
    )
    listed = (
        one if isinstance(one, str) else at(one, "path")
        for one in (*items(stated, "files", most=MOST_PATHS), *of_commits)
    )
    return tuple(dict.fromkeys(filter(None, map(text, listed))))[:MOST_PATHS]


def pull_requests(stated: Stated) -> tuple[Link, ...]:
    """The pull requests that have an address or a number."""
    listed = items(stated, "pull_requests", most=MOST_LINKS)
    return tuple(link for one in listed for link in _pull_request(one))


def _pull_request(stated: object) -> tuple[Link, ...]:
    number = text(stated, "number") or text(stated, "id")
    return linked("pull request", first_line(stated, "title"), _address(at(stated, "url")), number)


def links(stated: object) -> tuple[Link, ...]:
    """An object of names and addresses, a list of `name=address`, or one such text."""
    match stated:
        case Mapping():
            named = list(stated.items())
        case list():
            named = [_named(one) for one in stated if isinstance(one, str)]
        case str():
            named = [_named(stated)]
        case _:
            named = []
    return tuple(
        link
        for name, address in named[:MOST_LINKS]
        for link in linked("page", text(name), web_address(address))
    )


def _named(written: str) -> tuple[str, str]:
    if web_address(written):
        return "", written
    name, _, address = written.partition("=")
    return name.strip(), address.strip()


def tags(stated: object, touched: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list, or text with commas, each with or without `#`; else what the files that were touched say."""
    listed = stated.split(",") if isinstance(stated, str) else stated
    written = (
        [text(one, longest=100).lstrip("#") for one in listed] if isinstance(listed, list) else []
    )
    if not any(written):
        written = [t for glob, t in TAGGED if any(fnmatchcase(f"/{p}", glob) for p in touched)]
    return tuple(dict.fromkeys(filter(None, written)))[:MOST_TAGS]


def _address(stated: object) -> str:
    found = web_address(stated)
    return "" if found.startswith(PLACEHOLDER) else found
