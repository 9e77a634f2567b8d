"""A replay says of the same samples and changes what the live flow said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shipwake.app import compose
from shipwake.domain import rfc3339
from shipwake.replay import replay
from tests.flow.town import ALICE, BOB, SETTINGS, START, Town, town
from tests.replay.made import csv, jsonl


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    """A town in which Alice's deploy does no harm and Bob's flag does."""
    with town(tmp_path) as made:
        made.deploys(ALICE, "a1")
        made.minutes(21)
        made.ramps(BOB, "fast-path", [(made.clock.now(), 1.0)])
        made.slower = 40
        made.minutes(8)
        yield made


def _write(here: Town, folder: Path) -> dict[str, str]:
    """All that the town pushed and heard, as a replay folder; returns when each change was live."""
    rows = []
    for sli in here.river.config.slis:
        kept = here.river.sources["push"].samples(sli, START, here.clock.now())
        for at, values in zip(kept.times_s, kept.values, strict=True):
            cells = [f"{v!r}" for v in values.tolist()]
            when = rfc3339(START.fromtimestamp(float(at), tz=START.tzinfo))
            rows.append(
                ",".join([sli.name, when, *(["", *cells] if len(cells) > 1 else [*cells, "", ""])])
            )
    with here.river.store.read() as tx:
        changes = [
            s.change
            for s in tx.changes.past("checkout", "production", since=START, before=here.clock.now())
        ]
    folder.mkdir()
    (folder / "shipwake.yaml").write_text(SETTINGS)
    (folder / "samples.csv").write_text(csv(rows))
    told = [
        {
            "id": c.id,
            "kind": c.kind.value,
            "service": "checkout",
            "environment": "production",
            "at": rfc3339(c.at),
            **({"revision": c.revision} if c.revision else {}),
        }
        for c in changes
        if c.at
    ]
    (folder / "changes.jsonl").write_text(jsonl(told))
    return {c["id"]: c["at"] for c in told}


def _lived(here: Town, change: str) -> list[tuple[Any, ...]]:
    with here.river.store.read() as tx:
        return [
            (a.sli, a.look, rfc3339(a.at), a.health.value, a.reason.value, a.p_worse, a.p_better)
            for a in tx.verdicts.history(change)
        ]


def test_live_and_replayed_looks_agree(here: Town, tmp_path: Path) -> None:
    """Each look that was made live has the same time, word, reason and p-values in the replay."""
    changes = _write(here, tmp_path / "replay")
    replayed = {
        (line["change"], line["sli"], look["look"]): look
        for line in replay(tmp_path / "replay", compose, later=False)
        for look in line["looks"]
    }
    words = set()

    assert len(changes) == 2
    for change in changes:
        lived = _lived(here, change)
        assert len(lived) >= 6
        for sli, look, at, health, reason, p_worse, p_better in lived:
            again = replayed[change, sli, look]
            assert (again["at"], again["health"], again["reason"]) == (at, health, reason)
            assert np.allclose(
                (again["p_worse"], again["p_better"]), (p_worse, p_better), rtol=1e-9, atol=0
            )
            words.add(health)
    assert {"healthy", "unhealthy"} <= words
