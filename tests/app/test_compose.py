"""The composition root: what a configuration becomes, live and in a replay."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shipwake.app import compose
from shipwake.config import Adapter, parse
from shipwake.flow import River
from shipwake.sources import connect
from shipwake.wire.clock import Agreed, ManualClock, SystemClock

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SETTINGS = """
services: [{name: checkout}]
environments: [{name: production}]
slis: [{name: latency, service: checkout}, {name: errors, service: checkout, step: 5m}]
hooks: [{kind: github, name: acme, secret: "${HOOK}"}]
tell: [{kind: log, name: lines, environments: [production]}]
"""
Made = Callable[..., River]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Made]:
    """Composes the settings on an empty database, and closes what it made."""
    made: list[River] = []

    def river(text: str = SETTINGS, *, recorded: Path | None = None) -> River:
        config = parse(text, name="app.yaml", environ={"HOOK": "made-up"})
        config = replace(config, database=f"sqlite:///{tmp_path}/{len(made)}.db")
        folder = Adapter(kind="folder", name="push", settings={"path": str(recorded)})
        source = connect(folder) if recorded else None
        made.append(compose(config, clock=ManualClock(NOW), recorded=source))
        return made[-1]

    yield river
    for one in made:
        one.store.close()


def test_the_plain_form_and_sleuths_are_always_understood(make: Made) -> None:
    """Our own form and Sleuth's have hooks without being configured, beside those that are."""
    assert set(make().hooks) == {("github", "acme"), ("plain", ""), ("sleuth", "")}


def test_a_configured_plain_hook_takes_the_place_of_the_implicit_one(make: Made) -> None:
    """Where our own form is configured with a secret, no hook without one is left open."""
    assert set(make('hooks: [{kind: plain, name: ci, secret: "${HOOK}"}]').hooks) == {
        ("plain", "ci"),
        ("sleuth", ""),
    }


def test_every_indicator_has_a_step(make: Made) -> None:
    """An SLI without a step has the watch's unit, and a stated step stays."""
    steps = {sli.name: sli.step for sli in make().config.slis}

    assert steps == {"latency": timedelta(minutes=1), "errors": timedelta(minutes=5)}


def test_channels_speak_for_their_environments(make: Made) -> None:
    """A configured channel is there under its name, with its environments."""
    (channel,) = make().channels

    assert (channel.name, channel.environments) == ("lines", ("production",))


def test_a_replay_tells_nobody_and_waits_for_nothing(make: Made, tmp_path: Path) -> None:
    """With recorded samples there is no channel, no patience, and the file's own step."""
    rows = [f"latency,2026-03-02T08:00:{s:02}Z,1" for s in range(0, 60, 10)]
    (tmp_path / "samples.csv").write_text("\n".join(["sli,at,value", *rows]))
    river = make(recorded=tmp_path)
    steps = {sli.name: sli.step for sli in river.config.slis}

    assert (river.channels, river.settle) == ((), 0)
    assert steps == {"latency": timedelta(seconds=10), "errors": timedelta(minutes=5)}


def test_the_store_is_migrated_and_the_clock_is_the_machines(tmp_path: Path) -> None:
    """A composed river can be read at once, and asks the system's clock unless given another."""
    config = replace(
        parse("", name="app.yaml", environ={}), database=f"sqlite:///{tmp_path}/own.db"
    )
    river = compose(config)
    with river.store.read() as tx:
        assert tx.changes.count() == 0
    river.store.close()

    assert isinstance(river.clock, Agreed)
    assert abs(river.clock.now() - SystemClock().now()) < timedelta(minutes=1)
