"""The files to deploy with hold together, as far as that can be seen without an engine."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.try_image import DOCKERFILE, Step, stages, steps
from shipwake.cli.verbs import shipwake
from shipwake.config import SETTINGS
from tests.needs import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
COMPOSE = sorted(DEPLOY.glob("compose*.yaml"))
SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "env_file", "environment", "healthcheck", "image", "ports",
    "read_only", "restart", "scale", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
"""What the compose specification lets a service say, of what we use."""


def _last() -> list[Step]:
    return stages(steps(DOCKERFILE.read_text()))[-1]


def _said(word: str) -> list[str]:
    return [step.rest for step in _last() if step.word == word]


def test_the_image_runs_as_nobody_and_holds_no_builder() -> None:
    """The last stage takes one folder from the first, runs as a user without rights, and builds nothing."""
    assert next(step.word for step in _last()) == "FROM"
    assert _said("COPY") == ["--from=build /opt/shipwake /opt/shipwake"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", _said("USER")[0])
    assert [run for run in _said("RUN") if "useradd" not in run] == []
    assert "USER" in [step.word for step in _last()][-8:]


def test_the_image_installs_hashed_locks_alone() -> None:
    """Every installing step names a lock with hashes, or installs what was built just before."""
    installs = [s.rest for s in steps(DOCKERFILE.read_text()) if "uv pip" in s.rest]

    assert len(installs) == 2
    assert all("--require-hashes" in i or "--no-deps --offline" in i for i in installs)


def test_the_image_says_how_it_is_started_checked_and_stopped() -> None:
    """Its command is a verb of ours, its variables are settings, its check asks whether it is ready."""
    with shipwake.make_context("shipwake", [], resilient_parsing=True) as context:
        verbs = shipwake.list_commands(context)
    names = {f"SHIPWAKE_{setting.name.upper()}" for setting in SETTINGS}
    said = {part.split("=")[0] for part in _said("ENV")[0].split()}

    assert json.loads(_said("ENTRYPOINT")[0]) == ["shipwake"]
    assert json.loads(_said("CMD")[0])[0] in verbs
    assert {name for name in said if name.startswith("SHIPWAKE_")} <= names
    assert "/healthz/ready" in _said("HEALTHCHECK")[0]
    assert _said("STOPSIGNAL") == ["SIGTERM"]


def test_what_the_image_is_built_from_is_let_through() -> None:
    """Each path that .dockerignore lets through is there."""
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"]

    assert {"src", "requirements", "scripts"} <= set(allowed)
    assert [name for name in allowed if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("file", COMPOSE, ids=lambda f: f.name)
def test_compose_runs_our_verbs_without_rights(file: Path) -> None:
    """Each service of ours runs a verb with options that it has, on a read-only tree, open to this machine alone."""
    said: dict[str, Any] = yaml.safe_load(file.read_text())
    ours = {n: s for n, s in said["services"].items() if s["image"] == "shipwake"}

    assert ours
    for name, service in said["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source.startswith("./") or source in said["volumes"], volume
        assert set(service.get("depends_on", ())) <= set(said["services"])
    for service in ours.values():
        verb, *options = service["command"]
        with shipwake.make_context("shipwake", [], resilient_parsing=True) as context:
            command = shipwake.get_command(context, verb)
        assert command is not None
        known = {option for parameter in command.params for option in parameter.opts}
        assert {o for o in options if o.startswith("--")} <= known
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("unit", UNITS, ids=lambda f: f.name)
def test_units_run_our_verbs(unit: Path) -> None:
    """Each unit starts a verb as a user of its own, and gives it longer to end than it takes."""
    text = unit.read_text()
    (verb,) = re.findall(
        r"^ExecStart=/opt/shipwake/bin/shipwake (\w+) --config \S+$", text, re.MULTILINE
    )

    assert verb in {"serve", "work"}
    assert "\nUser=shipwake\n" in text
    assert "\nProtectSystem=strict\n" in text
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[0]) > 5


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda f: f.name)
def test_systemd_takes_the_units(unit: Path) -> None:
    """Nothing is wrong for systemd but that the program is not installed here, and little is exposed."""
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    faults = [x for x in checked.stderr.splitlines() if "is not executable: No such file" not in x]
    (level,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", exposed.stdout)

    assert faults == []
    assert float(level) < 2.5
