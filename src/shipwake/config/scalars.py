"""The settings that are single values: each may stand in shipwake.yaml or in a SHIPWAKE_ variable, which wins."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_address

from shipwake.config import read
from shipwake.config.field import Document, Field
from shipwake.config.mistake import Mistake
from shipwake.config.model import MEGABYTE
from shipwake.config.table import Setting
from shipwake.config.tree import scalar

PREFIX = "SHIPWAKE_"
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


class Auth(StrEnum):
    """Who may come in: whoever shows a token, or everybody on this machine."""

    TOKENS = "tokens"
    NONE = "none"


class Log(StrEnum):
    """How a process writes its log."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class Level(StrEnum):
    """From where on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def database(field: Field) -> str:
    """`sqlite:///FILE`, or `postgresql://…` with a host; no password in a file."""
    read.refuse_password(field)
    found = read.expanded(field)
    parts = read.split_url(found)
    file = found.startswith("sqlite:///") and len(found) > len("sqlite:///")
    if parts is None or not (file or (parts.scheme in DATABASES[1:] and len(parts.path) > 1)):
        raise field.wrong(
            "sqlite:///FILE or postgresql://USER:${PASSWORD}@HOST/NAME", read="another address"
        )
    return found


SETTINGS = (
    Setting(
        "url",
        read.url("http", "https"),
        "The address that people reach the pages at; links begin with it.",
    ),
    Setting("host", read.text, "The address to listen on."),
    Setting("port", read.whole(0, 65_535), "The port to listen on; 0 takes any free one."),
    Setting("database", database, "Where everything is kept: a SQLite file or a PostgreSQL."),
    Setting("auth", read.choice(Auth), "`tokens`, or `none`, which only a loopback host may have."),
    Setting(
        "caution",
        read.share(0.0001, 0.5),
        "How many harmless changes may be called ailing or unhealthy.",
    ),
    Setting(
        "false_alarms",
        read.rate,
        "How many false alarms instead, such as `1 per month`: `caution` then follows from how often you deploy.",
    ),
    Setting(
        "healthy_messages", read.boolean, "Whether authors are told that their change is healthy."
    ),
    Setting(
        "log",
        read.choice(Log),
        "The log as `json`, one object a line, or as `text`; `auto` is text on a terminal, else JSON.",
    ),
    Setting("log_level", read.choice(Level), "From where on a line is written: `debug`, `info`, …"),
    Setting("access_log", read.boolean, "Whether each request has a line in the log."),
    Setting(
        "max_body", read.size(1024, 1024 * MEGABYTE), "The largest request body that is taken."
    ),
)
"""Every setting `NAME` that the variable `SHIPWAKE_NAME` overrides."""


def overrides(environ: Mapping[str, str]) -> tuple[dict[str, Field], list[Mistake]]:
    """The settings that variables give, and mistakes of variables that look like settings but are none."""
    document = Document("environment", environ, may_hold_secrets=True)
    names = {PREFIX + s.name.upper(): s.name for s in SETTINGS}
    found: dict[str, Field] = {}
    mistakes: list[Mistake] = []
    for variable, value in sorted(environ.items()):
        if variable in names and value:
            found[names[variable]] = Field(scalar(value), variable, document, 0, value)
        elif variable.startswith(PREFIX) and variable not in names:
            near = get_close_matches(variable, names, n=1, cutoff=0.85)
            mistakes.extend(
                Field(None, variable, document).mistake(near[0], read="an unknown variable")
                for _ in near
            )
    return found, mistakes


def check_auth(entries: Mapping[str, Field]) -> Iterable[Mistake]:
    """Only who already is on this machine may come in without a token."""
    auth, host = entries.get("auth"), entries.get("host")
    if auth is None or auth.value != Auth.NONE or host is None or is_loopback(str(host.value)):
        return
    yield auth.mistake(
        f"none only with a loopback host such as 127.0.0.1; the host is {host.shown}"
    )


ALTERNATIVES = ("caution", "false_alarms")


def in_place_of(given: Mapping[str, Field]) -> set[str]:
    """The settings of a file that have no say since a variable says it the other way."""
    said = {name for name in ALTERNATIVES if name in given}
    return set(ALTERNATIVES) if said else set()


def check_alternatives(entries: Mapping[str, Field]) -> Iterable[Mistake]:
    """How often harmless changes alarm is said once."""
    there = [entries[n] for n in ALTERNATIVES if n in entries and entries[n].value is not None]
    for extra in there[1:]:
        yield extra.mistake("caution or false_alarms, not both", read="false_alarms beside caution")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
