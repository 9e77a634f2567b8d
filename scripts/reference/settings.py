"""Every key of shipwake.yaml but those that one adapter alone has."""

from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import timedelta

from scripts.reference.page import table
from shipwake.config import SECTIONS, SETTINGS, Config, Setting, read
from shipwake.config.adapters import COMMON, KIND, NAME
from shipwake.config.entry import LIMITS, SIGN_IN, team_of
from shipwake.config.file import ENVIRONMENT, SERVICE, WATCH
from shipwake.config.keep import KEEP
from shipwake.config.slis import Known, sli_settings
from shipwake.domain import Schedule

TITLE = "Settings"
ROOMS = {"sources": "sources", "hooks": "intake", "tell": "tell", "lookup": "lookup"}


def text() -> str:
    """One heading a section, then the single values, each with the variable that overrides it."""
    keys: dict[str, Iterable[Setting]] = {
        "services": SERVICE.settings,
        "environments": ENVIRONMENT.settings,
        "slis": sli_settings(Known()),
        "watch": WATCH.settings,
        "keep": KEEP.settings,
        "sign_in": SIGN_IN.settings,
        "teams": team_of(()).settings,
        "limits": LIMITS.settings,
        "proxies": (),
    }
    keys |= {name: (KIND, NAME, *COMMON.get(room, ())) for name, room in ROOMS.items()}
    sections = [
        f"## {name}\n\n{says}\n{_more(name)}\n{rows(keys[name])}" for name, says in SECTIONS.items()
    ]
    return "\n".join([*sections, _single()])


def rows(settings: Iterable[Setting]) -> str:
    """A table of keys; required ones say so."""
    return table(
        ("key", "is"),
        [(f"`{s.name}`", f"{s.says}{' Required.' if s.required else ''}") for s in settings],
    )


def _more(section: str) -> str:
    room = ROOMS.get(section)
    return f"Each kind's own keys: [{room}]({room}.md).\n" if room else ""


def _single() -> str:
    defaults = {f.name: f.default for f in fields(Config) if f.default is not MISSING}
    found = [
        (f"`{s.name}`", f"`SHIPWAKE_{s.name.upper()}`", f"`{_shown(defaults.get(s.name))}`", s.says)
        for s in SETTINGS
    ]
    schedule = Schedule()
    return "\n".join(
        [
            "## Single values",
            "",
            "Each may stand at the top of the file or in a variable, which wins.",
            "",
            table(("key", "variable", "default", "is"), found),
            (
                f"`watch` without keys is `looks: {list(schedule.looks)}`, "
                f"`unit: {_shown(schedule.unit)}`, "
                f"`later: [{', '.join(_shown(length) for length in schedule.later)}]`."
            ),
        ]
    )


def _shown(value: object) -> str:
    if isinstance(value, timedelta):
        return read.words(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
