"""What a replay folder holds: shipwake.yaml, changes.jsonl and samples; refuses anything half readable."""

import json
import os
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from shipwake.config import Config, load
from shipwake.domain import BadInputError, Event
from shipwake.intake import plain_event

SETTINGS, CHANGES = "shipwake.yaml", "changes.jsonl"
LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of one change; its commits and paths are bounded anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFolder:
    """The configuration and every change of a replay, in order of time; each event was received when it happened."""

    path: Path
    config: Config
    changes: tuple[Event, ...]


def read_folder(path: Path, *, later: bool) -> ReplayFolder:
    """Read a replay folder; raises BadInputError that names the file, the line and what to do."""
    if not path.is_dir():
        message = f"{path} is no folder; give one that holds {SETTINGS}, {CHANGES} and samples.parquet or samples.csv"
        raise BadInputError(message)
    for name in (SETTINGS, CHANGES):
        if not (path / name).is_file():
            message = (
                f"{path} holds no {name}; a replay folder needs {SETTINGS}, {CHANGES} and samples"
            )
            raise BadInputError(message)
    config = load(path / SETTINGS, os.environ, implicit=True)
    watch = config.watch if later else replace(config.watch, later=(), hurting_for=timedelta())
    config = replace(config, watch=watch, tell=(), hooks=(), sources=())
    return ReplayFolder(path=path, config=config, changes=_changes(path / CHANGES))


def _changes(path: Path) -> tuple[Event, ...]:
    events: dict[str, tuple[int, Event]] = {}
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(LONGEST_LINE + 1):
            number += 1
            where = f"{path.name}:{number}"
            if len(line) > LONGEST_LINE:
                message = f"this line has more than {LONGEST_LINE} bytes; write one change as one JSON object a line"
                raise BadInputError(message, where=where)
            if not line.strip():
                continue
            event = _event(line, where)
            first, _ = events.setdefault(event.facts.id, (number, event))
            if first != number:
                message = f"the id {event.facts.id!r} stands on line {first} too; give each change its own"
                raise BadInputError(message, where=where)
    return tuple(sorted((e for _, e in events.values()), key=lambda e: (e.at, e.facts.id)))


def _event(line: bytes, where: str) -> Event:
    try:
        stated = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        message = (
            f"this line is no JSON in UTF-8 ({error}); write one change as one JSON object a line"
        )
        raise BadInputError(message, where=where) from error
    try:
        event = plain_event(stated, received=None)
    except BadInputError as error:
        raise BadInputError(error.message, where=where) from error
    if not event.facts.id:
        message = "this change has no id; give each change one"
        raise BadInputError(message, where=where)
    return event
