"""Whether the words are right: healthy soon where nothing happened, improved where it did, unknown where it is dark."""

from collections import Counter
from collections.abc import Sequence

from bench.judgement.families import FAMILIES, Truth
from bench.judgement.intervals import wilson
from bench.judgement.product import Said
from bench.judgement.tables import Measured, Table, percent
from shipwake.domain import Health

WORDS = (Health.HEALTHY, Health.IMPROVED, Health.AILING, Health.UNHEALTHY, Health.UNKNOWN)


def measure(said: Sequence[Said]) -> Measured:
    """What each promise of a word comes to, and the last word of every family."""
    whole = [s for s in said if not s.facts.history]
    return Measured(tables=(_promises(whole), _last_words(whole)))


def _promises(said: Sequence[Said]) -> Table:
    harmless = [s for s in said if s.facts.truth is Truth.HARMLESS]
    better = [s for s in said if s.facts.truth is Truth.BETTER]
    dark = [s for s in said if s.facts.truth is Truth.DARK]
    checks = (
        (
            "harmless, healthy within 12 samples",
            [s.within(12, Health.HEALTHY) for s in harmless],
            "≥ 85",
        ),
        (
            "harmless, healthy within 60 samples",
            [s.within(60, Health.HEALTHY) for s in harmless],
            "≥ 97",
        ),
        ("step better, ever improved", [s.within(60, Health.IMPROVED) for s in better], "≥ 90"),
        ("step better, ever ailing or unhealthy", [s.hurt(60) for s in better], ""),
        ("dark, unknown at the end", [s.last.health is Health.UNKNOWN for s in dark], "all"),
        ("dark, ever ailing or unhealthy", [s.hurt(60) for s in dark], ""),
    )
    sizes = sorted({s.facts.k for s in better})
    by_size = tuple(
        (
            f"step better, k = {k:g}, ever improved",
            [s.within(60, Health.IMPROVED) for s in better if s.facts.k == k],
            "",
        )
        for k in sizes
    )
    return Table(
        title="The words",
        head=("claim", "cases", "true, %", "hoped for, %"),
        rows=tuple(
            (claim, str(len(flags)), str(wilson(flags)), hoped)
            for claim, flags, hoped in (*checks, *by_size)
        ),
        note="In brackets Wilson's 95 % interval.",
    )


def _last_words(said: Sequence[Said]) -> Table:
    rows = []
    for family in FAMILIES:
        cases = [s for s in said if s.facts.family == family.name]
        if not cases:
            continue
        words = Counter(s.last.health for s in cases)
        shares = [percent(words[word] / len(cases)) for word in WORDS]
        unknown = Counter(s.last.reason for s in cases if s.last.health is Health.UNKNOWN)
        why = ", ".join(f"{reason} {n}" for reason, n in unknown.most_common())
        rows.append((family.name, str(len(cases)), *shares, why))
    return Table(
        title="The last word",
        says="The word after sixty samples, in percent of each family, and why it was unknown. A warm-up or a burst "
        "that was called ailing may have recovered by then, and so may excursions.",
        head=("family", "cases", *(str(word) for word in WORDS), "unknown because"),
        rows=tuple(rows),
    )
