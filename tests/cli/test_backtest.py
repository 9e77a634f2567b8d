"""`shipwake backtest` prints what was found on a folder or the own store, keeps the latter, and refuses with words."""

import json
import re
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from shipwake.app import compose
from shipwake.config import parse
from shipwake.flow import Batch, push
from shipwake.wire.clock import SystemClock
from tests.backtest.made import write
from tests.cli.calls import call

pytestmark = pytest.mark.usefixtures("own_log")
GOOD = """\
database: sqlite:///here.db
services: [{name: checkout}]
environments: [{name: production}]
slis:
  - {name: checkout latency, service: checkout, environment: production, step: 60s, unit: ms, better: lower}
"""


def test_a_folder_is_told_in_words(tmp_path: Path) -> None:
    """The sentence, the false messages, the message, a row an SLI and the lines to paste are printed."""
    said = call("backtest", "--replay", str(write(tmp_path / "past")), "--moments", "4")

    assert said.status == 0, said.err
    assert "1 of 3 changes in 2 d would have brought a message" in said.out
    assert "of 8 moments where nothing changed" in said.out
    assert "■ unhealthy" in said.out
    for name in ("checkout latency", "checkout errors", "mail delivered"):
        assert name in said.out
    assert re.search(r"5 min +15 min +1 h +notice", said.out)
    assert re.search(r"^ ?checkout latency +[\d.]+ ms, [\d.]+ % ", said.out, re.MULTILINE)
    assert re.search(r"^caution: \d", said.out, re.MULTILINE)
    assert "/backtest" not in said.out


def test_a_folder_can_be_told_as_json(tmp_path: Path) -> None:
    """`--json` prints every number, and the snippet beside them."""
    folder = str(write(tmp_path / "past"))
    said = call(
        "backtest", "--replay", folder, "--moments", "2", "--sli", "mail delivered", "--json"
    )
    found = json.loads(said.out)

    assert [s["sli"] for s in found["slis"]] == ["mail delivered"]
    assert found["false_either"]["of"] == 2
    assert found["snippet"].startswith("caution: ")


def test_the_own_store_is_kept_for_the_page(folder: Path) -> None:
    """Samples that were pushed to the configured store are asked, and what was found is kept there."""
    (folder / "shipwake.yaml").write_text(GOOD)
    river = compose(parse(GOOD, name="x", environ={}))
    with closing(river.store):
        now = SystemClock().now().timestamp() // 60 * 60
        times = now - 60.0 * np.arange(1500.0, 0.0, -1.0)
        values = np.random.default_rng(1).normal(80, 4, (1500, 1))
        push(river, [Batch(sli="checkout latency", times_s=times, values=values)])
        said = call("backtest", "--moments", "3")
        with river.store.read() as tx:
            kept = tx.backtests.newest()

    assert said.status == 0, said.err
    assert "No change is known in 1 d" in said.out
    assert "The same on the page /backtest." in said.out
    assert kept is not None
    assert kept.false_either.of == 3


def test_an_indicator_that_is_not_there_is_64(tmp_path: Path) -> None:
    """A name that is not configured ends with status 64 and the nearest names."""
    said = call("backtest", "--replay", str(write(tmp_path / "past")), "--sli", "mail deliverd")

    assert said.status == 64
    assert "did you mean mail delivered" in said.err


def test_a_folder_that_is_none_is_64() -> None:
    """A folder that cannot be read is a usage error."""
    said = call("backtest", "--replay", "nowhere")

    assert said.status == 64
    assert "nowhere is no folder" in said.err
