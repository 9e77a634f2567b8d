"""A whole backtest of a made past: what was done to it is found, and the same in any number of processes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shipwake.app import compose
from shipwake.backtest import Asked, backtest, keep, snippet
from shipwake.backtest.asked import whole
from shipwake.backtest.run import Work, begin
from shipwake.config import Config, parse
from shipwake.domain import Backtest, BadInputError, Health, NotFoundError
from shipwake.replay import replay
from shipwake.wire.clock import ManualClock, SystemClock
from tests.backtest.made import BACK, CHANGES, SLOWS, START, write
from tests.flow.town import MINUTE, Town, town
from tests.replay.made import change

HOUR = timedelta(hours=1)


def _asked(folder: Path, **more: object) -> Asked:
    return replace(Asked(config=Config(), folder=folder, moments=10), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made past."""
    return write(tmp_path_factory.mktemp("past"))


@pytest.fixture(scope="module")
def found(folder: Path) -> Backtest:
    """What is found in it."""
    return backtest(_asked(folder), compose)


def test_every_change_is_judged_also_those_that_were_only_known(found: Backtest) -> None:
    """Three changes went live, one of them announced for no verdict, and the one that slowed checkout is told."""
    assert found.changes == 3
    assert [(m.change, m.health) for m in found.messages] == [("slows", Health.UNHEALTHY)]
    assert (found.worse, found.improved, found.unknown) == (1, 0, 0)
    (message,) = found.messages
    assert message.said_at == SLOWS + 3 * MINUTE
    assert "latency" in message.sentence


def test_what_is_said_of_a_change_is_what_a_replay_says(folder: Path, found: Backtest) -> None:
    """For each SLI as many changes are worse and improved as in the lines of a replay that judges them all."""
    lines = list(replay(folder, compose))
    for s in found.slis:
        mine = [x for x in lines if x["sli"] == s.sli and x["change"] != "early"]
        worse = [
            x for x in mine if {t["health"] for t in x["transitions"]} & {"ailing", "unhealthy"}
        ]
        assert s.worse == len(worse), s.sli
        assert s.changes == len(mine) + (s.service == "checkout")


def test_placebo_moments_keep_clear_of_changes_and_harm(folder: Path) -> None:
    """No moment of checkout lies within an hour of a change, nor before the harm of one has ended."""
    asked = _asked(folder, moments=500)
    work = Work(asked=asked, all_of_it=whole(asked, compose, SystemClock()), compose=compose)
    checkout = next(p for p in work.all_of_it.places if p.service == "checkout")
    begun = begin(work, work.opened(checkout))
    taken = [START + HOUR * 30, SLOWS]

    assert len(begun.moments) > 20
    for at in begun.moments:
        assert not any(abs(at - t.timestamp()) < 3600 for t in taken)
        assert not SLOWS.timestamp() <= at < BACK.timestamp() + 8 * 60


def test_each_indicator_is_asked_at_the_moments_of_its_service(found: Backtest) -> None:
    """As many moments are counted as were judged, in each SLI, service and in all."""
    assert {s.false_worse.of for s in found.slis} == {10}
    assert [(p.service, p.slis, p.false_worse.of) for p in found.places] == [
        ("checkout", 2, 10),
        ("mail", 1, 10),
    ]
    assert found.false_either.of == 20
    assert found.false_worse.count <= 1


def test_what_was_seen_is_plausible(found: Backtest) -> None:
    """A step is seen the smaller the longer one waits, and of a latency with 5 % noise within a few times that."""
    latency = next(s for s in found.slis if s.sli == "checkout latency")
    sizes = [x.size for x in latency.sights if x.size is not None]

    assert [x.after_s for x in latency.sights] == [300, 900, 3600]
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)
    assert 2 < sizes[2] < 15
    assert latency.sights[0].relative == pytest.approx(sizes[0] / 100, rel=0.05)
    for s in found.slis:
        assert s.notice, s.sli


def test_processes_find_the_same(folder: Path, found: Backtest) -> None:
    """Shared among two processes a backtest gives the same answer in every number."""
    shared = backtest(_asked(folder), compose, jobs=2)

    assert replace(shared, at=found.at, took_s=found.took_s) == found


def test_progress_ends_where_it_said(folder: Path) -> None:
    """What is done never falls, never passes what there is, and reaches it."""
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))

    backtest(_asked(folder, moments=3), compose, progress=progress)
    done = [d for d, _ in seen]

    assert done == sorted(done)
    assert all(d <= total for d, total in seen)
    assert seen[-1] == (9, 9)


def test_one_indicator_is_asked_about_alone(folder: Path) -> None:
    """A named SLI is judged as if no other were configured; one that does not exist is told with its neighbours."""
    alone = backtest(_asked(folder, names=("checkout errors",), moments=3), compose)

    assert [s.sli for s in alone.slis] == ["checkout errors"]
    assert alone.changes == 2
    with pytest.raises(NotFoundError, match="did you mean checkout errors"):
        backtest(_asked(folder, names=("checkout eror",)), compose)


def test_a_harm_that_nobody_announced_is_counted_as_false(tmp_path: Path) -> None:
    """Where the change behind it is not known, the same slow hour makes placebo moments worse."""
    silent = write(tmp_path / "silent", [c for c in CHANGES if c["id"] != "slows"])
    asked = _asked(silent, names=("checkout latency",), moments=500)
    alone = backtest(asked, compose)

    assert alone.worse == 0
    assert alone.false_worse.count >= 1
    assert alone.false_worse.low > 0
    assert alone.advice.false_now > 0


def test_the_proposal_can_be_pasted(found: Backtest) -> None:
    """The lines are YAML that the configuration reads, with every SLI in them."""
    read = parse(snippet(found), name="pasted", environ={}, implicit=True)

    assert read.caution == found.advice.caution
    assert [s.name for s in read.slis] == [s.sli for s in found.slis]
    assert not any(s.notice.auto for s in read.slis)


def test_without_changes_there_is_still_an_answer(tmp_path: Path) -> None:
    """A past of which no change is known has no message, and placebo moments all the same."""
    none = backtest(_asked(write(tmp_path / "none", []), moments=3), compose)

    assert (none.changes, none.messages, none.monthly) == (0, (), 0)
    assert none.false_either.of == 6


def test_a_past_too_short_says_so(tmp_path: Path) -> None:
    """Two hours of samples teach nothing: no moment is judged, and each SLI says why."""
    short = write(tmp_path / "short", [change("only", "checkout", START + HOUR)])
    rows = (short / "samples.csv").read_text().splitlines()
    (short / "samples.csv").write_text(
        "\n".join(r for r in rows if r[:3] == "sli" or "T00:" in r or "T01:" in r)
    )
    found = backtest(_asked(short, moments=5), compose)

    assert found.false_either.of == 0
    assert all(s.why for s in found.slis)
    assert json.dumps(snippet(found))


def test_without_a_step_that_of_the_samples_counts(tmp_path: Path) -> None:
    """An SLI of one sample in five minutes is judged at those, though nobody wrote its step."""
    place = write(tmp_path / "slow", [])
    settings = (place / "shipwake.yaml").read_text().replace("step: 60s, ", "")
    (place / "shipwake.yaml").write_text(settings)
    head, *rows = (place / "samples.csv").read_text().splitlines()
    some = [r for r in rows if r.startswith("mail")][::5]
    (place / "samples.csv").write_text("\n".join([head, *some]))
    found = backtest(_asked(place, names=("mail delivered",)), compose)

    (mail,) = found.slis
    assert [x.after_s for x in mail.sights] == [1500, 4500, 18000]
    assert mail.false_worse.of == 5


def test_an_indicator_without_samples_is_left_out(tmp_path: Path) -> None:
    """An SLI of which there is no sample is named with its reason, and holds up no other."""
    place = write(tmp_path / "gone")
    rows = (place / "samples.csv").read_text().splitlines()
    (place / "samples.csv").write_text("\n".join(r for r in rows if not r.startswith("mail")))
    found = backtest(_asked(place, moments=3), compose)

    assert found.missing == ("mail delivered: no samples",)
    assert {s.service for s in found.slis} == {"checkout"}


def test_without_an_indicator_there_is_nothing_to_ask(tmp_path: Path) -> None:
    """A configuration that measures nothing is refused with what to add."""
    asked = Asked(config=Config(database=f"sqlite:///{tmp_path}/empty.db"))
    with pytest.raises(BadInputError, match="slis:"):
        backtest(asked, compose)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A town with two days behind it."""
    with town(tmp_path) as here:
        here.history(2 * 24 * 60)
        yield here


def test_the_store_is_a_past_too(place: Town) -> None:
    """What was pushed and heard by a server is backtested from its store, and kept for its page."""
    settings = place.river.config
    clock = ManualClock(place.clock.now())
    asked = Asked(config=settings, moments=6)
    found = backtest(asked, compose, clock=clock)
    keep(found, settings, compose)
    with place.river.store.read() as tx:
        kept = tx.backtests.newest()

    assert kept == found
    assert {s.sli for s in found.slis} == {s.name for s in settings.slis}
    assert {s.false_worse.of for s in found.slis} == {6}
    assert found.until - found.since > timedelta(days=1)


def test_a_backtest_changes_nothing_but_what_is_kept(place: Town) -> None:
    """No look, verdict or message comes of it, and it leaves the store's own changes as they were."""
    clock = ManualClock(place.clock.now())
    backtest(Asked(config=place.river.config, moments=2), compose, clock=clock)
    with place.river.store.read() as tx:
        assert tx.looks.next_due() is None
        assert tx.verdicts.head() == 0
        assert tx.backtests.newest() is None
