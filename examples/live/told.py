"""What shipwake is told and what it says, by its public API alone; refuses to guess what it means."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from shop.deliveries import email, precise

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from live.product import Product
    from live.running import Deploy
    from shop.deliveries import Delivery

LOOK_EVERY_S = 0.05
KNOWN_WITHIN_S = 15.0
CUT_OFF = timedelta(seconds=1)  # GitHub tells whole seconds


class StepError(Exception):
    """Something that should have come did not: says what was waited for, and what was seen."""


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict as the API says it, and when it reached us (epoch seconds)."""

    at: float
    verdict: dict[str, Any]

    @property
    def health(self) -> str:
        """The word."""
        return str(self.verdict["health"])


@dataclass(slots=True)
class Api:
    """One running shipwake: `said` fills while the block of `listening` runs."""

    client: httpx.AsyncClient
    said: dict[str, list[Said]] = field(default_factory=dict)

    async def hear(self, *deliveries: Delivery) -> None:
        """Deliver webhooks as their sender does: signed, without a token."""
        for delivery in deliveries:
            answer = await self.client.post(
                delivery.path, content=delivery.body.encode(), headers=delivery.headers
            )
            answer.raise_for_status()

    async def know(self, deploys: Iterable[Deploy]) -> None:
        """Tell of changes of the past, which get no verdict: what a deploy usually brings is learned from them."""
        for deploy in deploys:
            told = {
                "id": f"past-{deploy.service}-{deploy.revision[:12]}",
                "service": deploy.service,
                "environment": "production",
                "at": precise(deploy.at),
                "title": deploy.title,
                "revision": deploy.revision,
                "authors": [{"name": deploy.author, "email": email(deploy.author)}],
                "judge": False,
            }
            (await self.client.post("/api/v1/changes", json=told)).raise_for_status()

    async def change(self, deploy: Deploy) -> str:
        """Give the id of the change that a deploy became, once it is known to be live."""
        rows: list[dict[str, Any]] = []
        end = time.monotonic() + KNOWN_WITHIN_S
        since = (deploy.at - CUT_OFF).isoformat()  # an earlier change may have brought it too
        while time.monotonic() < end:
            asked = {"q": deploy.revision, "since": since}
            answer = await self.client.get("/api/v1/changes", params=asked)
            rows = answer.raise_for_status().json()["data"]
            if rows and rows[0]["state"] == "live":
                return str(rows[0]["id"])
            await asyncio.sleep(LOOK_EVERY_S)
        message = (
            f"{deploy.revision[:7]} of {deploy.service} was deployed and announced, and no live change of it is known "
            f"after {KNOWN_WITHIN_S:g} s; there are {rows}"
        )
        raise StepError(message)

    async def until(
        self, change: str, wanted: Callable[[Said], bool], within_s: float, what: str
    ) -> Said:
        """Give the first verdict on a change that is what is wanted; StepError tells all that came instead."""
        end = time.monotonic() + within_s
        seen = 0
        while time.monotonic() < end:
            said = self.said.get(change, [])
            for one in said[seen:]:
                if wanted(one):
                    return one
            seen = len(said)
            await asyncio.sleep(LOOK_EVERY_S)
        message = f"not in {within_s:g} s: {what}.\n{self.story(change)}"
        raise StepError(message)

    def story(self, change: str) -> str:
        """Tell all verdicts on a change, one a line."""
        said = self.said.get(change, [])
        lines = [
            f"  {one.verdict['at'][11:19]} {one.health:9} {one.verdict['sentence']}"
            + "".join(
                f"\n             {f['sli']}: {f['health']}, {f['reason']}: {f['words']} {f['detail']}"
                for f in one.verdict["findings"]
                if one is said[-1] or f["health"] in ("ailing", "unhealthy")
            )
            for one in said
        ]
        return "\n".join([f"verdicts on {change}:", *(lines or ["  none"])])


@asynccontextmanager
async def listening(product: Product) -> AsyncIterator[Api]:
    """Speak to it, and hear every verdict as it is written."""
    headers = {"Authorization": f"Bearer {product.token}"}
    async with httpx.AsyncClient(base_url=product.url, headers=headers, timeout=30) as client:
        api = Api(client)
        opened = asyncio.Event()
        hearing = asyncio.create_task(_hear(api, opened))
        try:
            async with asyncio.timeout(KNOWN_WITHIN_S):
                await opened.wait()
            yield api
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)


async def _hear(api: Api, opened: asyncio.Event) -> None:
    async with api.client.stream("GET", "/api/v1/stream", timeout=None) as stream:
        stream.raise_for_status()
        opened.set()
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                verdict = json.loads(line.removeprefix("data: "))
                api.said.setdefault(verdict["change"], []).append(Said(time.time(), verdict))
