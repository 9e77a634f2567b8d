"""The charts say in shapes what the numbers say: gaps stay gaps, the axis has its zero, titles stay words."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from shipwake.domain import Health
from shipwake.web.charts import NARROW, SMALL, WIDE, Marker, Outside, Size, around, spark
from tests.pages.scene import AT, NASTY, plot

SVG = "{http://www.w3.org/2000/svg}"


def _drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


def _of(root: ET.Element, name: str) -> list[ET.Element]:
    return [e for e in root.iter() if name in e.get("class", "").split()]


def _runs(path: ET.Element) -> int:
    return path.get("d", "").count("M")


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL])
def test_everything_lies_on_the_paper(size: Size) -> None:
    """No point, bar or mark lies outside the chart's paper, whatever its size."""
    root = _drawn(around.draw(plot(total=np.full(50, 9.0)), size))
    _, _, width, height = (float(v) for v in root.get("viewBox", "").split())
    xs = [float(e.get(k, "0")) for e in root.iter() for k in ("x", "x1", "x2", "cx") if e.get(k)]
    ys = [float(e.get(k, "0")) for e in root.iter() for k in ("y", "y1", "y2", "cy") if e.get(k)]
    pairs = [
        p.split(",") for e in root.iter() for p in re.split("[ML]", e.get("d", ""))[1:] if "," in p
    ]

    assert all(0 <= x <= width for x in [*xs, *(float(p[0]) for p in pairs)])
    assert all(-1 <= y <= height for y in [*ys, *(float(p[1]) for p in pairs)])


def test_a_gap_is_hatched_and_never_bridged() -> None:
    """Samples without a value cut the line in two, and are hatched over the full height with their minutes in words."""
    values = plot().values.copy()
    values[35:38] = np.nan
    root = _drawn(around.draw(plot(values=values), WIDE))

    assert _runs(_of(root, "data")[0]) == 2
    assert len(_of(root, "gap")) == 1
    assert "no data 10:05 to 10:08" in "".join(root.itertext())


def test_zero_is_drawn_and_is_no_gap() -> None:
    """A value of zero is a point of the line, at the foot of the axis."""
    values = plot().values.copy()
    values[35] = 0.0
    root = _drawn(around.draw(plot(values=values), WIDE))

    assert _of(root, "gap") == []
    assert _runs(_of(root, "data")[0]) == 1


def test_the_axis_starts_at_zero() -> None:
    """The lowest rung of a rate, count or latency is 0, however far from it the values are."""
    values = np.full(50, 830.0)
    root = _drawn(
        around.draw(plot(values=values, low=values - 20, high=values + 20, unit="ms"), WIDE)
    )
    rungs = [e.text for e in _of(root, "axis") if "end" in e.get("class", "")]

    assert "0" in rungs


def test_no_share_has_an_axis_beyond_the_whole() -> None:
    """A share of 97 % is drawn under a top line of 100 %."""
    share = plot(unit="%", values=np.full(50, 97.0), total=np.full(50, 9.0))
    root = _drawn(around.draw(share, WIDE))

    rungs = [e.text or "" for e in _of(root, "axis") if "end" in e.get("class", "")]
    assert "100 %" in rungs
    assert all(float(r.removesuffix(" %")) <= 100 for r in rungs if r.endswith(" %"))


def test_outside_is_thick_and_square_on_the_side_that_moved() -> None:
    """Samples beyond the normal after the change are drawn again, each with a square; those before are not."""
    values = plot().values.copy()
    values[10] = 9.0
    root = _drawn(around.draw(plot(values=values), WIDE))

    assert len(_of(root, "sample")) == 20
    assert _runs(_of(root, "outside")[0]) == 1


def test_nothing_is_outside_where_nothing_moved() -> None:
    """An indicator that was not called moved has no part drawn as outside, even where one sample strays."""
    values = np.full(50, 1.0)
    values[40] = 9.0
    root = _drawn(around.draw(plot(values=values, outside=Outside.NOWHERE), WIDE))

    assert _of(root, "sample") == []


def test_the_normal_is_dashed_after_the_change() -> None:
    """The normal's edges are solid up to the change and dashed after it."""
    root = _drawn(around.draw(plot(), WIDE))

    dashed = [e for e in _of(root, "band-edge") if "dashed" in e.get("class", "")]
    assert len(_of(root, "band-edge")) == 4
    assert len(dashed) == 2


def test_a_ratio_has_its_traffic_below() -> None:
    """A chart with traffic has a bar for each sample that had any, and none for a sample without."""
    total = np.full(50, 600.0)
    total[3] = 0.0
    root = _drawn(around.draw(plot(total=total), replace(WIDE, lookback=60)))
    bars = [e for g in _of(root, "traffic") for e in g]

    assert len(bars) == 49


def test_far_values_are_clipped_and_told() -> None:
    """A spike before the change does not flatten what is judged: it is clipped, marked and told in words."""
    values = plot().values.copy()
    values[5] = 9000.0
    root = _drawn(around.draw(plot(values=values, unit="ms"), WIDE))

    assert len(_of(root, "beyond")) == 1
    assert "up to 9,000 ms" in "".join(root.itertext())


def test_words_from_outside_stay_words() -> None:
    """A marker's label and a picture's name are escaped, so that no title can become markup."""
    mark = Marker(at_s=AT.timestamp(), label=NASTY, judged=True)
    svg = around.draw(plot(name=NASTY, markers=(mark,)), WIDE)

    assert "<script" not in svg
    assert _drawn(svg).get("aria-label") == NASTY


def test_the_picture_has_a_name_and_no_style() -> None:
    """Every chart is an image with the verdict as its name, coloured by classes alone."""
    for svg in (around.draw(plot(), WIDE), spark.draw(plot())):
        root = _drawn(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == "unhealthy: errors rose"
        assert "style=" not in svg


def test_many_samples_stay_a_small_picture() -> None:
    """A day of samples is thinned to what paper can hold, and its one extreme sample survives."""
    n = 86_400
    values = np.full(n, 1.0)
    values[80_000] = 4.0
    full = plot(values=values, low=np.full(n, 0.5), high=np.full(n, 1.5), before=43_200, step_s=1.0,
                t0_s=AT.timestamp() - 43_200.0)  # fmt: skip
    svg = around.draw(full, WIDE)

    assert len(svg) < 25_000
    assert len(_of(_drawn(svg), "sample")) == 1


def test_no_value_at_all_is_still_a_chart() -> None:
    """An indicator without a single value is drawn as one gap, not as a failure."""
    nothing = np.full(50, np.nan)
    root = _drawn(around.draw(plot(values=nothing, low=nothing, high=nothing, means=()), WIDE))

    assert len(_of(root, "gap")) == 1
    assert _of(root, "data") == []


@pytest.mark.parametrize("health", [Health.UNHEALTHY, Health.AILING, Health.IMPROVED])
def test_the_word_is_the_colour(health: Health) -> None:
    """The chart carries the indicator's word as a class, which gives what is outside its colour."""
    assert health.value in _drawn(around.draw(plot(health=health), WIDE)).get("class", "")


def test_the_name_of_the_change_stays_on_the_paper() -> None:
    """On a phone's chart a long title is cut to the room beside its line, wherever that stands."""
    for minutes in (-25, -10, -2, 8, 18):
        marker = Marker(
            at_s=AT.timestamp() + 60 * minutes, label="#412 " + "Quote " * 9, judged=True
        )
        root = _drawn(around.draw(plot(markers=(marker,)), NARROW))
        (label,) = [t for t in _of(root, "judged-label") if t.tag.endswith("text")]
        x, wide = float(label.get("x", "0")), 6.0 * len("".join(label.itertext()))
        left = x - wide if "end" in label.get("class", "").split() else x

        assert left > -6
        assert left + wide < NARROW.width + 6
