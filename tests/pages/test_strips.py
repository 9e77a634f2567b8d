"""The verdict strip and the time band read in grey, and leave out what was not seen."""

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

from shipwake.domain import Health, Schedule
from shipwake.web.charts import band, strip
from shipwake.web.charts.band import Band, Beacon, Span, Strip
from shipwake.web.pages.looks import marks
from tests.pages.scene import AT, MINUTE, NASTY, deploy

DAY = Band(
    start=AT - timedelta(hours=3),
    end=AT,
    strips=(
        Strip(
            sli="errors",
            spans=(Span(start=AT - 60 * MINUTE, end=AT - 50 * MINUTE, health=Health.UNHEALTHY),),
            now="4 %",
            state=Health.UNHEALTHY,
        ),
        Strip(sli="p95", spans=(Span(start=AT - 30 * MINUTE, end=AT - 20 * MINUTE, health=None),), now="80 ms"),
    ),
    beacons=(Beacon(at=AT - 61 * MINUTE, kind="deploy", name=NASTY, url="/changes/a", health="unhealthy"),),
)  # fmt: skip


def _heights(svg: str, word: str) -> list[float]:
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    return [float(e.get("height", "0")) for e in root.iter() if e.get("class") == f"fill {word}"]


def test_taller_is_worse() -> None:
    """In a strip unhealthy stands taller than ailing, and ailing taller than healthy, whatever the colour."""
    said = [
        (AT + m * MINUTE, h)
        for m, h in ((3, Health.UNHEALTHY), (5, Health.AILING), (8, Health.HEALTHY))
    ]
    svg = strip.small(marks(deploy(), said, Schedule()))

    assert _heights(svg, "unhealthy") > _heights(svg, "ailing") > _heights(svg, "healthy")


def test_a_look_without_a_word_is_no_mark() -> None:
    """A planned look that said nothing, or is still to come, carries no word forward."""
    found = marks(deploy(), [(AT + 3 * MINUTE, Health.HEALTHY)], Schedule())

    assert [m.health for m in found] == [Health.HEALTHY] + [None] * 10


def test_looks_are_named_by_their_distance() -> None:
    """The strip names each planned look by its distance, with a unit only where it changes."""
    found = marks(deploy(), [], Schedule())

    assert [m.after for m in found] == [
        "3 min", "5", "8", "12", "20", "30", "45", "60", "4 h", "24 h", "7 d"
    ]  # fmt: skip


def test_looks_of_a_second_are_named_in_seconds() -> None:
    """Where the watch runs in seconds the distances do too."""
    found = marks(deploy(), [], Schedule(unit=timedelta(seconds=1), later=()))

    assert [m.after for m in found][:3] == ["3 s", "5", "8"]


def test_a_change_that_is_not_live_has_no_looks() -> None:
    """What was never exposed has no planned look and an empty strip."""
    planned = replace(deploy(), exposure=(), at=None)

    assert marks(planned, [], Schedule()) == ()
    assert "none yet" in strip.small(())


def test_far_outside_is_taller_on_the_band() -> None:
    """On the band far outside is taller than outside, and no data is an open box."""
    svg = band.draw(DAY, band.WIDE)

    assert _heights(svg, "unhealthy")[0] == 13
    assert 'class="open"' in svg


def test_a_title_on_the_band_is_escaped() -> None:
    """A change's title becomes words of its marker, never markup."""
    svg = band.draw(DAY, band.NARROW)

    assert "<script" not in svg
    ET.fromstring(svg)  # noqa: S314 - it parses, so nothing broke out


def test_the_band_says_what_it_shows() -> None:
    """The band's name counts changes and names the indicators that were outside."""
    assert "1 of 2 indicators were outside their normal: errors" in band.draw(DAY, band.WIDE)


def test_on_a_phone_no_hairline_runs_through_a_name() -> None:
    """Where names stand above the strips, no upright line crosses a line of words, but that of now beside them."""
    root = ET.fromstring(band.draw(DAY, band.NARROW))  # noqa: S314 - our own drawing
    names = [float(e.get("y", "0")) for e in root.iter() if e.text in ("errors", "p95")]
    uprights = [
        (float(e.get("y1", "0")), float(e.get("y2", "0")))
        for e in root.iter()
        if e.get("class") in ("grid", "beacon-line")
    ]

    assert len(names) == 2
    assert len(uprights) > 4
    assert [
        (y, line) for y in names for line in uprights if line[0] < y + 3 and y - 10 < line[1]
    ] == []


def test_in_a_wide_window_a_hairline_is_whole() -> None:
    """Where names stand beside the strips, one line leads from a change through all of them."""
    root = ET.fromstring(band.draw(DAY, band.WIDE))  # noqa: S314 - our own drawing
    (line,) = [e for e in root.iter() if e.get("class") == "beacon-line"]

    assert float(line.get("y1", "0")) == band.WIDE.top - 8
    assert float(line.get("y2", "0")) > band.WIDE.strip_y(1)
