"""One walk through all of it, on one store: the shop, its past, Prometheus, shipwake, Slack, three steps.

It refuses to share anything with another walk: each has a shop, a Prometheus and a database of its own.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from live import history, product, prometheus, slack
from live import running as shops
from live.announced import Pipeline
from live.levels import Level, levels
from live.steps import AUTHOR, Walk
from live.stores import STORES
from live.told import StepError, listening
from live.undisturbed import undisturbed
from shop.deliveries import SECRET, email

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from live.product import Product
    from live.steps import Received, Step

PEOPLE = {email(name): f"U0{name.upper()}" for name in ("Alice", "Bob", "Carol")}
TOKEN = "xoxb-live"  # noqa: S105  opens a server on this machine only
SETTLES_S = 45.0  # caches are warm and memory on its plateau about twenty seconds after a start
WARM = timedelta(seconds=20)
SCRAPED_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk brought: its steps, and the messages as each step and the end found them."""

    store: str
    steps: tuple[Step, ...]
    received: tuple[Received, ...]
    levels: tuple[Level, ...]
    took_s: float


@dataclass(frozen=True, slots=True)
class Ready:
    """What was set up, and how the shop's past compares with what it does now."""

    steps: Walk
    product: Product
    levels: tuple[Level, ...]


@asynccontextmanager
async def ready(
    folder: Path, past: Path, store: str, now: Callable[[str], None]
) -> AsyncIterator[Ready]:
    """Set all of it up; gives it when the shop has settled and all is known to shipwake."""
    seed = int(time.time())  # no revision of this walk may be one of the past's, or of another walk
    now("opening the shop")
    async with shops.running(folder / "shop", seed) as shop:
        opened = await shop.open()
        now("laying its past before it")
        laid = await asyncio.to_thread(lay, past, folder)
        targets = [(name, shop.address(name)) for name in ("front", "checkout")]
        with (
            prometheus.serving(folder / "prometheus", targets=targets) as url,
            slack.serving(PEOPLE, token=TOKEN, signing_secret=SECRET) as workspace,
            STORES[store](folder) as kept,
        ):
            settings = {
                "PROMETHEUS_URL": url,
                "GITHUB_SECRET": SECRET,
                "SLACK_URL": workspace.url,
                "SLACK_TOKEN": TOKEN,
                "SLACK_SIGNING_SECRET": SECRET,
            }
            now("starting shipwake")
            async with (
                product.running(folder, kept.database, settings, kept.workers) as made,
                listening(made) as api,
            ):
                await api.know([*laid.deploys, *opened])
                now("letting the shop settle")
                await scraped(url)
                await asyncio.sleep(max(0.0, opened[-1].at.timestamp() + SETTLES_S - time.time()))
                await undisturbed(now)
                steps = Walk(shop, Pipeline(shop, api, seed), api, workspace, now)
                compared = await asyncio.to_thread(
                    levels, url, laid.start, opened[-1].at + WARM, datetime.now(UTC)
                )
                yield Ready(steps, made, tuple(compared))


def lay(past: Path, folder: Path) -> history.Laid:
    """Lay the past into a Prometheus folder, up to this moment."""
    text = folder / "past.openmetrics"
    laid = history.lay(past, text, datetime.now(UTC))
    prometheus.load_history(text, folder / "prometheus")
    text.unlink()
    return laid


async def walk(folder: Path, past: Path, store: str, now: Callable[[str], None]) -> Walked:
    """Go all three steps; StepError where one did not bring what it must."""
    begun = time.monotonic()
    async with ready(folder, past, store, now) as made:
        steps = made.steps
        harmless, v1 = await steps.harmless()
        if made.product.workers:
            made.product.kill_a_worker()
            now("killed one of the workers (SIGKILL)")
        harmful, change = await steps.harmful()
        undone = await steps.undone(v1, change)
        steps.obeyed()
        where = {m.channel for m in steps.slack.messages.values()}
        if where != {channel(steps.slack, AUTHOR)}:
            message = f"messages went to {where}, and only {email(AUTHOR)} changed anything"
            raise StepError(message)
        for received in list(steps.slack.messages.values()):
            steps.keep(received)
    took = time.monotonic() - begun
    return Walked(store, (harmless, harmful, undone), tuple(steps.received), made.levels, took)


def channel(workspace: slack.SlackServer, name: str) -> str:
    """Give the conversation with one person, as opening it does."""
    user = PEOPLE[email(name)]
    _, told = workspace.answer("conversations.open", {"users": user})
    return str(told["channel"]["id"])


async def scraped(url: str) -> None:
    """Wait until Prometheus has read the shop, so that what follows is seen."""
    end = time.monotonic() + SCRAPED_WITHIN_S
    async with httpx.AsyncClient(base_url=url) as client:
        while time.monotonic() < end:
            answer = await client.get("/api/v1/query", params={"query": "sum(up)"})
            result = answer.raise_for_status().json()["data"]["result"]
            if result and float(result[0]["value"][1]) == 2:
                return
            await asyncio.sleep(0.2)
    message = f"Prometheus has not read both services of the shop after {SCRAPED_WITHIN_S:g} s: {url}/targets"
    raise StepError(message)
