"""Who and what a change is made of: people, commits, pull requests, links; absent stays absent, nothing is made up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as a sender names them; at least one of the three is given."""

    name: str = ""
    email: str = ""
    login: str = ""
    bot: bool = False

    @property
    def key(self) -> str:
        """What tells this person from another: e-mail in lower case, else login, else name."""
        return (self.email or self.login or self.name).casefold()

    @property
    def shown(self) -> str:
        """The best name for a page or a message."""
        return self.name or self.login or self.email.partition("@")[0]


def distinct(people: Iterable[Person]) -> tuple[Person, ...]:
    """Each person once, in the order of their first naming and by their last; who has the same login is the same."""
    named = list(people)
    by_login = {p.login.casefold(): p for p in named if p.login}
    by_login |= {p.login.casefold(): p for p in named if p.login and p.email}
    found: dict[str, Person] = {}
    for person in named:
        known = by_login[person.login.casefold()] if person.login else person
        found[known.key] = known
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit in a change; `sha` may be short."""

    sha: str
    title: str = ""
    author: Person | None = None
    at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A pull request, issue or page: `kind` is `pull request`, `issue`, `build` or `page`."""

    kind: str
    title: str
    url: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Exposure:
    """From `at` on, `share` (0 to 1) of production sees the change."""

    at: datetime
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a change, as far as somebody knows: all of it may be empty."""

    commits: tuple[Commit, ...] = ()
    authors: tuple[Person, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
