"""What a configuration says, as plain frozen values, and how names that senders use become ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from shipwake.config.roles import Limits, Network, SignIn, Team
from shipwake.config.secret import Secret
from shipwake.domain import Change, Rate, Schedule, Sli

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of ours; `repository` is `owner/name`, `paths` are globs of its files there, `owners` are told."""

    name: str
    repository: str = ""
    paths: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment of ours; `aliases` are globs of what senders call it."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One configured adapter of any door; `settings` are plain values, secrets among them are Secret."""

    kind: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The values of `secret` and `secrets`, any of which may sign (several while one replaces another)."""
        one = self.settings.get("secret")
        return (*((one,) if one else ()), *self.settings.get("secrets", ()))


EVENT_LOOKUP = Adapter(kind="event", name="event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long what is not kept for ever is kept; None: for ever. Verdicts and their evidence always are."""

    bodies: timedelta | None = timedelta(days=30)
    samples: timedelta | None = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that can be set, checked: what refers to another part of it is known to exist."""

    services: tuple[Service, ...] = ()
    environments: tuple[Environment, ...] = ()
    sources: tuple[Adapter, ...] = ()
    hooks: tuple[Adapter, ...] = ()
    tell: tuple[Adapter, ...] = ()
    lookup: tuple[Adapter, ...] = (EVENT_LOOKUP,)
    slis: tuple[Sli, ...] = ()
    watch: Schedule = field(default_factory=Schedule)
    keep: Keep = field(default_factory=Keep)
    sign_in: SignIn | None = None
    teams: tuple[Team, ...] = ()
    limits: Limits = field(default_factory=Limits)
    proxies: tuple[Network, ...] = ()
    """Whose word about the address that a request comes from is believed."""
    caution: float = 0.01
    false_alarms: Rate | None = None
    """In place of `caution`."""
    healthy_messages: bool = True
    url: str = "http://127.0.0.1:7447"
    host: str = "127.0.0.1"
    port: int = 7447
    database: str = field(default="sqlite:///shipwake.db", repr=False)
    auth: str = "tokens"
    max_body: int = 25 * MEGABYTE
    log: str = "auto"
    log_level: str = "info"
    access_log: bool = True
    implicit: bool = False
    """Whether names that no section lists exist all the same, as in a replay."""
    _ours: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _homes: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _named: Mapping[str, Sli] = field(init=False, repr=False, compare=False)
    _of_service: Mapping[str, tuple[Sli, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        homes: dict[str, tuple[str, ...]] = {}
        for service in self.services:
            home = service.repository.casefold()
            homes[home] = (*homes.get(home, ()), service.name)
        object.__setattr__(
            self, "_ours", {s.name.casefold(): s.name for s in reversed(self.services)}
        )
        object.__setattr__(self, "_homes", homes)
        of_service: dict[str, list[Sli]] = {}
        for sli in self.slis:
            of_service.setdefault(sli.service, []).append(sli)
        together = {service: tuple(slis) for service, slis in of_service.items()}
        object.__setattr__(self, "_of_service", together)
        object.__setattr__(self, "_named", {s.name: s for s in reversed(self.slis)})

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret that was read, for the log to hide."""
        adapters = (*self.sources, *self.hooks, *self.tell, *self.lookup)
        ours = [self.sign_in.client_secret] if self.sign_in else []
        return (*(s for a in adapters for s in _secrets_in(a.settings)), *filter(None, ours))

    def sli(self, name: str) -> Sli | None:
        """The SLI of this name."""
        return self._named.get(name)

    def slis_of(self, change: Change) -> tuple[Sli, ...]:
        """The SLIs that a change is judged on; empty where it is not mapped.

        A change without a service is judged on what it says it affects, else on the environment's required SLIs.
        """
        if not change.environment:
            return ()
        if change.affects:
            found = (s for s in self.slis if {s.name, s.service} & {*change.affects})
        elif change.service:
            found = (s for s in self._of_service.get(change.service, ()))
        else:
            found = (s for s in self.slis if s.required)
        return tuple(s for s in found if s.environment in ("", change.environment))

    def service_for(self, name: str, repository: str) -> str:
        """Our name of a service that a sender calls `name`, or whose code lives in `repository`; empty if unknown.

        Where no service is configured any name exists, else the repository's short name. A repository of several
        services does not tell which of them is meant.
        """
        if named := self._ours.get(name.casefold()):
            return named
        homes = self._homes.get(repository.casefold(), ()) if repository else ()
        if len(homes) == 1:
            return homes[0]
        if self.implicit or not self.services:
            return name or repository.rpartition("/")[2]
        return ""

    def environment_for(self, name: str) -> str:
        """Our name of an environment that a sender calls `name`: itself, else the first whose alias matches."""
        named = next(
            (e.name for e in self.environments if e.name.casefold() == name.casefold()), ""
        )
        if named:
            return named
        aliased = (e.name for e in self.environments if any(_matches(name, a) for a in e.aliases))
        implicit = self.implicit or not self.environments
        return next(aliased, name if implicit else "")


def _matches(name: str, alias: str) -> bool:
    return bool(name) and fnmatchcase(name.casefold(), alias.casefold())


def _secrets_in(value: object) -> Iterator[Secret]:
    match value:
        case Secret():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _secrets_in(inner)
        case tuple() | list():
            for inner in value:
                yield from _secrets_in(inner)
        case _:
            return
