"""shipwake as people run it: processes on a database, spoken to over HTTP; refuses to reach into it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from live.prometheus import free_port, tail

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Mapping

PROGRAM = Path(sys.executable).with_name("shipwake")
CONFIGURATION = Path(__file__).with_name("shipwake.yaml")
READY_WITHIN_S = 60.0
STOP_WITHIN_S = 15.0


@dataclass(slots=True)
class Product:
    """What runs: its address, a token that may read and tell of changes, and its workers."""

    url: str
    token: str = field(repr=False)
    workers: list[Process]

    def kill_a_worker(self) -> None:
        """End one worker as a power failure would (SIGKILL)."""
        self.workers.pop(0).send_signal(signal.SIGKILL)


@asynccontextmanager
async def running(
    folder: Path, database: str, settings: Mapping[str, str], workers: int
) -> AsyncIterator[Product]:
    """Serve until the block ends; with `workers` the server only answers, and those look and tell.

    Each process has its log in the folder.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {
        **{name: text for name, text in os.environ.items() if not name.startswith("SHIPWAKE_")},
        **settings,
        "SHIPWAKE_CONFIG": str(CONFIGURATION),
        "SHIPWAKE_DATABASE": database,
        "SHIPWAKE_PORT": str(port),
        "SHIPWAKE_URL": url,
        "NO_COLOR": "1",
    }
    async with AsyncExitStack() as stack:

        async def start(name: str, *verb: str) -> Process:
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            process = await asyncio.create_subprocess_exec(
                PROGRAM, *verb, stdout=log, stderr=log, env=environ, cwd=folder
            )
            stack.push_async_callback(stop, process)
            return process

        serving = await start("serve", "serve", *(["--no-work"] if workers else []))
        await until_ready(serving, url, folder / "serve.log")
        token = await made_token(environ, folder)
        working = [await start(f"work-{n}", "work") for n in range(1, workers + 1)]
        yield Product(url, token, working)


async def until_ready(process: Process, url: str, log: Path) -> None:
    """Wait until it answers; raises RuntimeError with the end of its log."""
    end = time.monotonic() + READY_WITHIN_S
    async with httpx.AsyncClient(timeout=2) as client:
        while process.returncode is None and time.monotonic() < end:
            with suppress(httpx.TransportError):
                if (await client.get(f"{url}/healthz")).is_success:
                    return
            await asyncio.sleep(0.1)
    message = f"shipwake did not answer in {READY_WITHIN_S:g} s; it said:\n{tail(log, 20)}"
    raise RuntimeError(message)


async def made_token(environ: Mapping[str, str], folder: Path) -> str:
    """Make a token as people do."""
    making = await asyncio.create_subprocess_exec(
        PROGRAM,
        *("token", "live", "--scope", "read", "--scope", "changes:write"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environ),
        cwd=folder,
    )
    said, failed = await making.communicate()
    if making.returncode:
        message = f"no token: {failed.decode()}"
        raise RuntimeError(message)
    return said.decode().split()[-1]


async def stop(process: Process) -> None:
    """Ask it to stop in good order; end it when it does not."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()
