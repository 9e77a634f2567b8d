"""Workers on hosts of their own, made of network namespaces, which the network parts from their database."""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from tests.machines.crew import LONG, Aboard, Hand, figure, long, until
from tests.machines.proxy import between

pytestmark = pytest.mark.postgres


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass(frozen=True)
class Host:
    """A namespace at `address`, with one cable to this machine: `near` is our end, `gateway` our address on it."""

    name: str
    near: str
    gateway: str
    address: str

    @property
    def inside(self) -> tuple[str, ...]:
        """What to put before a command to run it there."""
        return ("ip", "netns", "exec", self.name)

    def unplug(self) -> None:
        """Pull the cable."""
        _ip("link", "set", self.near, "down")

    def plug(self) -> None:
        """Put it back."""
        _ip("link", "set", self.near, "up")

    def drop(self) -> None:
        """Let every answer to it vanish, though the link is up."""
        _ip("route", "add", "blackhole", f"{self.address}/32")

    def heal(self) -> None:
        """Let answers through."""
        _ip("route", "del", "blackhole", f"{self.address}/32")


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    """Two hosts; skips where this machine makes none."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("hosts of their own take root and iproute2")
    made: list[Host] = []
    tag = secrets.token_hex(2)
    try:
        for i in range(2):
            host = Host(f"ship-{tag}-{i}", f"v{tag}{i}", f"10.213.{i}.1", f"10.213.{i}.2")
            try:
                _ip("netns", "add", host.name)
                made.append(host)
                far = f"w{tag}{i}"
                _ip("link", "add", host.near, "type", "veth", "peer", "name", far)
                _ip("link", "set", far, "netns", host.name)
                _ip("addr", "add", f"{host.gateway}/24", "dev", host.near)
                _ip("link", "set", host.near, "up")
                for words in (
                    ("addr", "add", f"{host.address}/24", "dev", far),
                    ("link", "set", far, "up"),
                    ("link", "set", "lo", "up"),
                ):
                    _ip("-n", host.name, *words)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"this machine makes no hosts: {error.stderr.decode().strip()}")
        yield made
    finally:
        for host in made:
            with suppress(subprocess.CalledProcessError):
                host.heal()
            with suppress(subprocess.CalledProcessError):
                _ip("link", "del", host.near)
            _ip("netns", "del", host.name)


def _works_on(host: Host, aboard: Aboard) -> Hand:
    """A worker there, which reaches Slack by way of this machine."""
    port = urlsplit(aboard.crew.slack.url).port or 0
    proxy = aboard.crew.stack.enter_context(between(port, host=host.gateway))
    return aboard.crew.start(
        "work",
        database=aboard.server.url(aboard.name, host=host.gateway),
        slack=f"http://{host.gateway}:{proxy.port}/api/",
        before=host.inside,
    )


@long
@pytest.mark.parametrize("how", ["cable", "packets"])
def test_a_parted_host_comes_back(aboard: Aboard, hosts: list[Host], how: str) -> None:
    """A worker parted from the database loses its looks to another host; healed, it goes on, and nothing is doubled."""
    crew = aboard.crew
    crew.deploys(20)
    parted, other = hosts
    alone = _works_on(parted, aboard)
    until(lambda: aboard.leased(alone))
    if how == "cable":
        parted.unplug()
    else:
        parted.drop()
    begun, made = time.monotonic(), aboard.looked()
    _works_on(other, aboard)
    if not LONG:
        time.sleep(1)
        aboard.wind()
    until(lambda: aboard.looked() > made, 400)
    taken = time.monotonic() - begun
    until(lambda: aboard.looked() == len(crew.changes) * len(crew.looks), 400)
    if how == "cable":
        parted.plug()
    else:
        parted.heal()
    healed, before = time.monotonic(), alone.looks()
    crew.deploys(4)
    aboard.wind()
    until(lambda: alone.looks() > before or aboard.all_told(), 400)
    until(lambda: aboard.looked() == len(crew.changes) * len(crew.looks), 400)
    figure(
        f"{how}: taken over {taken:.1f} s after; all made {time.monotonic() - healed:.1f} s after healing"
    )

    assert alone.alive
    until(aboard.all_told, 400)
    aboard.nothing_is_lost_or_doubled()
