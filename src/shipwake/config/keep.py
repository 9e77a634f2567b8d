"""The section `keep:`, and that nothing is let go of that a watch or its learning still needs."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum

from shipwake.config import read
from shipwake.config.field import Field
from shipwake.config.mistake import MistakesError
from shipwake.config.model import Keep
from shipwake.config.table import Setting, Table
from shipwake.domain import HISTORY, Schedule, Sli

FOREVER = "forever"
DAY, CENTURY = timedelta(days=1), timedelta(days=36_500)


class Ever(StrEnum):
    """The one word for what is never let go of."""

    FOREVER = FOREVER


def length(field: Field) -> timedelta | None:
    """A duration of at least a day, or None for `forever`."""
    if field.value == FOREVER:
        return None
    try:
        return read.duration(DAY, CENTURY)(field)
    except MistakesError as error:
        (mistake,) = error.mistakes
        raise field.wrong(f"{mistake.allowed}, or {FOREVER}") from None


KEEP = Table(
    (
        Setting(
            "bodies",
            length,
            "How long deliveries are kept as they came, once they are understood; `30d` where absent, or `forever`.",
        ),
        Setting(
            "samples",
            length,
            "How long samples are kept; `90d` where absent, or `forever`.",
        ),
        Setting(
            "verdicts",
            read.choice(Ever),
            "`forever`, and nothing else: verdicts and their evidence are never edited or deleted.",
        ),
    )
)


def keep(field: Field, values: Mapping[str, object]) -> Keep:
    """How long things are kept; raises MistakesError where samples would go that a watch still needs.

    `values` are the sections that could be read; the usual watch stands in for one that could not.
    """
    said = KEEP(field)
    found, slis = values.get("watch"), values.get("slis")
    schedule = found if isinstance(found, Schedule) else Schedule()
    samples, shortest = (
        said.get("samples"),
        needed(schedule, slis if isinstance(slis, tuple) else ()),
    )
    if samples is not None and samples < shortest:
        last = read.words(shortest - HISTORY)
        raise field.entries()["samples"].wrong(
            f"at least {read.words(shortest)}, or {FOREVER}: normals are learned from {read.words(HISTORY)}, "
            f"and the last look comes {last} after a change"
        )
    return Keep(**{name: said[name] for name in ("bodies", "samples") if name in said})


def needed(schedule: Schedule, slis: Iterable[Sli]) -> timedelta:
    """How old a sample may be that a look in time still reads."""
    unit = max((schedule.unit_for(sli.step) for sli in slis), default=schedule.unit)
    return HISTORY + max((max(schedule.looks) * unit, *schedule.later))
