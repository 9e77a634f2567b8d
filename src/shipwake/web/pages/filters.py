"""What the address of the list asks for, and the addresses of its neighbours; a filter lives nowhere else."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from shipwake.domain import WORST_FIRST, BadInputError, ChangeKind, Health, parse_rfc3339
from shipwake.store import Filter
from shipwake.web.charts import clock, day
from shipwake.web.pages.listing_view import Menu, Pick
from shipwake.web.pages.shell import link

PATH = "/changes"
MOST_OPTIONS = 40
BEFORE, AFTER = timedelta(minutes=60), timedelta(minutes=15)
"""Around an instant that is searched for: what could have caused it, and what came just after."""
TIME_OF_DAY = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filter of an address, and its parameters as they were given."""

    wanted: Filter
    given: Mapping[str, str]
    cursor: str

    @property
    def narrow(self) -> bool:
        """Whether anything but the place is asked for."""
        return bool(set(self.given) - {"environment", "service"}) or bool(self.cursor)

    @property
    def place(self) -> Filter:
        """Only the place of the filter: what the state and the band speak of."""
        return Filter(service=self.wanted.service, environment=self.wanted.environment)

    def url(self, **change: str) -> str:
        """The list with these parameters set (or, empty, taken away), from its first page."""
        return link(PATH, {**self.given, **change})


def read(query: Mapping[str, str], now: datetime) -> Asked:
    """The filter that an address asks for; raises BadInputError that says what was read and what is allowed."""
    names = ("service", "environment", "kind", "health", "author", "since", "until", "q")
    given = {n: query[n].strip() for n in names if query.get(n, "").strip()}
    text, since, until = given.get("q", ""), given.get("since", ""), given.get("until", "")
    moment = _moment(text, now)
    return Asked(
        wanted=Filter(
            service=given.get("service", ""),
            environment=given.get("environment", ""),
            kind=_one_of(ChangeKind, given.get("kind", ""), "kind"),
            health=_one_of(Health, given.get("health", ""), "health"),
            author=given.get("author", ""),
            since=_time(since, "since", now) or (moment and moment - BEFORE),
            until=_time(until, "until", now) or (moment and moment + AFTER),
            text="" if moment else text,
        ),
        given=given,
        cursor=query.get("cursor", ""),
    )


def _moment(text: str, now: datetime) -> datetime | None:
    """The instant that somebody searches for: RFC 3339, or a time of day in UTC, the last one that was."""
    found = TIME_OF_DAY.fullmatch(text)
    if found:
        at = now.replace(
            hour=int(found["hour"]), minute=int(found["minute"]), second=0, microsecond=0
        )
        return at if at <= now else at - timedelta(days=1)
    try:
        return parse_rfc3339(text.replace(" ", "+")) if text[:4].isdecimal() else None
    except BadInputError:
        return None


def _one_of(words: type[E], read_: str, where: str) -> E | None:
    if not read_:
        return None
    try:
        return words(read_)
    except ValueError as error:
        raise BadInputError(f"read {read_!r}; allowed: {', '.join(words)}", where=where) from error


def _time(read_: str, where: str, now: datetime) -> datetime | None:
    if not read_:
        return None
    number, unit = read_[:-1], read_[-1:]
    spans = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
    if unit in spans and number.isdecimal() and len(number) < 5:  # noqa: PLR2004 - 9,999 days
        return now - int(number) * spans[unit]
    # A plus sign that was not encoded in an address arrives as a space.
    return parse_rfc3339(read_.replace(" ", "+"), where=where)


def health_picks(
    asked: Asked, counts: Mapping[Health, int], unjudged: int, *, capped: bool
) -> tuple[Pick, ...]:
    """All, and each word that any change of this filter has."""
    now = asked.wanted.health
    total = sum(counts.values()) + unjudged
    label = "All" if not capped else "All, newest"
    every = Pick(label=label, url=asked.url(health=""), count=total, on=now is None)
    shown = [h for h in WORST_FIRST if counts.get(h) or h is now]
    return (every, *(_health_pick(asked, h, counts.get(h, 0), on=h is now) for h in shown))


def _health_pick(asked: Asked, word: Health, count: int, *, on: bool) -> Pick:
    return Pick(
        label=word.value, url=asked.url(health=word.value), word=word.value, count=count, on=on
    )


def active(asked: Asked) -> tuple[Pick, ...]:
    """The filters that hold now, each with the address without it; the environment has its own switch."""
    return tuple(
        Pick(label=_said(name, value, asked.wanted), url=asked.url(**{name: ""}))
        for name, value in asked.given.items()
        if name not in {"environment", "health"}
    )


def _said(name: str, value: str, wanted: Filter) -> str:
    at = {"since": wanted.since, "until": wanted.until}.get(name)
    if at is not None:
        return f"{name} {day(at)} {clock(at)} UTC"
    return f"“{value}”" if name == "q" else value


def menus(asked: Asked, services: Iterable[str], authors: Iterable[str]) -> tuple[Menu, ...]:
    """The filters that can be added."""
    return tuple(
        menu
        for menu in (
            _menu(asked, "service", sorted(set(services))),
            _menu(asked, "kind", [k.value for k in ChangeKind]),
            _menu(asked, "author", sorted(set(authors))),
            _menu(asked, "since", ["1h", "24h", "7d", "28d"]),
        )
        if menu.options and menu.label not in asked.given
    )


def _menu(asked: Asked, name: str, values: Iterable[str]) -> Menu:
    def options() -> Iterator[Pick]:
        for value in values:
            if value:
                yield Pick(label=value, url=asked.url(**{name: value}))

    return Menu(label=name, options=tuple(options())[:MOST_OPTIONS])


def without_health(asked: Asked) -> Filter:
    """The same filter over all words."""
    return replace(asked.wanted, health=None)
