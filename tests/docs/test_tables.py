"""Tables that list what the code knows list all of it, and nothing else."""

import re

from shipwake.config import SETTINGS
from shipwake.domain import (
    EXIT_CODES,
    Assessment,
    ChangeKind,
    Health,
    Reason,
    SliKind,
    State,
    parse_rfc3339,
)
from shipwake.replay.report import row
from shipwake.verdict import standing
from tests.docs.pages import DOCS, rows
from tests.house.tree import under

VARIABLES = re.compile(r"\bSHIPWAKE_[A-Z_]+[A-Z]\b")


def _firsts(page: str, heading: str) -> list[str]:
    """The names in the first column, without their backticks."""
    found = [cells[0] for cells in rows(DOCS / page, heading)]
    return [name.strip("` ") for cell in found for name in cell.split(",")]


def test_each_kind_of_change_is_explained() -> None:
    """The table of kinds has every kind there is."""
    assert _firsts("explain/what-is-a-change.md", "Kinds") == [k.value for k in ChangeKind]


def test_each_state_of_a_change_is_explained() -> None:
    """The table of states has every state there is."""
    shown = _firsts("explain/what-is-a-change.md", "How far it has come")

    assert set(shown) == {s.value for s in State}


def test_each_variable_is_listed() -> None:
    """The page of variables has one for each setting, and each that the source reads."""
    page = DOCS / "reference" / "environment-variables.md"
    of_settings = {f"SHIPWAKE_{s.name.upper()}": s.name for s in SETTINGS}
    shown = {cells[0].strip("`"): cells[1].strip("`") for cells in rows(page, "Of the server")}
    read = {
        name
        for path in under("src/shipwake", suffix=".py")
        for name in VARIABLES.findall(path.read_text())
    }

    assert shown == of_settings
    assert read - set(VARIABLES.findall(page.read_text())) - {"SHIPWAKE_NAME"} == set()


def test_a_line_of_a_replay_is_explained() -> None:
    """The table of the output has every key of a line, and no other."""
    at = parse_rfc3339("2026-03-02T10:03:00Z")
    look = Assessment(
        change="c",
        sli="s",
        look=1,
        at=at,
        anchor=at,
        health=Health.UNKNOWN,
        reason=Reason.TOO_EARLY,
        p_worse=1,
        p_better=1,
        level=0.01,
    )

    shown = [n.strip("` ") for n in _firsts("reference/replay.md", "The output")]
    assert shown == list(row([look]))


def test_each_exit_status_is_explained() -> None:
    """The page of the gate gives each word the status that the command line has for it."""
    table = rows(DOCS / "how-to" / "gate-a-rollout.md", "Wait in a shell")
    shown = {
        word: int(code)
        for code, said in table
        for word in Health
        if word.value in said.split(", ")[0].split()
    }

    assert shown == EXIT_CODES


def test_the_glossary_has_the_words_that_people_meet() -> None:
    """Each word of health, each kind of SLI and each standing that is a state has its entry."""
    text = (DOCS / "reference" / "glossary.md").read_text()
    entries = {entry.lower() for entry in re.findall(r"^\*\*(.+?)\*\*", text, re.MULTILINE)}
    wanted = {*map(str, Health), *map(str, SliKind), "recovered", "superseded"}

    assert wanted - entries == set()
    assert {word for word in STANDINGS if word not in text} == set()


STANDINGS = {
    standing.WATCHING,
    standing.NOT_LIKELY_YOU,
    standing.ROLLED_BACK,
    standing.SUPERSEDED,
    standing.RECOVERED,
}
