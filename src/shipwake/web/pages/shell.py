"""What every page shows around its own part: rooms, environments, the zone, the way to its JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from fastapi import Request

from shipwake.flow import River
from shipwake.web.access import Caller, Scope, caller_of, csrf_token

ROOMS = (
    ("Changes", "/changes"),
    ("SLIs", "/slis"),
    ("Heard", "/heard"),
    ("Sources", "/sources"),
)
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A link among others; `on` is the one that holds now."""

    label: str
    url: str
    on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The frame of a page; `kept` are the filters that a search keeps."""

    title: str
    url: str
    json_url: str
    home_url: str
    now: datetime
    csrf: str
    environment: str
    rooms: tuple[Choice, ...]
    environments: tuple[Choice, ...]
    q: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    caller: Caller

    def may(self, scope: str, service: str = "") -> bool:
        """Whether whoever looks may do this with a service, so that a page shows no button that is refused."""
        return self.caller.may(scope, service)

    def may_map(self, what: str) -> bool:
        """Whether they may say what a name of a service, or of an environment, stands for."""
        if what == "service":
            return self.caller.may_somewhere(Scope.ADMIN)
        return self.caller.may(Scope.ADMIN)


def link(path: str, query: Mapping[str, str] | None = None) -> str:
    """An address on this server; empty parameters are left out."""
    given = {k: v for k, v in (query or {}).items() if v}
    return f"{path}?{urlencode(given)}" if given else path


def part(text: str) -> str:
    """One part of a path, quoted so that even a slash in a name stays within it."""
    return quote(text, safe="")


def change_url(change_id: str) -> str:
    """The page of a change."""
    return f"/changes/{part(change_id)}"


def sli_url(name: str) -> str:
    """The page of an indicator."""
    return f"/slis/{part(name)}"


def shell(
    request: Request, river: River, title: str, *, room: str, environments: Iterable[str] = ()
) -> Shell:
    """The frame for one request; the environment chosen stays chosen from page to page."""
    query = {k: v for k, v in request.query_params.items() if v}
    path = raw_path(request)
    chosen = query.get(ENVIRONMENT, "")
    keep = {ENVIRONMENT: chosen}
    names = sorted(
        {*(e.name for e in river.config.environments), *environments, *([chosen] if chosen else [])}
    )
    target = path if path in {p for _, p in ROOMS} else "/changes"
    rest = (
        {k: v for k, v in query.items() if k not in {ENVIRONMENT, "cursor"}}
        if target == path
        else {}
    )
    choices = [Choice(label="all environments", url=link(target, rest), on=not chosen)]
    choices += [
        Choice(label=n, url=link(target, {**rest, ENVIRONMENT: n}), on=n == chosen) for n in names
    ]
    return Shell(
        title=title,
        url=link(path, query),
        json_url=link(_twin_path(path), query),
        home_url=link("/changes", keep),
        now=river.clock.now(),
        csrf=csrf_token(request),
        caller=caller_of(request),
        environment=chosen,
        rooms=tuple(Choice(label=n, url=link(p, keep), on=n == room) for n, p in ROOMS),
        environments=tuple(choices) if len(names) > 1 or chosen else (),
        q=query.get("q", ""),
        kept=tuple(
            (k, v) for k, v in query.items() if k not in {"q", "cursor"} and room == "Changes"
        ),
    )


def raw_path(request: Request) -> str:
    """The path as it was asked for, still quoted."""
    raw = request.scope.get("raw_path")
    return (
        raw.decode("ascii", "replace").partition("?")[0]
        if isinstance(raw, bytes)
        else request.url.path
    )


def _twin_path(path: str) -> str:
    return "/changes.json" if path == "/" else f"{path}.json"
