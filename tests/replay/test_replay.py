"""Replay: the documented lines from a folder with planted harm, and no mistake in a folder passed over."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from shipwake.app import compose
from shipwake.domain import BadInputError, rfc3339
from shipwake.replay import read_folder, replay
from tests.docs.pages import DOCS, rows
from tests.replay.made import CHANGES, LIVE, change, write

EARLY = (3, 5, 8, 12, 20, 30, 45, 60)
HEAD = "sli,at,value\n"
Line = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one change that hurts, one whose source goes dark, and one that is known."""
    return write(tmp_path_factory.mktemp("replay"))


@pytest.fixture(scope="module")
def lines(folder: Path) -> list[Line]:
    """The lines of that folder's early looks."""
    return list(replay(folder, compose, later=False))


def _line(lines: list[Line], sli: str) -> Line:
    (line,) = [x for x in lines if x["sli"] == sli]
    return line


def _after(minutes: float) -> str:
    return rfc3339(LIVE + timedelta(minutes=minutes))


def test_the_lines_are_those_of_the_page(lines: list[Line]) -> None:
    """Each line has exactly the keys that the reference names, in its order."""
    documented = [
        name.strip("` ") for row in rows(DOCS / "reference" / "replay.md", "The output") for name in row[0].split(",")
    ]  # fmt: skip

    assert {tuple(line) for line in lines} == {tuple(documented)}
    for line in lines:
        assert {tuple(t) for t in line["transitions"]} == {("at", "look", "health")}
        assert all({*t, "reason", "p_worse", "p_better"} == {*t} for t in line["looks"])


def test_there_is_a_line_for_each_judged_change_and_sli(lines: list[Line]) -> None:
    """Lines come in the order of the changes, then by SLI; a known change has none."""
    assert [(line["change"], line["sli"]) for line in lines] == [
        ("goes-dark", "mail delivered"),
        ("hurts", "checkout errors"),
        ("hurts", "checkout latency"),
    ]


def test_every_early_look_is_made_at_its_time(lines: list[Line]) -> None:
    """Each SLI is seen so many minutes after the change as is planned, also where it went dark."""
    for line in lines:
        assert [look["at"] for look in line["looks"]] == [_after(m) for m in EARLY]
        assert [look["look"] for look in line["looks"]] == list(range(1, 9))


def test_planted_harm_is_found_with_its_size(lines: list[Line]) -> None:
    """Fifty milliseconds more are unhealthy at the first look, and the interval holds them."""
    line = _line(lines, "checkout latency")
    effect = line["effect"]

    assert (line["health"], line["reason"]) == ("unhealthy", "far outside")
    assert line["transitions"] == [{"at": _after(3), "look": 1, "health": "unhealthy"}]
    assert line["p_worse"] == min(look["p_worse"] for look in line["looks"]) < 0.001
    assert effect["low"] < 50 < effect["high"]
    assert effect["estimate"] == pytest.approx(50, abs=3)
    assert effect["relative"] == pytest.approx(0.5, abs=0.04)
    assert effect["unit"] == "ms"
    assert line["expected"]["low"] < 100 < line["expected"]["high"]


def test_what_stays_as_it_was_is_healthy(lines: list[Line]) -> None:
    """Errors that did not change are healthy at the end, and never hurt on the way."""
    line = _line(lines, "checkout errors")

    assert line["health"] == "healthy"
    assert not {t["health"] for t in line["transitions"]} & {"ailing", "unhealthy"}
    assert line["p_worse"] > 0.01


def test_what_went_dark_is_unknown_throughout(lines: list[Line]) -> None:
    """A source without samples since the change has one word, and no effect."""
    line = _line(lines, "mail delivered")

    assert line["transitions"] == [{"at": _after(3), "look": 1, "health": "unknown"}]
    assert (line["p_worse"], line["p_better"], line["effect"]) == (1.0, 1.0, None)


def test_transitions_are_the_changes_of_the_word(lines: list[Line]) -> None:
    """The transitions are the looks at which the word is another than before."""
    for line in lines:
        firsts = [next(same) for _, same in groupby(line["looks"], key=lambda x: x["health"])]
        assert line["transitions"] == [
            {key: look[key] for key in ("at", "look", "health")} for look in firsts
        ]


def test_later_looks_are_made_unless_left_out(tmp_path: Path) -> None:
    """With later looks each SLI is seen again after 4 hours, a day and a week; the early ones are the same."""
    at = LIVE - timedelta(hours=5)
    calm = write(tmp_path / "calm", [change("calm", "checkout", at)])
    early = [rfc3339(at + timedelta(minutes=m)) for m in EARLY]
    later = [rfc3339(at + timedelta(hours=h)) for h in (4, 24, 7 * 24)]
    whole, short = (list(replay(calm, compose, later=later)) for later in (True, False))

    assert len(whole) == len(short) == 2
    for line, without in zip(whole, short, strict=True):
        assert [look["at"] for look in line["looks"]] == early + later
        assert without["looks"] == line["looks"][: len(early)]


def test_the_order_of_the_changes_in_the_file_is_free(
    tmp_path: Path, folder: Path, lines: list[Line]
) -> None:
    """The same changes in another order give the same lines, shared among two processes too."""
    turned = write(tmp_path / "turned", CHANGES[::-1])

    assert list(replay(turned, compose, later=False, jobs=2)) == lines


def _spoil(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def _lines_with(*more: dict[str, object] | str) -> Callable[[Path], object]:
    good = [json.dumps(c) for c in CHANGES]
    added = [c if isinstance(c, str) else json.dumps(c) for c in more]
    return _spoil("changes.jsonl", "\n".join([*good, *added]))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "shipwake.yaml").unlink(), ["shipwake.yaml"]),
        (lambda folder: (folder / "changes.jsonl").unlink(), ["changes.jsonl"]),
        (lambda folder: (folder / "samples.csv").unlink(), ["samples.csv"]),
        (_spoil("shipwake.yaml", "slis: 7\n"), ["shipwake.yaml:1"]),
        (_lines_with("{"), ["changes.jsonl:4", "JSON"]),
        (_lines_with("", "[1]"), ["changes.jsonl:5"]),
        (_lines_with(change("hurts", "mail", LIVE)), ["changes.jsonl:4", "'hurts'", "line 1"]),
        (_lines_with(change("c", "mail", LIVE) | {"at": "2026-03-02T10:00:00"}), ["changes.jsonl:4", "at", "offset"]),
        (_lines_with({"id": "c", "service": "mail"}), ["changes.jsonl:4", "at"]),
        (_lines_with(change("", "mail", LIVE)), ["changes.jsonl:4", "id"]),
        (_lines_with(change("c", "mail", LIVE, colour="red")), ["changes.jsonl:4", "colour"]),
        (_spoil("samples.csv", HEAD + "mail delivered,2026-03-02T00:00:00,1\n"), ["samples.csv line 2", "offset"]),
        (_spoil("samples.csv", HEAD + "mail delivered,2026-03-02T00:00:00Z,much\n"), ["samples.csv line 2", "much"]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_folder_is_named(
    tmp_path: Path, spoil: Callable[[Path], object], words: list[str]
) -> None:
    """What is missing or wrong is told with its file and line."""
    folder = write(tmp_path / "spoilt")
    spoil(folder)
    with pytest.raises(BadInputError) as caught:
        list(replay(folder, compose, later=False))

    for word in words:
        assert word in str(caught.value)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    """A path without a folder says what such a folder holds."""
    with pytest.raises(BadInputError, match=r"nowhere is no folder; .*changes\.jsonl"):
        read_folder(tmp_path / "nowhere", later=True)


def test_nobody_is_heard_told_or_asked(folder: Path, tmp_path: Path) -> None:
    """Hooks, channels and sources of the folder's settings are left out of a replay."""
    place = write(tmp_path / "wired")
    with (place / "shipwake.yaml").open("a") as settings:
        settings.write("hooks: [{kind: plain}]\ntell: [{kind: log}]\n")
    config = read_folder(place, later=True).config

    assert (config.hooks, config.tell, config.sources) == ((), (), ())


def test_a_moment_is_written_as_the_page_says(lines: list[Line]) -> None:
    """Times are RFC 3339 in UTC."""
    for line in lines:
        for look in line["looks"]:
            assert datetime.fromisoformat(look["at"]).utcoffset() == timedelta()
