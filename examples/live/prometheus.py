"""A real Prometheus server for a while, and history laid before it; refuses to guess where one is not installed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 15.0
LOOK_EVERY_S = 0.05
STARTS = 5
# What the server can see of time is decided by its files alone: history must not be thrown away for its age.
RETENTION = "10y"
LONGEST_BLOCK = "768h"


class NotReadyError(RuntimeError):
    """The server ended, or did not answer in time: read its log, whose last lines are given."""


@contextmanager
def serving(
    data: Path,
    *,
    targets: Sequence[tuple[str, str]] = (),
    interval: str = "1s",
    flags: Sequence[str] = (),
) -> Iterator[str]:
    """Run a server over the folder `data`, and give its base URL once it is ready.

    `targets` are pairs of a job's name and a "host:port" whose /metrics is read every `interval`, for the first time
    about 5 s after the start; `flags` are further arguments of its command line. The folder stays, with its log in
    `prometheus.log`.
    """
    data.mkdir(parents=True, exist_ok=True)
    (data / "prometheus.yml").write_text(configuration(targets, interval))
    process, url = started(data, flags)
    try:
        yield url
    finally:
        stop(process)


def started(data: Path, flags: Sequence[str]) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server on a free port and wait until it is ready; give it and its base URL."""
    log = data / "prometheus.log"
    for _ in range(STARTS):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(data, port, flags), stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
        try:
            wait_until_ready(process, url)
            return process, url
        except NotReadyError as error:
            stop(process)
            if "address already in use" not in tail(log):  # else somebody took the port in between
                message = f"{error}\n{tail(log)}"
                raise NotReadyError(message) from None
        except BaseException:
            stop(process)
            raise
    message = f"no free port in {STARTS} tries\n{tail(log)}"
    raise NotReadyError(message)


def load_history(openmetrics: Path, data: Path) -> None:
    """Lay the samples of an OpenMetrics file (it ends with `# EOF`) into the folder, before `serving` opens it."""
    blocks = data / "tsdb"
    blocks.mkdir(parents=True, exist_ok=True)
    # The file is read once a block: in blocks of two hours a month takes minutes, in one it takes a second.
    flags = ["-q", f"--max-block-duration={LONGEST_BLOCK}"]
    done = subprocess.run(
        [
            program("promtool"),
            "tsdb",
            "create-blocks-from",
            "openmetrics",
            *flags,
            openmetrics,
            blocks,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"promtool did not take {openmetrics}: {done.stderr.strip()}"
        raise ValueError(message)


def configuration(targets: Sequence[tuple[str, str]], interval: str) -> str:
    """Give the server's configuration; JSON is YAML too."""
    jobs = [
        {"job_name": name, "static_configs": [{"targets": [address]}]} for name, address in targets
    ]
    times = {"scrape_interval": interval, "scrape_timeout": interval}
    return json.dumps({"global": times, "scrape_configs": jobs}, indent=1)


def command(data: Path, port: int, flags: Sequence[str]) -> list[str]:
    """Give the command line of a server on this machine only."""
    return [
        program("prometheus"),
        f"--config.file={data / 'prometheus.yml'}",
        f"--storage.tsdb.path={data / 'tsdb'}",
        f"--storage.tsdb.retention.time={RETENTION}",
        # By default it waits a minute for whoever it writes to, even if there is nobody.
        "--storage.remote.flush-deadline=2s",
        f"--web.listen-address=127.0.0.1:{port}",
        *flags,
    ]


def program(name: str) -> str:
    """Find a program; FileNotFoundError says how to get it."""
    found = shutil.which(name)
    if found is None:
        message = f"{name} is not installed; on Debian: apt-get install prometheus"
        raise FileNotFoundError(message)
    return found


def free_port() -> int:
    """Give a port that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait for /-/ready; NotReadyError if the server ends or takes too long."""
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end:
        if process.poll() is not None:
            message = f"prometheus ended with {process.returncode} before it was ready"
            raise NotReadyError(message)
        try:
            if httpx.get(f"{url}/-/ready", timeout=2.0).is_success:
                return
        except httpx.HTTPError:
            pass  # not listening yet
        time.sleep(LOOK_EVERY_S)
    message = f"prometheus was not ready in {READY_WITHIN_S:g} s"
    raise NotReadyError(message)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to write what it holds and end; end it when it does not."""
    process.terminate()
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log: Path, lines: int = 5) -> str:
    """Give the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
