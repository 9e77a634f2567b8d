"""Real processes of the program on one database, changes for them to look at, and what must be true in the end."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from sqlalchemy import create_engine, inspect, text

from live.slack import SlackServer, serving
from shipwake.app import compose
from shipwake.config import load
from shipwake.domain import Event, Facts, Says
from shipwake.flow import Batch, River, announce, push
from shipwake.wire.clock import SystemClock
from tests.machines.postgres import Postgres, free_port
from tests.needs import ROOT

MACHINES = os.environ.get("MACHINES", "")
LONG = MACHINES == "long"
"""`make machines`: with every length as it is, where the short form winds leases on; "all" winds them on in all."""
long = pytest.mark.skipif(not MACHINES, reason="takes long: run `make machines`")
LOOKS = (3, 5, 8, 12, 20)
LONG_AGO_S = 60
PAST_S = 600
MOST = 48
"""Services there are, each with one change and one indicator: no change is another's suspect."""
TOKEN = "xoxb-made-up"
SETTINGS = """
url: http://127.0.0.1:{port}
port: {port}
auth: none
database: {database}
environments: [{{name: production}}]
{services}
watch: {{looks: {looks}, unit: 1s, later: []}}
tell: [{{kind: slack, token: "${{SLACK}}", channel: C0DEPLOYS, url: "{slack}", timeout: {patience}}}]
"""


@dataclass(slots=True)
class Hand:
    """One process of the program, and what it printed."""

    process: "subprocess.Popen[bytes]"
    log: Path
    url: str = ""

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def said(self) -> str:
        """Its log so far, without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text())

    def looks(self) -> int:
        """How many times it says to have looked, in either form of a log."""
        return len(re.findall(r'looked  |"event": "looked"', self.said()))

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ends(self, patience_s: float = 300.0) -> int:
        """Wait for its end; its status."""
        return self.process.wait(patience_s)

    def asks(self, path: str) -> httpx.Response:
        """An answer of this server."""
        return httpx.get(self.url + path, timeout=40)


@dataclass(slots=True)
class Crew:
    """Processes on one database; `source` is the program's tree that the next one runs from."""

    place: Path
    database: str
    slack: SlackServer
    stack: ExitStack
    hands: list[Hand] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    looks: Sequence[int] = LOOKS
    patience: str = "10s"

    def config(self, database: str = "", port: int = 0, slack: str = "") -> Path:
        """A file of settings, for the database as it is seen from somewhere."""
        names = [f"s{i}" for i in range(MOST)]
        sli = "{{name: {0}, service: {0}, environment: production, step: 1s, better: lower}}"
        services = (
            f"services: [{', '.join('{name: ' + n + '}' for n in names)}]\n"
            f"slis: [{', '.join(sli.format(n) for n in names)}]"
        )
        text = SETTINGS.format(
            services=services,
            port=port or free_port(),
            database=database or self.database,
            looks=list(self.looks),
            slack=slack or self.slack.url,
            patience=self.patience,
        )
        path = self.place / f"shipwake-{len(list(self.place.iterdir()))}.yaml"
        path.write_text(text)
        return path

    def start(
        self,
        *verb: str,
        database: str = "",
        source: Path = ROOT / "src",
        port: int = 0,
        slack: str = "",
        before: Sequence[str] = (),
        program: Sequence[str] = ("-m", "shipwake.cli"),
    ) -> Hand:
        """Start a verb of the program on this database; it is killed with the crew at the latest."""
        config = self.config(database, port, slack)
        log = self.place / f"{verb[0]}-{len(self.hands)}.log"
        environment = {**os.environ, "SLACK": TOKEN, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
        environment["PYTHONPATH"] = f"{source}{os.pathsep}{ROOT}{os.pathsep}{ROOT / 'examples'}"
        words = [*before, sys.executable, *program, *verb, "--config", str(config)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                words, env=environment, cwd=self.place, stdout=out, stderr=out
            )
        hand = Hand(process, log, f"http://127.0.0.1:{port}")
        self.hands.append(hand)
        self.stack.callback(_end, process)
        return hand

    def serve(self, *words: str, source: Path = ROOT / "src", database: str = "") -> Hand:
        """A server that answers."""
        server = self.start("serve", *words, source=source, database=database, port=free_port())
        until(lambda: not server.alive or status(server, "/healthz") == 200)
        assert server.alive, server.said()
        return server

    @contextmanager
    def river(self) -> Iterator[River]:
        """The flow in this very process, to hear and push through; it looks at nothing."""
        os.environ["SLACK"] = TOKEN
        river = compose(load(self.config(), os.environ), clock=SystemClock())
        try:
            yield river
        finally:
            river.close()
            del os.environ["SLACK"]

    def reports(self, server: Hand, count: int) -> None:
        """The same changes, told to a server of whatever version."""
        at = datetime.now(UTC)
        names = [f"s{i}" for i in range(count)]
        last = int(at.timestamp())
        seconds = range(last - PAST_S, last + 1)
        samples = [[t, 100 + 5 * float(np.sin((t - last) ** 2))] for t in seconds]
        with httpx.Client(base_url=server.url, timeout=60) as client:
            pushed = [{"sli": name, "samples": samples} for name in names]
            for one in pushed:
                client.post("/api/v1/samples", json=one).raise_for_status()
            for name in names:
                live = (at - timedelta(seconds=LONG_AGO_S)).isoformat()
                body = {"id": f"c-{name}", "service": name, "environment": "production", "at": live}
                client.post("/api/v1/changes", json=body).raise_for_status()
                self.changes.append(f"c-{name}")

    def deploys(self, count: int, *, ago_s: int = LONG_AGO_S) -> None:
        """Changes whose looks are all due: their samples lie in the store from long before to now."""
        with self.river() as river:
            now = river.clock.now()
            first = len(self.changes)
            names = [f"s{i}" for i in range(first, first + count)]
            _push(river, names, now)
            for service in names:
                announce(river, _deploy(service, now - timedelta(seconds=ago_s)))
                self.changes.append(f"c-{service}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.kill()
    process.wait()


def _deploy(service: str, at: datetime) -> Event:
    facts = Facts(
        id=f"c-{service}", service=service, environment="production", revision=f"r-{service}"
    )
    return Event(
        source="machines", key=facts.id, says=Says.LIVE, at=at, received=at, text="", facts=facts
    )


def _push(river: River, slis: Sequence[str], now: datetime) -> None:
    """A quiet past of each, one sample a second until now."""
    last = int(now.timestamp())
    seconds = np.arange(last - PAST_S, last + 1, dtype=np.float64)
    phase = seconds - last
    values = 100 + 5 * np.sin(phase * phase)
    push(river, [Batch(sli=name, times_s=seconds, values=values[:, None]) for name in slis])


def status(server: Hand, path: str) -> int:
    """The status of an answer, 0 where there is none."""
    try:
        return server.asks(path).status_code
    except httpx.TransportError:
        return 0


def until(holds: Callable[[], object], patience_s: float = 300.0) -> float:
    """Wait until it holds; the seconds that took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < patience_s, "it did not come to hold"
        time.sleep(0.05)
    return time.monotonic() - begun


@contextmanager
def crew(place: Path, database: str) -> Iterator[Crew]:
    """A crew on this database, with a Slack that it tells of what it finds."""
    channels = {"#deploys": "C0DEPLOYS"}
    with serving({}, channels, token=TOKEN) as slack, ExitStack() as stack:
        yield Crew(place, database, slack, stack)


@dataclass(slots=True)
class Aboard:
    """A crew and what stands in its tables: of a PostgreSQL, or (without `engine`) of the file `name`."""

    crew: Crew
    engine: Postgres | None
    name: str

    @property
    def server(self) -> Postgres:
        """The PostgreSQL."""
        assert self.engine is not None
        return self.engine

    def rows(self, words: str, *values: object) -> list[tuple[object, ...]]:
        """What a statement answers."""
        if self.engine is not None:
            return self.engine.rows(self.name, words, *values)
        with closing(sqlite3.connect(self.name, timeout=60)) as file, file:
            return file.execute(words.replace("%s", "?"), values).fetchall()

    def tables(self) -> dict[str, dict[str, list[object]]]:
        """Every row of every table, column by column, in one order."""
        looked = create_engine(self.crew.database.replace("postgresql:", "postgresql+psycopg:"))
        try:
            places = inspect(looked)
            found: dict[str, dict[str, list[object]]] = {}
            for table in places.get_table_names():
                columns = [c["name"] for c in places.get_columns(table)]
                with looked.connect() as connection:
                    named = ", ".join(f'"{name}"' for name in columns)
                    words = f'SELECT {named} FROM "{table}"'  # noqa: S608 - names from the catalogue
                    rows = sorted(connection.execute(text(words)).all(), key=repr)
                found[table] = {name: [row[i] for row in rows] for i, name in enumerate(columns)}
            return found
        finally:
            looked.dispose()

    def count(self, words: str, *values: object) -> int:
        """The number that a statement answers."""
        return int(str(self.rows(words, *values)[0][0]))

    def looked(self) -> int:
        """How many looks were made."""
        return self.count("SELECT count(*) FROM assessments")

    def leased(self, hand: Hand) -> int:
        """How many looks this process holds."""
        words = "SELECT count(*) FROM due_looks WHERE open AND lease_until > 0 AND worker LIKE %s"
        return self.count(words, f"%:{hand.process.pid}:%")

    def wind(self, seconds: float = 1000) -> None:
        """Let every lease end as if so much time had passed in the database."""
        for table in ("due_looks", "outbox", "duties"):
            on = f"UPDATE {table} SET lease_until = lease_until - %s WHERE lease_until > 0"  # noqa: S608
            self.rows(on, int(seconds * 1e6))

    def all_told(self) -> bool:
        """Whether every look was made and every notice sent."""
        wanted = len(self.crew.changes)
        done = self.count("SELECT count(*) FROM due_looks WHERE NOT open")
        sent = self.count("SELECT count(*) FROM outbox WHERE post = 'sent'")
        return done == wanted and sent == wanted

    def nothing_is_lost_or_doubled(self) -> None:
        """Each look once, verdicts numbered without a gap, one message a change."""
        looks: dict[str, list[int]] = {}
        for change, look in self.rows("SELECT change_id, look FROM assessments ORDER BY 1, 2"):
            looks.setdefault(str(change), []).append(int(str(look)))
        numbers = list(range(1, len(self.crew.looks) + 1))
        assert looks == dict.fromkeys(self.crew.changes, numbers)
        seqs: dict[str, list[int]] = {}
        for change, seq in self.rows("SELECT change_id, seq FROM verdicts ORDER BY 1, 2"):
            seqs.setdefault(str(change), []).append(int(str(seq)))
        assert seqs == dict.fromkeys(self.crew.changes, numbers)
        assert posts(self.crew.slack) == dict.fromkeys(self.crew.changes, 1)


def posts(slack: SlackServer) -> dict[str, int]:
    """How many messages stand in the channel about each change."""
    keys = [
        str(m.metadata["event_payload"]["key"]) for m in list(slack.messages.values()) if m.metadata
    ]
    return dict(Counter(key.partition("|")[0] for key in keys))


def figure(words: str) -> None:
    """Say what was measured: `pytest -s` shows it."""
    sys.stdout.write(f"measured: {words}\n")
