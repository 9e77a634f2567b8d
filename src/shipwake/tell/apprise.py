"""Notices through Apprise: more than a hundred further channels by one address each, for all who read there.

Nothing that was sent can be edited or found: a notification a change, one more where it got worse or recovered, and at
least once. Apprise does not say why it failed, and what it logs holds addresses: its log is off.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import ModuleType

from shipwake.config import Adapter, BrokenKindError, Setting, read
from shipwake.domain import Health, Notice, Ref
from shipwake.tell import TellError

SETTINGS = (
    Setting(
        "urls",
        read.list_of(read.secret),
        "Addresses as Apprise writes them, each by `${NAME}`, for they hold secrets. All are told of each change.",
        required=True,
    ),
)
KINDS = {
    Health.HEALTHY: "success",
    Health.IMPROVED: "success",
    Health.AILING: "warning",
    Health.UNHEALTHY: "failure",
    Health.UNKNOWN: "info",
}


@dataclass(frozen=True, slots=True)
class Apprise:
    """The addresses of one channel; where one of several fails, all are tried again."""

    urls: Sequence[str] = field(repr=False)

    @property
    def everybody(self) -> bool:
        """True: an address of Apprise is a place, not a person."""
        return True

    def find(self, key: str) -> Ref | None:
        """None: no channel is searched."""
        return None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """Send the first notification, or one that rings; an edit that rings no bell sends none. Raises TellError."""
        if ref is not None and not notice.thread_line:
            return ref
        told = [line for line in notice.lines if line.strip()] or ["shipwake"]
        title, *rest = [notice.thread_line, *told] if ref is not None else told
        library = _library()
        for number, url in enumerate(self.urls):
            place = library.Apprise.instantiate(url, suppress_exceptions=True)
            if place is None:
                what = f"Apprise knows no address of the form of `urls[{number}]`"
                raise TellError(f"{what}; try it with `apprise`, and correct it", permanent=True)
            # Whatever the address says: else the notification goes where an answer points at.
            place.redirects = False
            body = "\n".join(rest) or notice.url or title
            one = library.Apprise(place)
            kind = KINDS[notice.health]
            if not one.notify(title=title, body=body, notify_type=kind, body_format="text"):
                what = f"{place.service_name} at `urls[{number}]` took no notification"
                raise TellError(f"{what}; Apprise does not say why", permanent=False)
        return ref or Ref(notice.key)


def _library() -> ModuleType:
    """Apprise, loaded when something is told, with what writes addresses silenced."""
    import apprise  # noqa: PLC0415 - an extra, and it takes a quarter of a second

    logging.getLogger("apprise").disabled = True
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    return apprise


def connect(adapter: Adapter) -> Apprise:
    """The channel of the adapter's addresses; raises BrokenKindError where Apprise is not installed."""
    if find_spec("apprise") is None:
        raise BrokenKindError(
            "tell kind 'apprise' needs Apprise, which is not installed: pip install 'shipwake[apprise]'"
        )
    return Apprise([url.reveal() for url in adapter.settings["urls"]])
