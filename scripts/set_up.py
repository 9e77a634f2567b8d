"""Makes `.venv` from the locks, and lays the page's scripts; refuses what the locks do not name.

Needs only Python 3.11 with `venv`. A second call compares one checksum and ends.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOT = ROOT / ".boot"
VENV = ROOT / ".venv"
PEERS = ROOT / ".peers"
"""What the judge is measured beside, kept out of the product's own environment."""
LIB = ROOT / "src" / "shipwake" / "web" / "static" / "lib"
LOCKS = {
    "runtime": ("requirements/runtime.txt", "requirements/setup.txt"),
    "dev": ("requirements/dev.txt",),
    "peers": ("requirements/peers.txt",),
}
SCRIPTS = (
    "htmx.org/dist/htmx.min.js",
    "uplot/dist/uPlot.iife.min.js",
    "uplot/dist/uPlot.min.css",
)


def main() -> int:
    """Set up as far as the asked level needs, and say what failed in one sentence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("level", choices=sorted(LOCKS))
    level = parser.parse_args().level
    try:
        with Path(__file__).open() as itself:
            fcntl.flock(itself, fcntl.LOCK_EX)  # two makes at once would undo each other
            set_up(level)
    except subprocess.CalledProcessError as failure:
        command = " ".join(str(part) for part in failure.cmd)
        print(f"set-up stopped: `{command}` ended with {failure.returncode}; see above.")
        print("Mend what it names and call make again; `make clean` starts from nothing.")
        return 1
    return 0


def set_up(level: str) -> None:
    """Install the level's lock, the project itself and the scripts, each only when it changed."""
    if level == "peers":
        _set_up_peers()
        return
    has_dev = _is_fresh("dev", _checksum("dev"))
    if not (has_dev or _is_fresh(level, _checksum(level))):
        _say(f"installing {level} packages into .venv")
        for other in ("runtime", "dev"):
            _stamp(other).unlink(missing_ok=True)
        _install(LOCKS[level])
        _stamp(level).write_text(_checksum(level))
    _lay_scripts()


def _set_up_peers() -> None:
    """Other people's packages alone, in an environment of their own."""
    if not _is_fresh("peers", _checksum("peers")):
        _say("installing the judge's peers into .peers, which takes a minute")
        _stamp("peers").unlink(missing_ok=True)
        _fill(PEERS, LOCKS["peers"])
        _stamp("peers").write_text(_checksum("peers"))


def _checksum(level: str) -> str:
    """Digest of all that decides what an environment holds: the interpreter, the locks, the metadata."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    metadata = [settings["build-system"], settings["project"], settings["tool"]["hatch"]]
    digest = hashlib.sha256(f"{sys.version} {metadata}".encode())
    for name in (*LOCKS[level], "scripts/set_up.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _stamp(name: str) -> Path:
    return (PEERS if name == "peers" else VENV) / f".shipwake-{name}"


def _is_fresh(name: str, checksum: str) -> bool:
    stamp = _stamp(name)
    return stamp.is_file() and stamp.read_text() == checksum


def _install(locks: tuple[str, ...]) -> None:
    """The locked packages and the project itself, in `.venv`."""
    uv = _fill(VENV, locks)
    python = VENV / "bin" / "python"
    itself = ("--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    if uv:
        _run(uv, "pip", "install", "--python", python, *itself)
    else:
        _run(python, "-m", "pip", "install", *itself)


def _fill(venv: Path, locks: tuple[str, ...]) -> Path | None:
    """An environment that holds what the locks name, and the installer where there is one.

    It is made anew where another Python made it.
    """
    uv, python = _uv(), venv / "bin" / "python"
    if _minor(venv) != _minor_here():
        shutil.rmtree(venv, ignore_errors=True)
        if uv:  # makes one in no time, without pip
            _run(uv, "venv", "--quiet", "--no-project", "--python", sys.executable, venv)
    if not uv:
        _run(sys.executable, "-m", "venv", venv)
    if uv:
        silence = () if sys.stderr.isatty() else ("--quiet",)
        _run(uv, "pip", "sync", *silence, "--require-hashes", "--python", python, *locks)
    else:
        files = [part for lock in locks for part in ("--requirement", lock)]
        _run(python, "-m", "pip", "install", "--quiet", "--require-hashes", *files)
    return uv


def _uv() -> Path | None:
    """The locked installer in its own environment; None where no wheel of it fits this machine."""
    uv = BOOT / "bin" / "uv"
    lock = ROOT / "requirements" / "boot.txt"
    stamp = BOOT / ".shipwake-boot"
    wanted = hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and uv.is_file():
        return uv
    shutil.rmtree(BOOT, ignore_errors=True)
    _say("fetching the installer into .boot")
    _run(sys.executable, "-m", "venv", BOOT)
    pip = (BOOT / "bin" / "python", "-m", "pip", "install", "--quiet", "--only-binary", ":all:")
    try:
        _run(*pip, "--disable-pip-version-check", "--require-hashes", "--requirement", lock)
    except subprocess.CalledProcessError:
        _say("uv is not to be had here: going on with pip, which takes about a minute")
        return None
    stamp.write_text(wanted)
    return uv


def _minor_here() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _minor(venv: Path) -> str | None:
    """The `3.11` of an environment that exists and whose interpreter still runs."""
    try:
        said = subprocess.run(
            [venv / "bin" / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return said.stdout.strip()


def _lay_scripts() -> None:
    """Copy the locked npm packages' browser files under `web/static/lib`."""
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    digest.update(repr(SCRIPTS).encode())
    files = [LIB / Path(name).name for name in SCRIPTS]
    if _is_fresh("scripts", digest.hexdigest()) and all(file.is_file() for file in files):
        return
    _say("laying the page's scripts")
    npm = shutil.which("npm", path=f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    _run(npm or "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    LIB.mkdir(parents=True, exist_ok=True)
    for name, file in zip(SCRIPTS, files, strict=True):
        shutil.copyfile(ROOT / "node_modules" / name, file)
    _stamp("scripts").write_text(digest.hexdigest())


def _say(sentence: str) -> None:
    print(f"set-up: {sentence}", flush=True)


def _run(*command: str | Path) -> None:
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "PATH": path}
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
