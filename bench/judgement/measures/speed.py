"""How long the judge takes: to learn, to look, to read and look, to replay a thousand; and beside peers."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench.judgement.answers import PRODUCT
from bench.judgement.cases import Case
from bench.judgement.folder import Column, Deploy, Indicator, write
from bench.judgement.generated import PROCESSES
from bench.judgement.placebo import LEVEL, judged, learned
from bench.judgement.product import replay
from bench.judgement.tables import Measured, Table
from shipwake.domain import Better, Floats, Look, Samples, Sli, SliKind, from_epoch
from shipwake.judge import Normal, Past, assess, learn
from shipwake.store import Store
from shipwake.wire.clock import ManualClock

DAYS = 28
MINUTES = DAYS * 1440
MINUTE_S = 60.0
WATCH = 60
BEGUN_S = 1.7e9
Times = list[float]


def measure(
    cases: Sequence[Case],
    peers: Mapping[str, tuple[float, float]],
    *,
    timed: int,
    replayed: int,
    jobs: int,
) -> Measured:
    """Both tables: alone on four weeks of minutes, and beside peers on the same real series."""
    rows = [*_alone(timed), *_replays(replayed, jobs)]
    alone = Table(
        title="Speed",
        says=f"{DAYS} days of one-minute samples, on one core where nothing else is said.",
        head=("what", "median", "95th percentile", "hoped for"),
        rows=tuple(rows),
    )
    return Measured(tables=(alone, _beside(cases, peers)))


def _alone(timed: int) -> Iterator[tuple[str, ...]]:
    chance = np.random.default_rng(1)
    series = [PROCESSES[i % 3].past(MINUTES + WATCH, chance)[0] for i in range(timed + 1)]
    learn_s: Times = []
    look_s: Times = []
    normals: list[Normal] = []
    for values in series:
        begun = time.perf_counter()
        normals.append(learned(values[:MINUTES], MINUTE_S))
        learned_at = time.perf_counter()
        judged(normals[-1], values[MINUTES:])
        look_s.append(time.perf_counter() - learned_at)
        learn_s.append(learned_at - begun)
    yield ("learn", *_spread(learn_s[1:]), "≤ 15 ms")
    yield ("a look after sixty samples", *_spread(look_s[1:]), "≤ 0.3 ms")
    yield ("the same, its samples read from SQLite", *_spread(_stored(series, normals)), "≤ 1 ms")


def _stored(series: Sequence[Floats], normals: Sequence[Normal]) -> Times:
    found: Times = []
    end = from_epoch(BEGUN_S + MINUTE_S * (MINUTES + WATCH))
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as place:
        store = Store.open(f"sqlite:///{place}/speed.db", clock=ManualClock(end))
        store.migrate()
        times = BEGUN_S + MINUTE_S * np.arange(MINUTES + WATCH)
        writer = store.samples_writer()
        for i, values in enumerate(series):
            writer.push(f"sli {i}", MINUTE_S, 1, times, values).result()
        for i, normal in enumerate(normals):
            begun = time.perf_counter()
            with store.read() as tx:
                after = tx.samples.read(f"sli {i}", normal.anchor, end)
            look = Look(change="c", sli="", number=8, due=end, anchor=normal.anchor)
            assess(normal, after, look, LEVEL)
            found.append(time.perf_counter() - begun)
        store.close()
    return found[1:]


def _replays(replayed: int, jobs: int) -> Iterator[tuple[str, ...]]:
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as place:
        folder = Path(place)
        changed_at = BEGUN_S + MINUTE_S * MINUTES
        names = [f"sli-{i}" for i in range(replayed)]
        samples = write(
            folder,
            [Indicator(name=n, service=n, ratio=False, lower=True) for n in names],
            [Deploy(id=n, service=n, at_s=changed_at, judged=True) for n in names],
            (_column(i, name) for i, name in enumerate(names)),
        )
        alone = replay(folder, jobs=1)[1]
        hoped = f"≤ {25 * replayed / 1000:.1f} s, as 25 s for 1,000"
        what = f"replay of {replayed:,} SLIs, {samples / 1e6:.1f} million samples, one watch each"
        yield (what, f"{alone:.1f} s", "", hoped)
        if jobs > 1:
            shared = replay(folder, jobs=jobs)[1]
            half = f"{alone / jobs:.1f} s would be ideal"
            yield (f"the same with `--jobs {jobs}`", f"{shared:.1f} s", "", half)


def _column(number: int, name: str) -> Column:
    values, _ = PROCESSES[number % 3].past(MINUTES + WATCH, np.random.default_rng(number))
    times = np.asarray(BEGUN_S + MINUTE_S * np.arange(len(values)), dtype=np.float64)
    return Column(sli=name, times_s=times, values=values)


def _beside(cases: Sequence[Case], peers: Mapping[str, tuple[float, float]]) -> Table:
    took = [_of_case(case) for case in cases]
    learn_s, look_s = np.median(np.array(took)[1:], axis=0) if len(took) > 1 else took[0]
    rows = [_row(PRODUCT, learn_s, look_s, (learn_s, look_s))]
    rows += [_row(name, *each, (learn_s, look_s)) for name, each in peers.items()]
    return Table(
        title="Speed beside peers",
        says=f"The same {len(cases)} series, one by one in the same run: medians. To learn is what can be done before "
        "the change and kept; a look judges all sixty samples. A ratio above one says that shipwake gives so many "
        "times the verdicts in a second.",
        head=(
            "method",
            "learn, ms",
            "look, ms",
            "verdicts/s, unlearned",
            "verdicts/s, learned",
            "ratio, unlearned",
            "ratio, learned",
        ),
        rows=tuple(rows),
    )


def _row(name: str, learn_s: float, look_s: float, own: tuple[float, float]) -> tuple[str, ...]:
    both, ours = learn_s + look_s, sum(own)
    return (
        name,
        f"{1000 * learn_s:.2f}",
        f"{1000 * look_s:.3f}",
        f"{1 / both:,.0f}",
        f"{1 / look_s:,.0f}",
        f"{both / ours:.2g}",
        f"{look_s / own[1]:.2g}",
    )


def _of_case(case: Case) -> tuple[float, float]:
    """Seconds to learn a real case, its past deploys included, and to look at it once."""
    step_s = case.facts.step_s
    step, ratio = timedelta(seconds=step_s), case.totals is not None
    kind = SliKind.RATIO if ratio else SliKind.GAUGE
    sli = Sli(name="timed", kind=kind, better=Better.LOWER, step=step)
    columns = case.values if case.totals is None else np.stack([case.values, case.totals], axis=1)
    times = case.times_s
    anchor = from_epoch(float(times[case.change]))
    history = Samples.of(from_epoch(case.t0_s), step, columns[: case.change])
    after = Samples.of(anchor, step, columns[case.change : case.change + WATCH])
    past = [Past(at=from_epoch(float(times[slot]))) for slot in case.past]
    begun = time.perf_counter()
    normal = learn(sli, history, anchor, past, unit_s=step_s)
    learned_at = time.perf_counter()
    look = Look(change="c", sli="timed", number=8, due=anchor + WATCH * step, anchor=anchor)
    assess(normal, after, look, LEVEL)
    return learned_at - begun, time.perf_counter() - learned_at


def _spread(found_s: Times) -> tuple[str, str]:
    return f"{1000 * np.median(found_s):.2f} ms", f"{1000 * np.quantile(found_s, 0.95):.2f} ms"
