"""How the program logs: one line a step with its ids, for people or as JSON; refuses to write a secret."""

import io
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

from shipwake.wire.hiding import HIDDEN, hide, spellings

SECRET_KEYS = re.compile(
    r"secret|token|password|passwd|authorization|cookie|api_?key|signature|credential",
    re.IGNORECASE,
)
SECRET_TEXTS = (
    (re.compile(r"://[^/\s@]+@"), "://***@"),
    (re.compile(r"\b(Bearer|Basic)\s+[^\s'\"]+", re.IGNORECASE), r"\1 ***"),
    (
        re.compile(
            r"([?&](?:token|key|secret|sig|signature|password|link|code|api_key|access_token)=)[^&\s'\"]+"
        ),
        r"\1***",
    ),
    (re.compile(r"shipwake_[A-Za-z0-9_-]{16,}"), "shipwake_***"),
)
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal would obey, or what has no form in UTF-8."""
LINES = ("exception", "stack")
"""What has several lines of its own."""
DEEPEST = 6


class _Stderr(io.TextIOBase):
    """Standard error as it is when a line is written: a progress bar may have taken its place meanwhile."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def isatty(self) -> bool:
        return sys.stderr.isatty()


def configure(
    *, json: bool, level: str = "info", hide: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Set up logging of ours and of every library: to `stream` (standard error), each line free of secrets.

    `hide` are the secrets that are known; beside them, what looks like one is hidden too.
    """
    where: TextIO = stream or cast("TextIO", _Stderr())
    redact = redactor(hide)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Processor] = (
        [structlog.processors.JSONRenderer(default=str)] if json else [_spelled, _for_people(where)]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # Before the renderer, which else would show the values of local variables.
            structlog.processors.format_exc_info,
            redact,
            *render,
        ],
    )
    handler = logging.StreamHandler(where)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=False,
    )


def _for_people(stream: TextIO) -> Processor:
    colors = stream.isatty() and not os.environ.get("NO_COLOR")
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback
    )


def _spelled(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The same words, with what a terminal would obey spelled out; JSON spells it by itself."""
    return {k: _harmless(v, k in LINES) if isinstance(v, str) else v for k, v in event.items()}


def _harmless(text: str, has_lines: bool) -> str:  # noqa: FBT001
    def spell(found: re.Match[str]) -> str:
        kept = has_lines and found[0] == "\n"
        return found[0] if kept else found[0].encode("unicode_escape").decode()

    return OBEYED.sub(spell, text)


def redactor(hide: Iterable[str] = ()) -> Processor:
    """A processor that hides secrets: values under keys that name one, known ones, and what looks like one."""
    known = spellings(hide)

    def redact(_logger: object, _method: str, event: EventDict) -> EventDict:
        return {
            key: HIDDEN if SECRET_KEYS.search(key) else _clean(value, known, 0)
            for key, value in event.items()
        }

    return redact


def _clean(value: Any, known: Sequence[str], depth: int) -> Any:  # noqa: ANN401 - whatever is logged
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping() if depth < DEEPEST:
            return {
                str(k): HIDDEN if SECRET_KEYS.search(str(k)) else _clean(v, known, depth + 1)
                for k, v in value.items()
            }
        case list() | tuple() | set() | frozenset() if depth < DEEPEST:
            return [_clean(v, known, depth + 1) for v in value]
        case bytes():
            return _clean_text(value.decode(errors="replace"), known)
        case _:
            return _clean_text(value if isinstance(value, str) else str(value), known)


def _clean_text(text: str, known: Sequence[str]) -> str:
    text = hide(text, known)
    for pattern, instead in SECRET_TEXTS:
        text = pattern.sub(instead, text)
    return text
