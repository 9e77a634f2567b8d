"""The doctor finds each thing that can be wrong, says what to do, waits for nobody, and gives no secret away."""

import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from shipwake import tell
from shipwake.app import compose
from shipwake.app.doctor import Finding, State, bounded, database, examine, machine, outside
from shipwake.app.doctor.bounded import Check
from shipwake.config import Config, parse
from shipwake.flow import Batch, hear, push
from shipwake.store import Examined, Store
from shipwake.web import new_token
from shipwake.wire.clock import ManualClock, SystemClock
from tests.cli.calls import call
from tests.wire.server import serving

SETTINGS = """
services: [{name: checkout}]
environments: [{name: production}]
slis: [{name: latency, service: checkout, environment: production, step: 60s, unit: ms}]
"""
SECRET = "xoxb-hush-hush-hush"


def _config(folder: Path, more: str = "", **environ: str) -> Config:
    text = f"database: sqlite:///{folder}/here.db\n{SETTINGS}{more}"
    return parse(text, name="shipwake.yaml", environ=environ)


def _started(config: Config) -> Config:
    compose(config).close()
    return config


def _of(found: Iterable[Finding], about: str) -> list[tuple[State, str]]:
    return [(f.state, f"{f.says}; {f.do}") for f in found if f.about == about]


def _bad(found: Iterable[Finding], about: str, words: str, state: State = State.BAD) -> bool:
    return any(s is state and words in said for s, said in _of(found, about))


def test_a_whole_machine_has_nothing_bad_but_silence(tmp_path: Path) -> None:
    """On a fresh database all that is bad is the SLI without samples, and nothing is created or changed."""
    fresh = examine(_config(tmp_path))
    left = list(tmp_path.iterdir())
    found = examine(_started(_config(tmp_path)))

    assert left == []
    assert {f.about for f in (*fresh, *found) if f.state is State.BAD} == {"latency"}
    assert _bad(fresh, "database", "shipwake serve makes it", State.HINT)
    assert [f for f in found if f.state is not State.WELL and not f.do] == []
    assert {"settings", "database", "clock", "work", "tokens", "disk", "memory"} <= {
        f.about for f in found
    }


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    """What a server makes nobody else may read, with all that SQLite lays beside it."""
    river = compose(_config(tmp_path))
    modes = {p.name: p.stat().st_mode & 0o777 for p in tmp_path.iterdir()}
    river.close()

    assert set(modes.values()) == {0o600}, modes
    os.chmod(tmp_path / "here.db", 0o644)  # noqa: PTH101 - what is to be found
    assert _bad(examine(_config(tmp_path)), "database", "chmod 600", State.HINT)


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        ("DROP TABLE alembic_version", "it has no tables yet; run: shipwake migrate"),
        ("UPDATE alembic_version SET version_num = '0001'", "of version 0001"),
    ],
)
def test_a_database_that_is_not_as_it_should_be(tmp_path: Path, breaks: str, words: str) -> None:
    """Missing tables and tables of another version are told."""
    config = _started(_config(tmp_path))
    with closing(sqlite3.connect(tmp_path / "here.db", isolation_level=None)) as held:
        held.execute(breaks)

    assert _bad(examine(config), "database", words)


def test_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    """While another process holds the database it cannot be written, and that is said."""
    config = _started(_config(tmp_path))
    with closing(sqlite3.connect(tmp_path / "here.db", isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        found = examine(config)

    assert _bad(found, "database", "cannot be written (database is locked)")


def test_a_damaged_database(tmp_path: Path) -> None:
    """Pages that were overwritten are found, with the way back."""
    config = _started(_config(tmp_path))
    file = tmp_path / "here.db"
    with file.open("r+b") as there:
        there.seek(8192)
        there.write(os.urandom(40_000))

    assert _bad(examine(config), "database", "restore a backup")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Some other file at that place is a finding, no stack trace."""
    (tmp_path / "here.db").write_bytes(b"words" * 1000)

    assert any(f.about == "database" and f.state is State.BAD for f in examine(_config(tmp_path)))


@dataclass
class _Said:
    """A store that says this of itself."""

    said: Examined

    def examine(self, _patience_s: float) -> Examined:
        return self.said

    def fits(self) -> bool:
        return True


GOOD = Examined(version="0003", latency_s=0.001, ahead_s=0.0, journal="wal", server=160_000)


def test_another_journal_is_bad() -> None:
    """Where a disk allows no WAL, as over a network, readers block writers, and that is bad."""
    said = _Said(replace(GOOD, journal="delete"))

    assert _bad(database.findings(said, "sqlite", 1.0), "database", "its journal is delete")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("sqlite", replace(GOOD, latency_s=0.2), "bring it nearer"),
        ("sqlite", replace(GOOD, log=900_000_000), "900 MB beside it"),
        ("sqlite", replace(GOOD, whole=None), "too large to be read whole"),
        ("postgresql", replace(GOOD, server=110_000), "PostgreSQL 11 is old"),
        ("postgresql", replace(GOOD, oldest_s=3600.0), "open for 60 min"),
    ],
)
def test_what_slows_a_database(kind: str, said: Examined, words: str) -> None:
    """Slow answers, an endless log, an old server and long transactions are hints with a remedy."""
    found = list(database.findings(_Said(said), kind, 1.0))  # type: ignore[arg-type]

    assert _bad(found, "database", words, State.HINT)
    assert len(list(database.findings(_Said(GOOD), kind, 1.0))) == 1  # type: ignore[arg-type]


@pytest.mark.postgres
def test_a_postgres_is_examined(tmp_path: Path, postgres_url: str) -> None:
    """On a PostgreSQL version, latency, clock and long transactions are read, and it is well."""
    config = _started(replace(_config(tmp_path), database=postgres_url))
    found = examine(config)
    off = examine(config, clock=ManualClock(SystemClock().now() - timedelta(minutes=5)))

    assert [f for f in found if f.about == "database" and f.state is not State.WELL] == []
    assert _bad(off, "clock", "s ahead of this machine")


def test_a_clock_that_is_wrong(tmp_path: Path) -> None:
    """A clock that is minutes off the database's or a source's is told, with the side."""
    with serving({"status": 401}) as prom:
        more = f"sources: [{{name: prom, kind: prometheus, url: '{prom.url}'}}]"
        config = _started(_config(tmp_path, more))
        now = SystemClock().now()
        slow = examine(config, clock=ManualClock(now - timedelta(minutes=5)))
        right = examine(config)

    assert _bad(slow, "clock", "the database is 300.")
    assert _bad(slow, "clock", "prom is 30")
    assert [state for state, _ in _of(right, "clock")] == [State.WELL, State.WELL]


def test_work_that_nobody_does(tmp_path: Path) -> None:
    """A delivery that has waited for an hour says that no worker runs."""
    config = _config(tmp_path)
    river = compose(config, clock=ManualClock(SystemClock().now() - timedelta(hours=1)))
    hear(river, "plain", "", {}, b"{}", vouched=True)
    river.close()

    assert _bad(examine(config), "work", "1 deliveries wait, the oldest for 60 min")


def test_sources_that_cannot_be_read(tmp_path: Path) -> None:
    """A source that refuses, and one whose samples come more seldom than their step, are told by SLI."""
    with serving({"status": 401, "text": "who?"}) as prom:
        more = f"sources: [{{name: prom, kind: prometheus, url: '{prom.url}'}}]"
        text = SETTINGS.replace("unit: ms}", "unit: ms, source: prom, query: up}")
        config = parse(
            f"database: sqlite:///{tmp_path}/here.db\n{text}{more}", name="x", environ={}
        )
        refused = examine(_started(config))
    seldom = _config(tmp_path)
    with closing((river := compose(seldom)).store):
        minute = SystemClock().now().timestamp() // 60 * 60
        times = minute - 300.0 * np.arange(1.0, 12.0)
        push(river, [Batch(sli="latency", times_s=times, values=np.full((11, 1), 80.0))])

    assert _bad(refused, "latency", "prom cannot be read")
    assert _bad(examine(seldom), "latency", "set step: 300s", State.HINT)


def test_channels_are_asked_without_a_word(tmp_path: Path) -> None:
    """Slack's refusal and a mail server that is not there are told; nothing was posted, and no secret shown."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    with serving({"json": {"ok": False, "error": "invalid_auth"}}) as slack:
        more = f"""
tell:
  - {{name: chat, kind: slack, token: "${{SLACK}}", url: "{slack.url}/"}}
  - {{name: mail, kind: email, host: 127.0.0.1, port: {port}, tls: none, from: ops@example.com}}
  - {{name: hook, kind: webhook, url: "{slack.url}/x"}}
"""
        found = examine(_config(tmp_path, more, SLACK=SECRET))
        asked = [(a.method, a.path) for a in slack.asked if a.method == "POST"]

    assert _bad(found, "channel chat", "invalid_auth; install the app again")
    assert _bad(found, "channel mail", f"127.0.0.1:{port}")
    assert _bad(found, "channel hook", "cannot be asked without telling", State.HINT)
    assert asked == [("POST", "/auth.test")]
    assert SECRET not in str(found)


def test_a_channel_that_would_take_a_message(tmp_path: Path) -> None:
    """A token that opens the workspace, and a channel that is there, are well."""
    with serving(
        {"json": {"ok": True}}, {"json": {"ok": True, "channels": [{"name": "ops", "id": "C01"}]}}
    ) as slack:
        more = f'tell: [{{name: chat, kind: slack, token: "${{SLACK}}", channel: ops, url: "{slack.url}/"}}]'
        made = _config(tmp_path, more, SLACK=SECRET)
        found = list(outside.channel(made.tell[0], tell.connect))

    assert [f.state for f in found] == [State.WELL]
    assert [a.path.partition("?")[0] for a in slack.asked] == ["/auth.test", "/conversations.list"]


def test_hooks(tmp_path: Path) -> None:
    """A hook without a secret, one never heard of, one that is always refused, and one silent for long are told."""
    more = 'hooks: [{kind: plain}, {kind: github, secret: "${S}"}]'
    config = _config(tmp_path, more, S=SECRET)
    river = compose(config, clock=ManualClock(SystemClock().now() - timedelta(days=30)))
    hear(river, "github", "", {"X-Hub-Signature-256": "sha256=00"}, b"{}")
    fresh = examine(config)
    hear(river, "plain", "", {}, b"{}", vouched=True)
    river.close()
    silent = examine(config)

    assert _bad(fresh, "hook plain", "set secret:", State.HINT)
    assert _bad(fresh, "hook plain", "let its sender deliver to", State.HINT)
    assert _bad(fresh, "hook github", "all 1 deliveries were refused")
    assert _bad(silent, "hook plain", "nothing was heard there for 30 days", State.HINT)


def test_tokens(tmp_path: Path) -> None:
    """Nobody who can get in, an old token that may do all, and doors that stand open are told."""
    config = _config(tmp_path)
    nobody = examine(_started(config))
    river = compose(config, clock=ManualClock(SystemClock().now() - timedelta(days=200)))
    new_token(river, "first", ("admin",))
    river.close()
    old = examine(config)

    assert _bad(nobody, "tokens", "shipwake token --sign-in", State.HINT)
    assert _bad(old, "tokens", "'first' may do all, and is 200 days old", State.HINT)
    assert _bad(examine(replace(config, auth="none")), "tokens", "set auth: tokens", State.HINT)


@pytest.mark.parametrize(
    ("free", "state"), [(10**12, State.WELL), (5 * 10**8, State.HINT), (10**8, State.BAD)]
)
def test_a_disk_that_fills(tmp_path: Path, free: int, state: State) -> None:
    """A disk with little room is a hint, one with next to none is bad."""
    (found,) = machine.disk(tmp_path / "here.db", None, SystemClock(), lambda _: free)

    assert found.state is state
    assert bool(found.do) is (state is not State.WELL)


def test_a_disk_that_will_be_full(tmp_path: Path) -> None:
    """At the rate so far it will be full in two days, though there is room now."""
    _started(_config(tmp_path))
    with closing(sqlite3.connect(tmp_path / "here.db", isolation_level=None)) as held:
        held.execute("PRAGMA foreign_keys=OFF")
        columns = [row[1:3] for row in held.execute("PRAGMA table_info(verdicts)")]
        values = [10**15 if name == "at" else _filler(kind) for name, kind in columns]
        marks = ",".join("?" * len(values))
        held.execute(f"INSERT INTO verdicts VALUES ({marks})", values)  # noqa: S608 - marks alone
    later = ManualClock(SystemClock().now())
    with closing(Store.open(f"sqlite:///{tmp_path}/here.db", clock=later)) as store:
        since = store.examine(0.0).since
        assert since is not None
        soon = ManualClock(since + timedelta(days=1))
        found = list(
            machine.disk(tmp_path / "here.db", store, soon, lambda _: 2 * store.size() + 10**9)
        )
        many = list(machine.disk(tmp_path / "here.db", store, soon, lambda _: 2 * store.size()))

    assert "full in" in found[0].says
    assert many[0].state is State.BAD
    assert "full in 2 days" in many[0].says


def _filler(kind: str) -> object:
    return 1 if "INT" in kind.upper() else "x"


def test_memory_that_is_short(tmp_path: Path) -> None:
    """What the machine has left, or the group that we are in, is compared with what a server takes."""
    meminfo, most, taken = (tmp_path / name for name in ("meminfo", "max", "current"))
    meminfo.write_text("MemTotal: 9000000 kB\nMemAvailable:    8000000 kB\n")
    (roomy,) = machine.memory(meminfo, (most, taken))
    most.write_text("300000000\n")
    taken.write_text("200000000\n")
    (tight,) = machine.memory(meminfo, (most, taken))

    assert roomy.state is State.WELL
    assert tight.state is State.HINT
    assert "100.0 MB" in tight.says


def test_one_that_hangs_keeps_nobody_waiting() -> None:
    """A check that never ends is a finding after the time given, and the others stand beside it."""

    def hangs() -> Iterable[Finding]:
        time.sleep(30)
        return ()

    def breaks() -> Iterable[Finding]:
        raise ZeroDivisionError

    def works() -> Iterable[Finding]:
        return (Finding(State.WELL, "c", "fine"),)

    began = time.monotonic()
    found = bounded.made([Check("a", hangs), Check("b", breaks), Check("c", works)], 0.5)

    assert time.monotonic() - began < 5
    assert [(f.about, f.state) for f in found] == [
        ("a", State.BAD),
        ("b", State.BAD),
        ("c", State.WELL),
    ]
    assert "no answer within 0.5 s" in found[0].says
    assert "ZeroDivisionError" in found[1].says


def test_json_and_exit_status(folder: Path) -> None:
    """The status is 0 where all is well, 1 where something is not, 64 for settings; `--json` has the same lines."""
    (folder / "shipwake.yaml").write_text(SETTINGS)
    silent = call("doctor", "--json")
    told = json.loads(silent.out)
    (folder / "shipwake.yaml").write_text("servces: []")

    assert silent.status == 1
    assert told["well"] is False
    assert [f["about"] for f in told["findings"] if f["state"] == "bad"] == ["latency"]
    assert call("doctor").status == 64


def test_no_indicator_and_no_channel(folder: Path) -> None:
    """Settings without an SLI judge nothing, and without a channel tell nobody: both are said."""
    said = call("doctor")

    assert said.status == 1
    assert "✗ settings: no SLIs yet" in said.out
    assert "! settings: no channels" in said.out
