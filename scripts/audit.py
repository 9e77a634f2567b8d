"""Asks whether a locked dependency has a known weakness; refuses to take silence for "none".

Ends with 0 if every package was asked about and nothing is known, with 1 if something is, and with 69 if
any could not be asked about.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BESIDE = Path(sys.executable).parent
FOUND, UNASKED = 1, 69
SERVICES = ("pypi", "osv")
"""Whom pip-audit can ask, in this order: the first that answers is asked about everything."""
NPM = ("audit", "--package-lock-only", "--json", "--fetch-retries=1", "--fetch-timeout=20000")


@dataclass(frozen=True, slots=True)
class Told:
    """What is known, and about what nobody could be asked, a line each; `asked` counts packages."""

    asked: int
    known: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """One version of one package, with its hashes and without its platform: all are asked about everywhere."""

    name: str
    version: str
    hashes: str

    def __str__(self) -> str:
        return f"{self.name}=={self.version} {self.hashes}"


def main() -> int:
    """Ask about both kinds of locks, say what was heard, and end as the module says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="where requirements/ lies")
    parser.add_argument(
        "--when-reachable",
        action="store_true",
        help="end with 0 where nobody could be asked, loudly; what is found still ends with 1",
    )
    args = parser.parse_args()
    return said({"Python": python(args.root), "npm": npm(args.root)}, forgiven=args.when_reachable)


def said(told: Mapping[str, Told], *, forgiven: bool = False) -> int:
    """Say what was heard of each kind, loudest what is known, and give the end that it deserves."""
    for kind, one in told.items():
        for line in one.known:
            print(f"audit: {kind}: KNOWN WEAKNESS: {line}")
        for line in one.unasked:
            print(f"audit: {kind}: COULD NOT BE ASKED: {line}")
        print(f"audit: {kind}: {one.asked} packages asked about, {len(one.known)} known weaknesses")
    if any(one.known for one in told.values()):
        print("audit: take a mended version: CONTRIBUTING.md says how, under Depend.")
        return FOUND
    if any(one.unasked for one in told.values()):
        return _unasked(forgiven=forgiven)
    return 0


def _unasked(*, forgiven: bool) -> int:
    words = "not every dependency was audited: this says nothing about what could not be asked"
    if os.environ.get("GITHUB_ACTIONS"):
        print(f"::warning title=audit::{words}")
    print(f"audit: {words}.")
    return 0 if forgiven else UNASKED


def python(root: Path, services: Sequence[str] = SERVICES) -> Told:
    """What is known about the packages of every lock under `requirements/`, for every platform."""
    pins = sorted(
        {pin for lock in root.glob("requirements/*.txt") for pin in locked(lock)}, key=str
    )
    why = ["there is no lock under requirements/"] if not pins else []
    for service in services if pins else ():
        # One first: an index that has no advisories says of each package that it does not know it.
        heard = _pip_audit(service, pins[:1])
        if isinstance(heard, Told) and heard.asked:
            rest = _pip_audit(service, pins)
            if isinstance(rest, Told):
                return rest
            heard = rest
        why.append(heard if isinstance(heard, str) else heard.unasked[0])
    return Told(0, unasked=(f"{len(pins)} packages: {'; '.join(why)}",))


def locked(lock: Path) -> Iterator[Pin]:
    """Every pin of a lock, whatever platform it is for."""
    for text in re.split(r"^(?=[a-zA-Z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]:
        name, _, rest = text.partition("==")
        yield Pin(name, re.split(r"[\s;]", rest)[0], " ".join(re.findall(r"--hash=\S+", text)))


def _pip_audit(service: str, pins: list[Pin]) -> Told | str:
    """What it says of these pins, or why it says nothing.

    A lock may hold two versions of a package, for two platforms; a call may not.
    """
    calls: list[dict[str, Pin]] = []
    for pin in pins:
        free = next((call for call in calls if pin.name not in call), None)
        if free is None:
            calls.append(free := {})
        free[pin.name] = pin
    heard: list[dict[str, Any]] = []
    for call in calls:
        one = _called(service, list(call.values()))
        if isinstance(one, str):
            return one
        heard += one
    return _understood(heard)


def _called(service: str, pins: list[Pin]) -> list[dict[str, Any]] | str:
    with tempfile.TemporaryDirectory() as place:
        lock = Path(place) / "lock.txt"
        lock.write_text("\n".join(map(str, pins)) + "\n")
        how = ("--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off")
        command = [
            f"{BESIDE}/pip-audit",
            *how,
            f"--vulnerability-service={service}",
            "-r",
            f"{lock}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _last_line(done.stderr) or f"pip-audit ended with {done.returncode} and no word"
    return found


def _understood(heard: list[dict[str, Any]]) -> Told:
    known, unasked = [], []
    for one in heard:
        if "skip_reason" in one:
            unasked.append(f"{one['name']}: {one['skip_reason']}")
        for weakness in one.get("vulns", ()):
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            known.append(f"{one['name']} {one['version']}: {weakness['id']}, mended in {mended}")
    return Told(len(heard) - len(unasked), tuple(known), tuple(unasked))


def npm(root: Path) -> Told:
    """What is known about the packages of `package-lock.json`."""
    packages = [n for n in json.loads((root / "package-lock.json").read_text())["packages"] if n]
    path = f"{BESIDE}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [shutil.which("npm", path=path) or "npm", *NPM]
    environment = os.environ | {"PATH": path}
    answer = ""
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        answer = done.stdout + done.stderr
        weak = json.loads(done.stdout)["vulnerabilities"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = _last_line(answer) or repr(error)
        return Told(0, unasked=(f"{len(packages)} packages: {why}",))
    return Told(len(packages), tuple(_weak(name, one) for name, one in weak.items()))


def _weak(name: str, one: dict[str, Any]) -> str:
    """One line of npm's: a package, how bad, and either what it is or through whom it comes."""
    why = "; ".join(via if isinstance(via, str) else via["title"] for via in one["via"])
    return f"{name}: {one['severity']}: {why}"


def _last_line(text: str) -> str:
    """The line of a failed tool that says most: the last that is not about its log."""
    lines = [line for line in text.splitlines() if line.strip() and "complete log" not in line]
    return lines[-1].strip() if lines else ""


if __name__ == "__main__":
    sys.exit(main())
