"""The whole measurement in its quick form, on made-up series and with the peers that need no package."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.judgement.answers import LOOKS, PRODUCT, Answers
from bench.judgement.families import FAMILIES, Truth
from bench.judgement.page import write_page
from bench.judgement.report import Report, tables
from bench.judgement.run import run
from bench.judgement.series import Half
from bench.judgement.settings import SHORT, Settings, read
from shipwake.domain import Health

TITLES = [
    "False alarms",
    "False alarms beside peers",
    "What is found",
    "What is found, beside peers",
    "At equal false alarms",
    "The words",
    "The last word",
    "Short histories",
    "Is p right?",
    "Do intervals cover?",
    "Ten indicators, one change",
    "Counts",
    "Speed",
    "Speed beside peers",
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A minute's worth, asked of this interpreter's own peers, with a page to write."""
    page = tmp_path_factory.mktemp("page") / "measured.md"
    asked = [
        "--quick",
        "--generated",
        "--jobs",
        "1",
        "--peers",
        sys.executable,
        "--page",
        str(page),
    ]
    return read(asked)


@pytest.fixture(scope="module")
def report(settings: Settings) -> Report:
    """What the quick form found."""
    found = Report()
    run(settings, lambda _: None, found)
    return found


def _method(report: Report, name: str) -> Answers:
    return next(a for a in report.answers if a.method == name)


def test_every_measure_has_its_table(report: Report) -> None:
    """Each measure is there, in order, and every row has a cell for every column."""
    found = tables(report.measured)
    assert [t.title for t in found] == TITLES
    for table in found:
        assert table.rows, table.title
        assert {len(row) for row in table.rows} == {len(table.head)}, table.title


def test_every_case_was_replayed_at_every_look(report: Report) -> None:
    """Each family and each short history has its cases, each with the eight early looks."""
    groups = {s.facts.group for s in report.said}
    short = {f"{name}, {length} samples" for length in SHORT for name in ("nothing", "step worse")}

    assert groups == {f.name for f in FAMILIES} | short
    assert {tuple(x.samples for x in s.looks) for s in report.said} == {LOOKS}


def test_a_before_and_after_test_cries_wolf(report: Report) -> None:
    """On the same harmless cases a test that takes samples for independent alarms far more often than the product."""
    rates = {}
    for name in (PRODUCT, "mixture SPRT"):
        said = _method(report, name)
        harmless = [f.truth is Truth.HARMLESS and not f.history for f in said.facts]
        rates[name] = float(said.alarmed(60)[np.array(harmless)].mean())

    assert rates["mixture SPRT"] > rates[PRODUCT] + 0.2


def test_large_steps_are_found_and_dark_is_unknown(report: Report) -> None:
    """The product finds most steps of eight units and more, and never calls a dark source healthy."""
    found = [s.hurt(60) for s in report.said if s.facts.family == "step worse" and s.facts.k >= 8]
    dark = [s for s in report.said if s.facts.truth is Truth.DARK]

    assert np.mean(found) > 0.5
    assert not any(s.within(60, Health.HEALTHY) for s in dark)


def test_a_missing_peer_is_named(report: Report) -> None:
    """A peer whose package is not installed is listed without a version, and nothing is said for it."""
    asked = {a.method for a in report.answers} - {PRODUCT}
    installed = {m.name for m in report.methods if m.version is not None}

    assert asked == installed
    assert {"mixture SPRT", "three sigma"} <= installed
    assert len(report.methods) > len(installed)


def test_the_page_says_what_it_was_measured_on(settings: Settings, report: Report) -> None:
    """The page has every table, the seed, the half, the kind of series and how long it took."""
    assert settings.page is not None
    told = write_page(settings, report, report.measured, took_s=61.0)
    text = settings.page.read_text()

    assert "no pictures" in told[-1]
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")][2:] == TITLES
    for said in (f"Seed {settings.seed}", "made-up series", "not installed", "took 1 minutes"):
        assert said in text
    assert "cut short" not in text
    assert "](measured/" not in text


def test_an_interrupted_run_tells_what_it_found(
    settings: Settings, report: Report, tmp_path: Path
) -> None:
    """Of a run that ended among its cases the page has their tables, says so, and names no peer."""
    cut = Report(series=report.series, said=report.said[:40])
    cut_settings = replace(settings, page=tmp_path / "measured.md")
    write_page(cut_settings, cut, cut.measured, took_s=1.0)
    text = (tmp_path / "measured.md").read_text()

    assert "cut short" in text
    assert "Cases: 40." in text
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")][2:] == TITLES[:8]
    assert "mixture SPRT" not in text


def test_nothing_found_is_no_page(settings: Settings, tmp_path: Path) -> None:
    """A run that ended before its first case leaves the page as it is."""
    empty = Report()

    assert write_page(replace(settings, page=tmp_path / "no.md"), empty, empty.measured, 1.0) == []
    assert not (tmp_path / "no.md").exists()


def test_series_are_read_from_the_readers_folder() -> None:
    """By default the half that nothing was tuned on is read from beside the checkout, and the page is the docs'."""
    asked = read([])

    assert asked.half is Half.REPORT
    assert asked.data.parts[-2:] == ("shared", "data")
    assert (
        asked.page == Path(__file__).parents[2] / "docs" / "explain" / "judgement" / "measured.md"
    )
