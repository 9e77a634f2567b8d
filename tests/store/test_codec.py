"""What is read back equals what was kept."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shipwake.domain import Change, Event, Evidence, Notice, Reply, Verdict
from shipwake.store.codec import (
    decode,
    decode_assessment,
    encode,
    encode_assessment,
    pack,
    unpack,
)
from tests.house.tree import ROOT
from tests.store import facts

VALUES = [
    (Event, facts.event(thread="t", revision="abc", authors=(facts.ALICE,), judge=False)),
    (Change, facts.change()),
    (Change, facts.change(at=None)),
    (Verdict, facts.verdict()),
    (Notice, facts.notice(thread_line="back to normal")),
    (Reply, facts.reply()),
]


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_a_value_comes_back_as_it_went_in(kind: type[object], value: object) -> None:
    """Events, changes, verdicts, notices and replies survive the way through JSON unchanged."""
    assert decode(kind, encode(value)) == value


@pytest.mark.parametrize("low", [0.1 + 0.2, float("inf"), float("-inf"), 5e-324, -0.0])
def test_an_assessment_keeps_every_number_json_has_none_for(low: float) -> None:
    """An infinite or smallest bound of an effect is read back as it was."""
    value = facts.assessment(low=low, evidence=False)

    assert decode_assessment(encode_assessment(value)) == value


def test_an_assessment_keeps_a_number_that_is_none() -> None:
    """NaN in a field comes back as NaN, not as an error and not as zero."""
    value = replace(facts.assessment(evidence=False), p_worse=float("nan"))

    assert np.isnan(decode_assessment(encode_assessment(value)).p_worse)


def test_a_field_that_came_later_takes_its_default() -> None:
    """A row written before a field existed is still read."""
    old = encode(facts.reply()).replace(',"via":"page"', "")

    assert decode(Reply, old) == facts.reply()


@given(
    values=arrays(np.float64, st.integers(0, 50)),
    total=arrays(np.float64, st.integers(0, 50)),
    before=st.integers(0, 50),
    t0_s=st.floats(0, 2e9),
)
def test_evidence_comes_back_to_the_bit(
    values: np.ndarray, total: np.ndarray, before: int, t0_s: float
) -> None:
    """Evidence of any numbers, NaN and infinities included, is unpacked as it was packed."""
    given_ = Evidence(
        t0_s=t0_s, step_s=60, before=before, values=values, total=total, low=-values, high=values
    )

    back = unpack(pack(given_))

    assert (back.t0_s, back.step_s, back.before) == (t0_s, 60, before)
    for name in ("values", "total", "low", "high"):
        assert getattr(back, name).tobytes() == getattr(given_, name).tobytes()


def test_threads_may_ask_for_the_first_value_at_once() -> None:
    """Threads that decode the first value of a kind together all get it: no process dies of it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.building", "60"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == {"0": 60}
