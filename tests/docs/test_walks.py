"""The pages that lead somewhere are walked, step by step, with the real program."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shipwake.replay import read_folder
from tests.docs.pages import DOCS, Block, blocks

FIRST = DOCS / "start" / "first-verdict.md"
REPLAY = DOCS / "how-to" / "replay-your-history.md"
AT_HOME = "127.0.0.1:7447"
VERDICT_WITHIN = "30s"
PATIENCE_S = 120


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _environ(port: int) -> dict[str, str]:
    programs = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "SHIPWAKE_PORT": str(port),
        "SHIPWAKE_URL": f"http://127.0.0.1:{port}",
    }


def _run(script: str, port: int) -> subprocess.CompletedProcess[str]:
    moved = script.replace(AT_HOME, f"127.0.0.1:{port}")
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", moved],
        env=_environ(port),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@contextmanager
def _serving(folder: Path, port: int) -> Iterator[str]:
    """`shipwake serve` as a process of its own; gives the first lines that it prints."""
    command = ["shipwake", "serve"]
    with subprocess.Popen(
        command, env=_environ(port), cwd=folder, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline() + server.stdout.readline()
        finally:
            server.terminate()
            server.communicate(timeout=60)


def _steps(page: Path) -> dict[str, Block]:
    """The blocks of the first verdict's page by a word that each alone has."""
    marks = {
        "settings": "slis:",
        "token": "shipwake token",
        "history": "random.gauss",
        "push": "paste",
        "pushed": '"stored"',
        "change": "shipwake change",
        "verdict": "shipwake verdict",
        "list": "shipwake list",
    }
    found = list(blocks(page))
    return {name: next(b for b in found if mark in b.text) for name, mark in marks.items()}


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_the_first_verdict_comes_as_the_page_says(folder: Path) -> None:
    """Who follows the page gets in, pushes a day, and reads that the slower hour is ailing or unhealthy."""
    step, port = _steps(FIRST), _free_port()
    token = re.sub(r"^export PATH.*\n", "", step["token"].text)
    change = step["change"].text
    if sys.platform == "darwin":
        change = change.replace("date -u -d '1 hour ago'", "date -u -v-1H")
    (folder / "shipwake.yaml").write_text(step["settings"].text)
    pushing = f"{step['push'].text.rstrip()} > pushed.json\n"
    waiting = f"{step['verdict'].text.rstrip()} --wait {VERDICT_WITHIN}"
    with _serving(folder, port) as greeting:
        said = _run(token + step["history"].text + pushing + change + waiting, port)
        listed = _run(token + step["list"].text, port)

    assert "/sign-in?link=" in greeting
    assert said.returncode in (1, 2), said.stdout + said.stderr
    assert json.loads((folder / "pushed.json").read_text()) == json.loads(step["pushed"].text)
    assert "checkout" in said.stdout
    assert "Cheaper carts" in listed.stdout


def test_the_replay_folder_of_the_page_can_be_replayed(folder: Path) -> None:
    """The three files that the page shows are a replay folder, and its counting script reads the output."""
    shown = {b.language: b.text for b in reversed(list(blocks(REPLAY)))}
    counting = next(b.text for b in blocks(REPLAY) if "python3" in b.text)
    (folder / "shipwake.yaml").write_text(shown["yaml"])
    (folder / "changes.jsonl").write_text(shown["json"])
    (folder / "samples.csv").write_text(shown["text"])
    running = next(b.text for b in blocks(REPLAY) if b.text.startswith("shipwake replay"))
    done = _run(running.replace("FOLDER", ".") + counting, _free_port())

    assert len(read_folder(folder, later=False).changes) == 2
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0 of 2 changes")
