"""Show the whole thing on a recorded day: a real server hears every change as it came and judges it."""

import os
import socket
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import click
import httpx

from shipwake.app import compose
from shipwake.cli.demo_screen import Screen
from shipwake.config import Adapter, Config, Secret
from shipwake.domain import BadInputError
from shipwake.replay import Recording, back_fill, confusion, drive, outcomes, read_recording
from shipwake.web import beside
from shipwake.wire import log as logs
from shipwake.wire.clock import ManualClock, monotonic

HISTORY = timedelta(minutes=30)
SECRET = "shipwake-demo"  # noqa: S105  the published secret of the recording's own webhooks
RECORDINGS = (
    Path(__file__).parents[3] / "examples" / "shop" / "recording",
    Path(__file__).parents[1] / "_recording",
)
"""Where the recording lies: in a checkout, else inside the installed package."""


@click.command()
@click.option("--once", is_flag=True, help="End after the table instead of keeping the page up.")
@click.option(
    "--recording", type=click.Path(path_type=Path), default=None, help="Another recording folder."
)
@click.option(
    "--port", type=int, default=0, help="Where the page is served; a free port if not given."
)
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    default=None,
    help="Keep the server's log in this file.",
)
def command(once: bool, recording: Path | None, port: int, log: Path | None) -> None:
    """Send a recorded day to a real server on a fast clock, then hold its verdicts against the truth."""
    begun = monotonic()
    folder = recording or next((p for p in RECORDINGS if p.is_dir()), None)
    if folder is None:
        message = (
            "there is no recording here; run `make record`, or give one with --recording FOLDER"
        )
        raise BadInputError(message)
    day = read_recording(folder, history=HISTORY)
    with (log or Path(os.devnull)).open("w", encoding="utf-8") as kept:
        logs.configure(json=False, stream=kept)
        _play(day, folder, port or _free_port(), begun, once=once)


def _play(day: Recording, folder: Path, port: int, begun: float, *, once: bool) -> None:
    clock = ManualClock(day.live_from)
    with tempfile.TemporaryDirectory(prefix="shipwake-demo-") as place:
        river = compose(settings(day.config, Path(place), port), clock=clock, apart=True)
        with closing(river), beside(river) as url:
            screen = Screen(day, river, url, begun)
            screen.opening(folder)
            with httpx.Client(base_url=url, timeout=60) as client:

                def post(path: str, body: bytes, headers: dict[str, str]) -> int:
                    return client.post(path, content=body, headers=headers).status_code

                back_fill(day, post)
                with screen:
                    for now in drive(day, river, clock, post):
                        screen.at(now)
            found = outcomes(day, river)
            screen.closing(found, confusion(found))
            if not once:
                screen.stay()
                with suppress(KeyboardInterrupt):
                    Event().wait()


def settings(read: Config, place: Path, port: int) -> Config:
    """The recording's settings on an embedded database in `place`, open to this machine only."""
    hooks = tuple(
        Adapter(kind=k, name=k, settings={"secret": Secret(SECRET)}) for k in ("github", "plain")
    )
    told = (Adapter(kind="log", name="log", settings={}),)
    return replace(
        read,
        database=f"sqlite:///{place}/demo.db",
        hooks=hooks,
        tell=told,
        auth="none",
        host="127.0.0.1",
        port=port,
        url=f"http://127.0.0.1:{port}",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
