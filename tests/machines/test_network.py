"""A database that goes away in the middle of work, in each of its ways: all wait for it, and go on by themselves."""

import signal
import time
from collections.abc import Callable

import pytest

from tests.machines.crew import Aboard, Hand, figure, long, status, until
from tests.machines.proxy import Proxy, between

pytestmark = [pytest.mark.postgres, long]


def _part(aboard: Aboard, share: float) -> Callable[[], bool]:
    """Whether that share of all looks was made."""
    wanted = share * len(aboard.crew.changes) * len(aboard.crew.looks)
    return lambda: aboard.looked() >= wanted


@pytest.mark.parametrize("mode", [pytest.param("fast", marks=long), "immediate"])
def test_postgres_is_restarted_in_the_middle_of_work(aboard: Aboard, mode: str) -> None:
    """Workers wait for it and go on; the web says 503 and when to come again, and answers when it is back."""
    crew = aboard.crew
    crew.deploys(20)
    server = crew.serve("--no-work")
    workers = [crew.start("work") for _ in range(2)]
    until(_part(aboard, 0.05))
    made = aboard.looked()
    aboard.server.stop(mode)
    begun = time.monotonic()
    until(lambda: status(server, "/healthz") == 503)
    answers = [server.asks(path) for path in ("/healthz", "/api/v1/changes", "/changes")]
    time.sleep(max(0.0, 3 - (time.monotonic() - begun)))
    aboard.server.start()
    back = time.monotonic()
    answered = until(lambda: status(server, "/healthz") == 200)
    until(lambda: aboard.looked() > made)
    worked = time.monotonic() - back
    aboard.wind()
    until(aboard.all_told, 400)

    figure(
        f"{mode}: {made} looks before; web back {answered:.1f} s, next look {worked:.1f} s after"
    )
    assert worked < 60
    for answer in answers:
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) > 0
    assert all(hand.alive for hand in (*workers, server))
    aboard.nothing_is_lost_or_doubled()


def _cut(aboard: Aboard, proxy: Proxy) -> str:
    for _ in range(5):
        proxy.cut()
        time.sleep(0.5)
    return f"{proxy.cuts} connections cut"


def _terminated(aboard: Aboard, proxy: Proxy) -> str:
    ended = 0
    for _ in range(5):
        ended += len(
            aboard.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        time.sleep(0.5)
    return f"{ended} backends ended"


def _slow(aboard: Aboard, proxy: Proxy) -> str:
    before = proxy.packets
    proxy.delay_s = 2.0
    time.sleep(10)
    proxy.delay_s = 0.0
    return f"2 s a packet for 10 s, {proxy.packets - before} packets"


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(_cut, id="cut"),
        pytest.param(_terminated, id="ended", marks=long),
        pytest.param(_slow, id="slow", marks=long),
    ],
)
def test_connections_fail_in_the_middle_of_work(
    aboard: Aboard, trouble: Callable[[Aboard, Proxy], str]
) -> None:
    """Workers whose connections are cut, ended or slow go on by themselves, and nothing is lost or doubled."""
    crew = aboard.crew
    crew.deploys(20)
    with between(aboard.server.port) as proxy:
        url = aboard.server.url(aboard.name, port=proxy.port)
        workers = [crew.start("work", database=url) for _ in range(2)]
        until(_part(aboard, 0.05))
        said = trouble(aboard, proxy)
        begun, made = time.monotonic(), aboard.looked()
        until(lambda: aboard.looked() > made or aboard.all_told())
        worked = time.monotonic() - begun
        aboard.wind()
        until(aboard.all_told, 400)
        figure(f"{said}; next look after {worked:.1f} s")

        assert all(hand.alive for hand in workers)
        aboard.nothing_is_lost_or_doubled()
        _stops(workers)


def _stops(workers: list[Hand]) -> None:
    for hand in workers:
        hand.signal(signal.SIGTERM)
    assert [hand.ends() for hand in workers] == [0] * len(workers)


@long
def test_a_dead_connection_is_noticed(aboard: Aboard) -> None:
    """Where packets vanish while connections look well, a worker gives up on them in about a minute and goes on."""
    crew = aboard.crew
    crew.deploys(20)
    with between(aboard.server.port) as proxy:
        url = aboard.server.url(aboard.name, port=proxy.port)
        worker = crew.start("work", database=url)
        until(_part(aboard, 0.05))
        proxy.dead = True
        begun = time.monotonic()
        until(lambda: "the server said nothing for" in worker.said(), 400)
        noticed = time.monotonic() - begun
        proxy.dead = False
        proxy.cut()
        until(aboard.all_told, 300)

        figure(f"silence noticed after {noticed:.0f} s")
        aboard.nothing_is_lost_or_doubled()


HOLDS = """
import sys, time
from pathlib import Path
from shipwake.store import Store
from shipwake.wire.clock import SystemClock
store = Store.open(sys.argv[1], clock=SystemClock())
with store.write() as tx:
    tx.looks.finish_all([])
    tx.mappings.put("service", "held", "s0", "alice")
    Path(sys.argv[2]).touch()
    time.sleep(3600)
"""


@long
def test_what_a_frozen_worker_locked_is_free_again(aboard: Aboard) -> None:
    """A process stopped in the middle of a transaction keeps its locks for a minute at most."""
    import subprocess
    import sys

    crew = aboard.crew
    crew.deploys(1)
    sign = crew.place / "holds"
    words = [sys.executable, "-c", HOLDS, crew.database, str(sign)]
    with subprocess.Popen(words) as frozen:
        until(sign.exists)
        frozen.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        with crew.river() as river, river.store.write() as tx:
            tx.mappings.put("service", "held", "s1", "bob")
        waited = time.monotonic() - begun
        frozen.kill()
    figure(f"a lock of a frozen transaction was free after {waited:.0f} s")

    assert 1 < waited < 75


def test_a_token_is_told_to_come_again(aboard: Aboard) -> None:
    """While the database is away, whoever shows a token hears 503 and when to come again, not a mistake of ours."""
    import httpx

    from shipwake.web import beside

    crew = aboard.crew
    with crew.river() as river:
        from dataclasses import replace

        guarded = replace(river, config=replace(river.config, auth="tokens"))
        with beside(guarded) as url:
            aboard.server.stop("fast")
            try:
                answer = httpx.get(
                    f"{url}/api/v1/changes", headers={"authorization": "Bearer x"}, timeout=60
                )
            finally:
                aboard.server.start()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
