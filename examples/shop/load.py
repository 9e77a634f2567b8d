"""The visitors: an open loop with Poisson arrivals; refuses to wait for answers.

`python -m shop.load --front http://… --folder … --seed … --started … --period … --phase …`
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np

from shop import calls
from shop.live import Live
from shop.traffic import Rhythm

if TYPE_CHECKING:
    from numpy.random import Generator

ORDER_SHARE = 0.4
ODD_SHARE = 0.0007  # of the requests are malformed, and of the orders are for nothing
USERS = 5_000
SKUS = 12_000
WAITING_AT_MOST = 400


async def visit(client: httpx.AsyncClient, draw: tuple[float, ...]) -> None:
    """Send one request as drawn; the shop counts its errors itself."""
    kind, odd, who, what, reference = draw
    user, sku, reference = int(who * USERS), int(what**3 * SKUS), int(reference * 100)
    try:
        if kind < ORDER_SHARE:
            order = {
                "user": user,
                "sku": sku,
                "pieces": 0 if odd < ODD_SHARE else 1,
                "reference": reference,
            }
            await calls.call(client, "POST", "/order", order)
        else:
            name = "best-lamp" if odd < ODD_SHARE else str(sku)
            await calls.call(client, "GET", f"/product/{name}?user={user}&reference={reference}")
    except httpx.HTTPError as error:
        print(f"{time.time():.3f} lost {error!r}", flush=True)


async def run(
    client: httpx.AsyncClient, live: Live, rhythm: Rhythm, started: float, rng: Generator
) -> None:
    """Let visitors come until the process is stopped."""
    coming: set[asyncio.Task[None]] = set()
    due = time.time()
    while True:
        rate = rhythm.rate(due - started) * live.now.traffic
        due += rng.exponential(1 / rate)
        draw = tuple(rng.random(5).tolist())
        await asyncio.sleep(max(0.0, due - time.time()))
        if len(coming) < WAITING_AT_MOST:
            task = asyncio.create_task(visit(client, draw))
            coming.add(task)
            task.add_done_callback(coming.discard)


async def main() -> None:
    """Read the arguments and send visitors."""
    parser = argparse.ArgumentParser(prog="shop.load")
    parser.add_argument("--front", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--started", type=float, required=True)
    parser.add_argument("--period", type=float, required=True)
    parser.add_argument("--phase", type=float, required=True)
    args = parser.parse_args()
    rhythm = Rhythm(args.period, args.phase)
    rng = np.random.default_rng([args.seed, 2])
    async with calls.client(args.front) as client:
        await run(client, Live(args.folder / "live.json"), rhythm, args.started, rng)


if __name__ == "__main__":
    asyncio.run(main())
