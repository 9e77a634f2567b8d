"""What the measure of scale writes is what the flow would have written, and its page tells all that it found."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.scale.company import SLIS, Watched, engine, settings, watch
from bench.scale.page import write_page
from bench.scale.sections import SECTIONS
from bench.scale.settings import STAGES, read
from bench.scale.stored import stored
from shipwake.app import compose
from shipwake.config import parse
from shipwake.domain import Event, Facts, Health, Says
from shipwake.flow import announce
from shipwake.store import Filter
from shipwake.wire.clock import ManualClock

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROWS = text(
    "SELECT sli, open, number, due, not_before, anchor, later, lease, lease_until, attempts, done_number "
    "FROM due_looks WHERE change_id = :id ORDER BY sli"
)
RESULTS: dict[str, Any] = {
    "machine": "a machine",
    "commit": "abc",
    "watches": [
        {
            "changes": 1000, "rows": 10_000, "rate": 300, "up_s": 1.5, "first_look_s": 2.5, "start_mb": 101,
            "peak_mb": 149, "learners_mb": 99, "idle_processor": 0.015, "made": 600, "late_s": 29.0,
            "seconds": 30, "asked": 1234, "learned": 432,
        }
    ],
    "pages": [
        {"stored": 100, "state": "idle", "page": "list", "median_ms": 7.25, "p99_ms": 8.5},
        {"stored": 100, "state": "while looks run", "page": "looks/s", "rate": 17.0, "ran_out": True},
    ],
}  # fmt: skip


def test_a_watch_that_is_written_is_one_that_the_flow_opens(tmp_path: Path) -> None:
    """The rows of due looks of a made-up change are those of one that was announced, to the last column."""
    environ = {"SHIPWAKE_DATABASE": f"sqlite:///{tmp_path}/w.db"}
    config = parse(settings(1), name="scale.yaml", environ=environ)
    river = compose(config, clock=ManualClock(NOW))
    facts = Facts(id="told", service="s0", environment="production", title="what it was for")
    event = Event(
        source="story", key="1", says=Says.LIVE, at=NOW, received=NOW, text="", facts=facts
    )
    announce(river, event)
    due = NOW + timedelta(minutes=3)
    watch(config.database, Watched(prefix="made", count=1, since=due, rate=300, services=1))
    with engine(config.database).connect() as connection:
        told, made = (connection.execute(ROWS, {"id": i}).all() for i in ("told", "made0"))
    with river.store.read() as tx:
        kept = tx.changes.get("made0")
    river.close()

    assert len(told) == SLIS
    assert made == told
    assert kept is not None
    assert kept.change.at == NOW


def test_stored_changes_are_listed(tmp_path: Path) -> None:
    """Each is found by its service, author and word, and shows its verdict."""
    url = f"sqlite:///{tmp_path}/s.db"
    stored(url, services=2, count=30)
    river = compose(parse(settings(2), name="s.yaml", environ={"SHIPWAKE_DATABASE": url}))
    with river.store.read() as tx:
        page = tx.changes.page(Filter())
        mine = tx.changes.page(Filter(author="alice7@example.com", service="s1"))
        samples = tx.samples.last("s1 sli 9")
    river.close()

    assert (len(page.rows), page.counts[Health.HEALTHY], page.unjudged) == (30, 24, 0)
    assert [r.change.id for r in mine.rows] == ["c7"]
    assert mine.rows[0].sentence.startswith("what became of what c7 was for")
    assert samples is not None


def test_the_page_tells_what_was_found_and_what_was_not(tmp_path: Path) -> None:
    """Figures stand where they belong, and a stage without any says so."""
    page = tmp_path / "scale.md"
    told = write_page(page, RESULTS)
    words = page.read_text()

    assert told[0] == f"wrote {page}"
    assert (
        "| 1,000 | 10,000 | 1.5 | 2.5 | 101 | 149 | 99 | 1.5 | 300 | 20 | 29.0 | 1,234, 432 |"
        in words
    )
    assert "| list | 100 | 7.2 | 8.5 | – | – |" in words
    assert "17 looks/s with 100 stored; they ran out before the last page" in words
    assert words.count("*Not measured in this run.*") == len(SECTIONS) - 2
    assert "<!--" not in words


def test_every_stage_has_a_section() -> None:
    """What can be asked for is shown on the page, and the quick form asks for all of it."""
    wanted = read(["--quick", "--no-page"])

    assert set(SECTIONS) == set(STAGES) == set(wanted.stages)
    assert max(wanted.stored) == 1_000
