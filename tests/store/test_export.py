"""Everything as JSON Lines, on both databases: each table, in order, decoded, from one snapshot, without secrets."""

import base64
import io
import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shipwake.domain import BadInputError, Slot
from shipwake.store import Circuit, Deed, Fill, Flow, NotMigratedError, Store
from shipwake.store.columns import METADATA
from shipwake.store.export import KINDS, LEFT_OUT
from shipwake.wire.clock import ManualClock
from tests.needs import ROOT
from tests.store import writing
from tests.store.conftest import START
from tests.store.copies import opened, python_path
from tests.store.facts import MINUTE, assessment, event, heard, proof, verdict

PAGE = ROOT / "docs" / "reference" / "export.md"
T0 = START.timestamp()
Line = dict[str, Any]


def exported(store: Store) -> list[Line]:
    """Every line."""
    out = io.BytesIO()
    count = store.export(out)
    found = [json.loads(line, parse_constant=_refuse) for line in out.getvalue().splitlines()]
    assert len(found) == count
    return found


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def of(kind: str, found: list[Line]) -> list[Line]:
    """What the lines of one kind say."""
    return [line["data"] for line in found if line["kind"] == kind]


def populate(store: Store) -> None:
    """At least one row in every table but one that a backtest fills."""
    with store.write() as tx:
        writing.one(tx, "alice", 1)
        tx.events.add(event("1"))
        tx.levels.set("alice", 0.008, 0.002)
        tx.looks.plan("alice", "errors", 1, START, START)
        tx.mappings.put("service", "Checkout", "checkout", "bob")
        tx.duties.owe("forget", "samples", START)
        tx.fills.put(Fill(sli="load", asks="q", start=START, until=START, step_s=60.0))
        tx.circuits.put(Circuit(source="prom", flow=Flow.OPEN, since=START, until=START))
        tx.samples.push("errors", 60.0, 2, [T0, T0 + 60], [[0.0, 10.0], [1.0, 7.0]])
        tx.access.add_token("pipeline", ("read",), "secret-hash", START)
        tx.access.add_session("secret-session", START)
        tx.access.add_link("secret-link", START)
        tx.audit.add(Deed(who="alice", what="token made", about="pipeline"))


def test_every_table_is_exported_or_left_out_for_a_reason() -> None:
    """No table is forgotten, and the reference names each kind and its table."""
    page = PAGE.read_text()

    assert {k.table.name for k in KINDS} | set(LEFT_OUT) == set(METADATA.tables)
    assert not {k.table.name for k in KINDS} & set(LEFT_OUT)
    for kind in KINDS:
        assert f"| `{kind.name}` | `{kind.table.name}` |" in page


def test_every_row_is_a_line_in_its_order(store: Store) -> None:
    """Kinds come in their order, rows by their key, after a line that says what this is, before one that counts."""
    populate(store)
    found = exported(store)
    kinds = [line["kind"] for line in found]
    order = [k.name for k in KINDS]

    assert (kinds[0], kinds[-1]) == ("export", "end")
    assert found[0]["data"]["at"] == "2026-02-03T10:00:00Z"
    assert found[-1]["data"]["lines"] == len(found) - 1
    assert kinds[1:-1] == sorted(kinds[1:-1], key=order.index)
    assert set(order) - set(kinds) == {"backtest"}
    assert [c["id"] for c in of("change", found)] == ["alice", "alice-1"]
    assert exported(store) == found


def test_what_was_said_stands_as_json(store: Store) -> None:
    """Bodies are the domain's values and no text in text; headers and scopes likewise."""
    populate(store)
    found = exported(store)
    (said,), (told,), (token,) = (of(kind, found) for kind in ("verdict", "notice", "token"))
    expected = verdict("alice-1", 1)

    assert (said["body"]["sentence"], said["global_seq"]) == (expected.sentence, 1)
    assert told["body"]["lines"] == ["revision 1", "second line"]
    assert of("heard", found)[0]["headers"] == {"x-id": "7"}
    assert of("heard", found)[0]["body"] == "alice-1" * 50
    assert token["scopes"] == ["read"]


def test_no_secret_is_exported(store: Store) -> None:
    """Neither a session nor a link nor any hash of a token is in a line."""
    populate(store)
    out = io.BytesIO()
    store.export(out)

    assert b"secret" not in out.getvalue()
    assert b"pipeline" in out.getvalue()


def test_value_zero_gap_and_error_stay_apart(store: Store) -> None:
    """A chunk's slots keep their states, and a slot without a value is null, for one column and two."""
    with store.write() as tx:
        times = T0 + 60.0 * np.arange(2)
        tx.samples.push("load", 60.0, 1, times, [0.0, 1.5])
        tx.samples.push("load", 60.0, 1, [T0 + 120], [np.nan], Slot.GAP)
        tx.samples.push("load", 60.0, 1, [T0 + 240], [np.nan], Slot.ERROR)
        tx.samples.push("share\nq", 60.0, 2, [T0], [[0.0, 0.0]])
    load, share = of("samples", exported(store))
    first = load["states"].index("v")

    assert (load["sli"], load["step_s"], len(load["values"])) == ("load", 60.0, 448)
    assert load["states"].strip(".") == "vvg.e"
    assert load["values"][first : first + 5] == [0.0, 1.5, None, None, None]
    assert load["t0"] == (START - first * MINUTE).isoformat().replace("+00:00", "Z")
    assert (share["sli"], share["asks"]) == ("share", "q")
    assert share["values"][share["states"].index("v")] == [0.0, 0.0]


def test_evidence_is_decoded(store: Store) -> None:
    """The samples that a look judged are numbers, a gap is null, and a bound without end is a word."""
    endless = replace(proof(1), high=np.full(40, np.inf))
    with store.write() as tx:
        writing.one(tx, "alice", 1)
        judged = replace(assessment("alice-1", look=2, low=-np.inf), evidence=endless)
        bare = assessment("alice-1", look=3, evidence=False)
        tx.verdicts.append(verdict("alice-1", 2), [judged, bare])
    _, found, without = of("assessment", exported(store))
    values = [None if np.isnan(v) else v for v in endless.values]

    assert found["evidence"]["values"] == values
    assert found["evidence"]["high"] == ["inf"] * 40
    assert found["body"]["effect"]["low"] == "-inf"
    assert (found["evidence"]["before"], found["evidence"]["total"]) == (30, [])
    assert without["evidence"] is None


def test_bytes_that_are_no_text_come_through(store: Store) -> None:
    """A body that is no UTF-8 is base64, and odd text is escaped into one line."""
    bodies = [b"\xff\xfe\x00", 'a\n"b"\u2028 ü'.encode(), b""]
    with store.write() as tx:
        for n, body in enumerate(bodies):
            tx.heard.keep(heard(body), str(n))
    binary, text, empty = of("heard", exported(store))

    assert base64.b64decode(binary["body_base64"]) == bodies[0]
    assert "body" not in binary
    assert (text["body"], empty["body"]) == (bodies[1].decode(), "")


def test_it_is_one_snapshot(store: Store, second: Store) -> None:
    """What another writes while the lines are written is in none of them."""
    populate(store)

    class Meanwhile(io.BytesIO):
        def write(self, line: Any) -> int:  # noqa: ANN401 - as the stream has it
            if b'"kind":"export"' in line:
                with second.write() as tx:
                    writing.one(tx, "bob", 1)
            return super().write(line)

    out = Meanwhile()
    store.export(out)

    assert b"bob-1" not in out.getvalue()
    assert "bob-1" in [c["id"] for c in of("change", exported(store))]


def test_tables_of_another_version_are_refused(empty_url: str, clock: ManualClock) -> None:
    """A database without tables says how to make them, and one that is not there is not made."""
    place = Path(empty_url.removeprefix("sqlite:///"))
    if empty_url.startswith("sqlite"):
        with closing(Store.open(empty_url, clock=clock)) as store:
            with pytest.raises(BadInputError, match="there is no database"):
                store.export(io.BytesIO())
            assert not place.exists()
        place.touch()
    with (
        closing(Store.open(empty_url, clock=clock)) as store,
        pytest.raises(NotMigratedError, match="shipwake migrate"),
    ):
        store.export(io.BytesIO())


def test_a_file_is_whole_and_private(full: Path, tmp_path: Path) -> None:
    """It is made with mode 0600, kept unless forced, and never in the place of the database."""
    file = tmp_path / "all.jsonl"
    with opened(full) as store:
        count = store.export_to(file)
        with pytest.raises(BadInputError, match="there already"):
            store.export_to(file)
        with pytest.raises(BadInputError, match="the database itself"):
            store.export_to(full, force=True)
        store.export_to(file, force=True)

    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_bytes().splitlines()) == count


NO_ROOM = """
import resource, sys
from pathlib import Path
from shipwake.store import Deed, NotWrittenError, Store
from shipwake.wire.clock import SystemClock
store = Store.open(sys.argv[1], clock=SystemClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    store.export_to(Path(sys.argv[2]))
except NotWrittenError as error:
    sys.exit(f"refused: {error}")
"""


def test_without_room_no_part_is_left(full: Path, tmp_path: Path) -> None:
    """An export that does not fit says so and leaves no file."""
    file = tmp_path / "all.jsonl"
    command = [sys.executable, "-c", NO_ROOM, f"sqlite:///{full}", str(file)]
    env = os.environ | {"PYTHONPATH": python_path()}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=env).stderr

    assert said.startswith("refused: ")
    assert not file.exists()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


PEAK = """
import resource, sys
from pathlib import Path
from shipwake.store import Deed, Store
from shipwake.wire.clock import SystemClock
store = Store.open(sys.argv[1], clock=SystemClock())
with open("/dev/null", "wb") as out:
    store.export(out)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_what_is_kept(full: Path, tmp_path: Path) -> None:
    """Twenty deliveries of 5 MB and ten times the samples cost no more memory than a few such rows do."""
    large = tmp_path / "large.db"
    with opened(large) as store:
        with store.write() as tx:
            times = T0 - 60.0 * np.arange(448 * 3000)
            tx.samples.push("errors", 60.0, 1, times, np.sin(times))
        for n in range(20):
            with store.write() as tx:
                tx.heard.keep(heard(bytes(5_000_000)), str(n))
    env = os.environ | {"PYTHONPATH": python_path()}
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", PEAK, f"sqlite:///{path}"],
                capture_output=True,
                check=True,
                env=env,
            ).stdout
        )
        / 1024
        for path in (full, large)
    ]

    # A body of NUL bytes is the worst: six characters of JSON a byte, held twice.
    assert peaks[1] - peaks[0] < 120, peaks
