"""Notices as lines of the program's own log: for a first day without a channel, and for whoever collects logs."""

from dataclasses import dataclass

import structlog

from shipwake.config import Adapter, Setting
from shipwake.domain import Notice, Ref

SETTINGS: tuple[Setting, ...] = ()
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Log:
    """One line a revision; a line that was written cannot be found or changed, so a crash may write it twice."""

    name: str

    def find(self, key: str) -> Ref | None:
        """None: a log is not searched."""
        return None

    def ask(self) -> None:
        """A log is always there."""

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """Write the notice's words with its key and revision beside them."""
        log.info(
            " ".join(notice.lines) or notice.thread_line,
            key=notice.key,
            revision=notice.revision,
            health=notice.health.value,
            recipient=notice.recipient,
            channel=self.name,
            url=notice.url,
        )
        return ref or Ref(notice.key)


def connect(adapter: Adapter) -> Log:
    """The log as a channel."""
    return Log(adapter.name)
