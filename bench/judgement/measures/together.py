"""A change of ten indicators that move together: false alarms are counted by the change, for that is what is told.

Each service is a machine: its own series of that half, filled up to ten with those of other machines. All are judged
at the same moments of the same time, so whatever they have in common they keep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.judgement.cases import LEAST_HISTORY, LONGEST_STEP_S
from bench.judgement.families import Chance
from bench.judgement.folder import Column, Deploy, Indicator, write
from bench.judgement.intervals import clustered, wilson
from bench.judgement.noise import WIDTH
from bench.judgement.placebo import SHARE
from bench.judgement.product import Line, replay
from bench.judgement.series import Series
from bench.judgement.tables import Measured, Table, percent
from shipwake.domain import Floats

INDICATORS = 10
FEWEST = 2
"""Series that a machine has of its own, at the least."""
APART = 2 * WIDTH + 1
"""Samples between changes: a watch is over before the next begins."""
WORSE = ("ailing", "unhealthy")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """Ten series on one grid [10, n], and the slots of its changes."""

    name: str
    own: int
    t0_s: float
    step_s: float
    values: npt.NDArray[np.float64]
    moments: npt.NDArray[np.int64]

    @property
    def times_s(self) -> Floats:
        """Label of each sample, epoch seconds."""
        n = self.values.shape[1]
        return np.asarray(self.t0_s + self.step_s * np.arange(n), dtype=np.float64)


def measure(
    series: Sequence[Series], folder: Path, *, changes: int, seed: int, jobs: int
) -> Measured:
    """The share of harmless changes of ten indicators of which any was called ailing or unhealthy at any look."""
    services = _services(series, changes, seed)
    lines = _replayed(services, folder, seed, jobs) if services else []
    return Measured(tables=(_table(services, lines),))


def _services(series: Sequence[Series], changes: int, seed: int) -> list[Service]:
    hosts: dict[tuple[str, str, float], list[Series]] = {}
    for one in series:
        if one.host and one.step_s <= LONGEST_STEP_S:
            hosts.setdefault((one.dataset, one.host, one.step_s), []).append(one)
    hosts = {key: own for key, own in hosts.items() if len(own) >= FEWEST}
    found = []
    for number, (key, own) in enumerate(sorted(hosts.items())):
        others = [s for k, group in hosts.items() if k != key and k[2] == key[2] for s in group]
        chance = np.random.default_rng([seed, number])
        service = _service(key[1], own, others, changes // len(hosts) + 1, chance)
        found += [service] if service is not None else []
    return found


def _service(
    name: str, own: Sequence[Series], others: Sequence[Series], changes: int, chance: Chance
) -> Service | None:
    own = [own[i] for i in chance.permutation(len(own))[:INDICATORS]]
    more = [others[i] for i in chance.permutation(len(others))[: INDICATORS - len(own)]]
    together = [*own, *more]
    if len(together) < INDICATORS:
        return None
    n = min(len(s) for s in together)
    values = np.stack([s.values[-n:] for s in together])
    odd = np.any([s.odd[-n:] for s in together], axis=0) | ~np.isfinite(values).all(axis=0)
    bad = np.concatenate([[0], np.cumsum(odd)])
    first = max(int(n * (1 - SHARE)), LEAST_HISTORY)
    at = np.arange(first + int(chance.integers(APART)), n - WIDTH - 1, APART)
    quiet = at[bad[at + WIDTH + 1] == bad[at - WIDTH]]
    moments = np.sort(chance.choice(quiet, min(changes, len(quiet)), replace=False))
    return Service(
        name=name,
        own=len(own),
        t0_s=own[0].t0_s,
        step_s=own[0].step_s,
        values=values,
        moments=moments,
    )


def _replayed(services: Sequence[Service], folder: Path, seed: int, jobs: int) -> list[Line]:
    lower = np.random.default_rng(seed).random((len(services), INDICATORS)) < 0.7
    write(
        folder,
        [
            Indicator(
                name=f"{s.name}/{i}", service=s.name, ratio=False, lower=bool(lower[number, i])
            )
            for number, s in enumerate(services)
            for i in range(INDICATORS)
        ],
        [
            Deploy(id=f"{s.name}/{at}", service=s.name, at_s=s.t0_s + s.step_s * at, judged=True)
            for s in services
            for at in s.moments
        ],
        (
            Column(
                sli=f"{s.name}/{i}",
                times_s=s.times_s,
                values=s.values[i],
            )
            for s in services
            for i in range(INDICATORS)
        ),
    )
    return replay(folder, jobs=jobs)[0]


def _table(services: Sequence[Service], lines: Sequence[Line]) -> Table:
    changes = [f"{s.name}/{at}" for s in services for at in s.moments]
    hosts = [s.name for s in services for _ in s.moments]
    own = ", ".join(str(s.own) for s in services)
    rows = []
    for name, words in (("ailing or unhealthy", WORSE), ("improved", ("improved",))):
        said = {line["change"] for line in lines if _ever(line, words)}
        alone = wilson([_ever(line, words) for line in lines])
        flags = [change in said for change in changes]
        rows.append(
            (
                name,
                str(len(flags)),
                str(wilson(flags)),
                str(clustered(flags, hosts)),
                percent(alone.share),
                "≤ 1.2",
            )
        )
    return Table(
        title="Ten indicators, one change",
        says=f"Harmless changes of {len(services)} services with ten indicators each, of which the service's own are "
        f"{own or 'none'}. Called so at any look and on any of the ten, at the default `caution: 1%`.",
        head=(
            "called",
            "changes",
            "of changes, % (Wilson)",
            "of changes, % (bootstrap over services)",
            "of single indicators, %",
            "hoped for, %",
        ),
        rows=tuple(rows),
    )


def _ever(line: Line, words: Sequence[str]) -> bool:
    return any(look["health"] in words for look in line["looks"])
