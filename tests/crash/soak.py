"""Real servers and workers under a steady load, one of them killed at random again and again; then all is counted."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shipwake.flow.leases import SECONDS
from tests.crash.databases import databases
from tests.crash.load import SLIS, Load
from tests.crash.outside import TOKEN, Outside, outside
from tests.crash.soak_checks import check
from tests.crash.stored import Stored

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 5.0
SHORTEST, LONGEST = 0.1, 2.0
"""Between two kills, in times that the first start took: some hit a process that is only starting."""
START_S = 180.0
DRAIN_S = 180.0
CREWS = {
    "sqlite, one process": ("sqlite", ("serve",)),
    "sqlite, two processes": ("sqlite", ("serve", "work")),
    "postgres, three processes": ("postgres", ("serve --no-work", "work", "work")),
}
SETTINGS = """
auth: none
url: {url}
port: {port}
database: "{database}"
environments: [{{name: production}}]
services: [{services}]
slis:
{slis}
watch: {{unit: 1s, looks: [3, 5, 8], later: []}}
tell:
  - {{name: team, kind: slack, token: "${{TOKEN}}", channel: C0DEPLOYS, url: "${{SLACK}}"}}
  - {{name: hook, kind: webhook, url: "${{HOOK}}"}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soaked:
    """What one crew came to: how often it was killed, what it took, and what was lost or doubled of that."""

    crew: str
    kills: int
    killed: dict[str, int]
    seconds: float
    changes: int
    deliveries: int
    samples: int
    verdicts: int
    messages: int
    edits: int
    again: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]


@dataclass
class Crew:
    """The processes, each started again when it was killed."""

    roles: Sequence[str]
    environ: dict[str, str]
    folder: Path
    alive: dict[int, tuple[str, "subprocess.Popen[bytes]"]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def start(self, place: int) -> None:
        """Start the process of that place."""
        role = self.roles[place]
        with (self.folder / f"log-{place}").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "shipwake.cli", *role.split()],
                env=self.environ,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        self.alive[place] = (role, started)

    def kill(self, chance: random.Random) -> None:
        """End one at random, and start it again."""
        place = chance.randrange(len(self.roles))
        role, process = self.alive[place]
        if process.poll() is not None:
            self.wrong.append(f"{role} had ended by itself with {process.returncode}")
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.killed[role] += 1
        self.start(place)

    def stop(self) -> None:
        """Ask all to end, and see that they do."""
        for _, process in self.alive.values():
            process.send_signal(signal.SIGTERM)
        for role, process in self.alive.values():
            try:
                # One that is only starting has no ear for it yet, and ends by the signal itself.
                if process.wait(20) not in (0, -signal.SIGTERM):
                    self.wrong.append(f"{role} ended with {process.returncode} when told to stop")
            except subprocess.TimeoutExpired:
                self.wrong.append(f"{role} did not stop when told to")
                process.kill()


def soak(crew: str, kills: int, seed: int) -> Soaked:
    """Kill so often, let what is left be done, and count. This process must have no other thread."""
    store, roles = CREWS[crew]
    with outside() as world, databases(store) as made, _folder() as folder:
        made.make("soak")
        database = made.url("soak")
        port = _free()
        _configure(folder, port, database)
        running = Crew(roles, _environ(world), folder)
        load = Load(f"http://127.0.0.1:{port}")
        begun = time.monotonic()
        for place in range(len(roles)):
            running.start(place)
        with load.steady():
            _until(load.begun, START_S)
            started = time.monotonic() - begun
            _kill(running, kills, started, random.Random(seed))
            seconds = time.monotonic() - begun
            load.enough()
            drained = _until(lambda: _done(load, database), DRAIN_S)
        running.stop()
        found = check(database, load, world.record())
        if not drained:
            found.lost.append(f"not done after {DRAIN_S:.0f} s: {Stored(database).open()}")
        if found.lost or found.doubled or running.wrong:
            _show(folder)
        return Soaked(
            crew=crew,
            kills=sum(running.killed.values()),
            killed=dict(running.killed),
            seconds=round(seconds, 1),
            changes=len(load.announced),
            deliveries=len(load.delivered),
            samples=sum(len(x) for x in load.measured.values()),
            verdicts=found.verdicts,
            messages=found.messages,
            edits=found.edits,
            again=found.again,
            lost=(*running.wrong, *found.lost),
            doubled=tuple(found.doubled),
        )


def _kill(running: Crew, kills: int, started: float, chance: random.Random) -> None:
    for number in range(kills):
        time.sleep(started * chance.uniform(SHORTEST, LONGEST))
        running.kill(chance)
        if number % 10 == 9:
            sys.stderr.write(f"  {number + 1} kills\n")
            sys.stderr.flush()


def _done(load: Load, database: str) -> bool:
    """Whether all that was taken is judged and told; a change that hurts may be looked at for a day."""
    left = Stored(database).open()
    if left.get("looks"):
        hurting = Stored(database).rows("SELECT count(*) FROM due_looks WHERE open AND hurting")
        left["looks"] -= hurting[0][0]
    return load.idle() and not any(left.get(x) for x in ("heard", "looks", "notices"))


def _until(done: object, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():  # type: ignore[operator]
            return True
        time.sleep(0.2)
    return False


def _configure(folder: Path, port: int, database: str) -> None:
    services = ", ".join(f"{{name: {name}}}" for name in SLIS.values())
    slis = "\n".join(
        f"  - {{name: {sli}, service: {service}, environment: production, step: 1s, better: lower, unit: ms}}"
        for sli, service in SLIS.items()
    )
    url = f"http://127.0.0.1:{port}"
    stated = SETTINGS.format(url=url, port=port, database=database, services=services, slis=slis)
    (folder / "shipwake.yaml").write_text(stated)


def _environ(world: Outside) -> dict[str, str]:
    own = {"TOKEN": TOKEN, "SLACK": world.slack, "HOOK": world.hook, SECONDS: str(LEASE_S)}
    return {**os.environ, **own, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="shipwake-soak-") as place:
        yield Path(place)


def _show(folder: Path) -> None:
    for path in sorted(folder.glob("log-*")):
        sys.stderr.write(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}\n")
