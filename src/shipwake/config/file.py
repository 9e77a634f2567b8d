"""shipwake.yaml as a whole: its sections in the order they depend on each other, and every mistake at once."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from shipwake.config import entry, read
from shipwake.config.adapters import adapters, needs_query
from shipwake.config.field import Document, Field, closest, listed
from shipwake.config.keep import keep
from shipwake.config.mistake import ConfigError, Mistake, MistakesError
from shipwake.config.model import MEGABYTE, Config, Environment, Service
from shipwake.config.scalars import (
    SETTINGS,
    check_alternatives,
    check_auth,
    in_place_of,
    overrides,
)
from shipwake.config.slis import Known, slis
from shipwake.config.table import Reader, Setting, Table, gathering
from shipwake.config.tree import read_yaml
from shipwake.domain import Schedule

LARGEST = 32 * MEGABYTE
PUSH = "push"
MOMENT, WEEKS = timedelta(seconds=1), timedelta(days=28)

SERVICE = Table(
    (
        Setting("name", read.text, "What we call it.", required=True),
        Setting("repository", read.text, "Where its code lives, as `owner/name`."),
        Setting(
            "paths",
            read.list_of(read.text),
            "Globs of its files, where a repository holds several services.",
        ),
        Setting(
            "owners",
            read.list_of(read.text),
            "E-mail addresses to tell where a change names no author.",
        ),
    )
)
ENVIRONMENT = Table(
    (
        Setting("name", read.text, "What we call it.", required=True),
        Setting(
            "aliases", read.list_of(read.text), "Globs of what senders call it, such as `prod-*`."
        ),
    )
)
WATCH = Table(
    (
        Setting(
            "looks",
            read.list_of(read.whole(1, 100_000)),
            "When to look, in units after the change.",
        ),
        Setting(
            "unit",
            read.duration(MOMENT, timedelta(days=1)),
            "The unit of `looks`, or an SLI's step if longer.",
        ),
        Setting(
            "later",
            read.list_of(read.duration(MOMENT, WEEKS)),
            "When to look again, after all of `looks`.",
        ),
    )
)
SECTIONS = {
    "services": "What is deployed.",
    "environments": "Where it runs.",
    "sources": "Where samples are read.",
    "hooks": "Who may send events.",
    "tell": "Where words are put.",
    "lookup": "Who completes commits and people.",
    "slis": "What is measured.",
    "watch": "When we look.",
    "keep": "How long things are kept.",
    "sign_in": "Who says who somebody is.",
    "teams": "Who may do what, and with which services.",
    "limits": "How much is answered.",
    "proxies": "Whose word about an asker's address is believed: a list of IP addresses and networks.",
}


def load(path: Path, environ: Mapping[str, str], *, implicit: bool = False) -> Config:
    """The configuration in a file; raises ConfigError with every mistake in it, or why it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError.at(path, "a file beyond all size", f"at most {LARGEST} bytes")
        written = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError.at(
            path, f"bytes in line {line} that are no UTF-8", "text in UTF-8"
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        allowed = "a file that can be read; create it, or name another"
        raise ConfigError.at(path, f"nothing ({reason})", allowed) from error
    return parse(written, name=str(path), environ=environ, implicit=implicit)


def default(environ: Mapping[str, str]) -> Config:
    """What holds without a file: the defaults, and SHIPWAKE_ variables; raises ConfigError."""
    return parse("", name="defaults", environ=environ)


def parse(text: str, *, name: str, environ: Mapping[str, str], implicit: bool = False) -> Config:
    """The configuration that `text` describes; raises ConfigError with every mistake in it.

    With `implicit`, services and environments that no section lists exist all the same.
    """
    mistakes: list[Mistake] = []
    try:
        root, of_form = read_yaml(text, Document(name, environ))
        mistakes += of_form
        values = _sections(root.entries(), environ, mistakes, implicit=implicit)
    except MistakesError as error:
        raise ConfigError([*mistakes, *error.mistakes]) from None
    if mistakes:
        raise ConfigError(sorted(mistakes, key=lambda m: m.line))
    return Config(**values, implicit=implicit)


def _sections(
    entries: Mapping[str, Field],
    environ: Mapping[str, str],
    mistakes: list[Mistake],
    *,
    implicit: bool,
) -> dict[str, Any]:
    """The value of each section that is there; what is wrong is added to `mistakes`."""
    known = (*SECTIONS, *(s.name for s in SETTINGS))
    for key, field in entries.items():
        if key not in known:
            mistakes.append(
                field.mistake(
                    f"{listed(known)}{closest(key, known)}", read=f"the unknown key {key[:80]!r}"
                )
            )
    readers: dict[str, Reader] = {
        "services": lambda f: _named(SERVICE, Service, f),
        "environments": lambda f: _named(ENVIRONMENT, Environment, f),
        "sources": _sources,
        "hooks": lambda f: adapters("intake", f, by_kind=True),
        "tell": lambda f: adapters("tell", f),
        "lookup": lambda f: adapters("lookup", f),
        "slis": lambda f: slis(f, _known(entries, implicit=implicit)),
        "watch": _watch,
        "sign_in": entry.sign_in,
        "teams": lambda f: entry.teams(f, _known(entries, implicit=implicit).services),
        "limits": entry.limits,
        "proxies": entry.proxies,
    }
    values = _scalars(entries, environ, mistakes)
    for key in readers.keys() & entries.keys():
        if entries[key].value is not None:
            with gathering(mistakes):
                values[key] = readers[key](entries[key])
    if "keep" in entries and entries["keep"].value is not None:
        with gathering(mistakes):
            values["keep"] = keep(entries["keep"], values)
    mistakes += entry.check_people(values, entries)
    return values


def _scalars(
    entries: Mapping[str, Field], environ: Mapping[str, str], mistakes: list[Mistake]
) -> dict[str, Any]:
    given, unknown = overrides(environ)
    mistakes += unknown
    silent = in_place_of(given)
    chosen = {
        s.name: entries[s.name] for s in SETTINGS if s.name in entries and s.name not in silent
    } | given
    values: dict[str, Any] = {}
    with gathering(mistakes):
        values |= Table(SETTINGS, checks=(check_auth, check_alternatives))(
            Field(dict(chosen), "", Document())
        )
    return values


def _named(table: Table, make: type[Service] | type[Environment], field: Field) -> tuple[Any, ...]:
    return read.list_of(lambda f: make(**table(f)), key=lambda one: one.name)(field)


def _sources(field: Field) -> Any:  # noqa: ANN401 - a section's value
    for item in field.items():
        named = item.entries().get("name")
        if named is not None and named.value == PUSH:
            raise named.wrong("another name: push is there already and needs no entry")
    return adapters("sources", field)


def _watch(field: Field) -> Schedule:
    schedule = Schedule(**WATCH(field))
    entries = field.entries()
    if list(schedule.looks) != sorted(set(schedule.looks)) or not schedule.looks:
        raise entries["looks"].wrong("numbers that rise, such as [3, 5, 8, 12]")
    if list(schedule.later) != sorted(set(schedule.later)):
        raise entries["later"].wrong("durations that rise, such as [4h, 24h, 7d]")
    return schedule


def _known(entries: Mapping[str, Field], *, implicit: bool) -> Known:
    """The names that SLIs may use, as far as they can be read: what is wrong with them is told elsewhere."""
    sources = dict(_pairs(entries.get("sources")))
    return Known(
        services=() if implicit else [n for n, _ in _pairs(entries.get("services"))],
        environments=() if implicit else [n for n, _ in _pairs(entries.get("environments"))],
        sources={PUSH, *sources},
        asking=[name for name, kind in sources.items() if needs_query(kind)],
    )


def _pairs(section: Field | None) -> Iterable[tuple[str, str]]:
    """The (name, kind) of each entry of a section."""
    for item in section.value if section and isinstance(section.value, list) else ():
        entries = item.value if isinstance(item.value, dict) else {}
        kind = entries["kind"].value if "kind" in entries else ""
        name = entries["name"] if "name" in entries else entries.get("kind")
        if name is not None and name.value is not None:
            yield name.spelled or str(name.value), str(kind)
