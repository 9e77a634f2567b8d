"""How an SLI is configured, with everything in it that must agree with the rest of the file."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from shipwake.config import read
from shipwake.config.detectors import detector
from shipwake.config.field import Field
from shipwake.config.mistake import Mistake
from shipwake.config.table import Setting, Table
from shipwake.domain import Better, NoticeSize, Sli, SliKind

STEP = read.duration(timedelta(seconds=1), timedelta(days=1))
QUERIES = ("query", "bad", "good", "total")
AMOUNT = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(\D*?)\s*")
POINTS = ("points", "point", "pp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that SLIs may use (none: any), and the sources that must be told what to ask."""

    services: Collection[str] = ()
    environments: Collection[str] = ()
    sources: Collection[str] = ()
    asking: Collection[str] = ()


def sli_settings(known: Known) -> tuple[Setting, ...]:
    """The keys of one SLI."""
    return (
        Setting(
            "name", read.text, "What it is called on pages and in messages; unique.", required=True
        ),
        Setting("service", read.name_of("service", known.services), "The service it is of."),
        Setting(
            "environment",
            read.name_of("environment", known.environments),
            "The environment it is of.",
        ),
        Setting(
            "kind",
            read.choice(SliKind),
            "`gauge` (a level), `ratio` (a part of a total) or `count`.",
        ),
        Setting(
            "source",
            read.name_of("source", known.sources),
            "Where its samples come from; `push` where absent.",
        ),
        Setting("step", STEP, "The time between two samples; the source's own where absent."),
        Setting(
            "better",
            read.choice(Better),
            "`lower`, `higher`, or `either`: then any move counts as worse.",
        ),
        Setting(
            "unit",
            read.text,
            "How numbers are shown, such as `ms`; a ratio with `%` is shown as a percentage.",
        ),
        Setting(
            "notice",
            notice,
            "The smallest move that matters: `10%` of the normal level, or an amount such as `5 ms`.",
        ),
        Setting("objective", objective, "The bound that should hold, such as `99.9%` or `0.999`."),
        Setting("required", read.boolean, "Whether a change is unknown while this one is."),
        Setting("query", read.text, "What to ask the source for a gauge or count."),
        Setting("bad", read.text, "What to ask for the bad part of a ratio."),
        Setting("good", read.text, "What to ask for the good part of a ratio, instead of `bad`."),
        Setting("total", read.text, "What to ask for the total under a ratio."),
        Setting(
            "detector",
            detector,
            "A model of PyOD, such as `pyod.ECOD`, in place of the built-in statistics; needs `shipwake[pyod]`.",
        ),
    )


def sli_reader(known: Known) -> Callable[[Field], Sli]:
    """A reader of one SLI, telling every mistake in it at once."""
    table = Table(sli_settings(known), checks=(_asks(known.asking), _unit_of_notice))

    def read_one(field: Field) -> Sli:
        values = table(field)
        query = {name: values.pop(name) for name in QUERIES if name in values}
        return Sli(**values, query=query, good="good" in query)

    return read_one


def notice(field: Field) -> NoticeSize:
    """`10%` of the normal level, a number in the SLI's unit, a number with that unit, or `auto`."""
    allowed = (
        "a percentage of the normal level such as 10%, an amount above 0 such as 5 or 5 ms, or auto"
    )
    if field.value == "auto":
        return NoticeSize()
    if isinstance(field.value, str):
        relative = read.percentage(field.value)
        amount = AMOUNT.fullmatch(field.value)
        found = (
            NoticeSize(relative=relative)
            if relative
            else NoticeSize(absolute=float(amount[1]) if amount else 0)
        )
    else:
        found = NoticeSize(absolute=read.number(field))
    if not (found.relative or 0) > 0 and not (found.absolute or 0) > 0:
        raise field.wrong(allowed)
    return found


def objective(field: Field) -> float:
    """A finite number, or a percentage as a share."""
    found = read.percentage(field.value) if isinstance(field.value, str) else None
    if found is None and isinstance(field.value, str):
        raise field.wrong("a number or a percentage, such as 0.999 or 99.9%")
    return found if found is not None else read.number(field)


def _unit_of_notice(entries: Mapping[str, Field]) -> Iterable[Mistake]:
    """An amount that names a unit must name the SLI's."""
    field, unit = entries.get("notice"), entries.get("unit")
    written = field.value if field and isinstance(field.value, str) else ""
    found = AMOUNT.fullmatch(written)
    own = (unit.spelled or str(unit.value)).strip() if unit else ""
    if field is None or found is None or found[2] in ("", "%", own):
        return
    if own == "%" and found[2] in POINTS:
        return
    allowed = (
        f"{found[1]} {own}".strip()
        if own
        else f"an amount without a unit, or `unit: {found[2]}` beside it"
    )
    yield field.mistake(f"{allowed}, or a percentage of the normal level")


def _asks(asking: Collection[str]) -> Callable[[Mapping[str, Field]], Iterable[Mistake]]:
    """What is asked must fit the kind, and must be there where the source has to be told."""

    def check(entries: Mapping[str, Field]) -> Iterable[Mistake]:
        ratio = _written(entries, "kind") == SliKind.RATIO
        there = [name for name in QUERIES if name in entries]
        fitting = QUERIES[1:] if ratio else QUERIES[:1]
        kind = "ratio" if ratio else _written(entries, "kind") or "gauge"
        for name in there:
            if name not in fitting:
                wanted = "bad (or good) and total" if ratio else "query, or kind: ratio"
                yield entries[name].mistake(f"for a {kind}: {wanted}", read=f"the key {name!r}")
        if ratio and "bad" in entries and "good" in entries:
            yield entries["good"].mistake("bad or good, not both", read="good beside bad")
        name_field = entries.get("name")
        if name_field is None:
            return
        if ratio and there and not {"total"} < set(there):
            yield name_field.mistake(
                "bad (or good) and total, both", read=f"a ratio with {there[0]} alone"
            )
        elif not there and _written(entries, "source") in asking:
            wanted = "bad (or good) and total" if ratio else "query"
            source = _written(entries, "source")
            yield name_field.mistake(
                f"{wanted}: what to ask {source}", read=f"an SLI of {source} that asks nothing"
            )

    return check


def _written(entries: Mapping[str, Field], name: str) -> str:
    field = entries.get(name)
    return field.value if field and isinstance(field.value, str) else ""


def slis(field: Field, known: Known) -> tuple[Sli, ...]:
    """All SLIs of the section; names are unique."""
    return read.list_of(sli_reader(known), key=lambda s: s.name)(field)
