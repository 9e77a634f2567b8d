"""Runs the steps of deploy/Dockerfile without an engine, in a mount namespace; needs root, and changes nothing outside.

The last stage runs as the image's user on a read-only tree, with its health check, and is stopped by its signal.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
OURS = ("src", "out", "opt/shipwake", "var/lib/shipwake")
"""What the steps write; each lies in a folder of its own meanwhile."""
STARTS_S = 180.0


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction, its lines joined."""

    word: str
    rest: str


def steps(text: str) -> list[Step]:
    """The instructions of a Dockerfile."""
    joined = re.sub(r"\\\n\s*", "", text)
    lines = (line.strip() for line in joined.splitlines())
    return [
        Step(word, rest.strip())
        for word, _, rest in (line.partition(" ") for line in lines if line and line[0] != "#")
    ]


def stages(found: list[Step]) -> list[list[Step]]:
    """The steps of each stage; what stands before the first FROM is no part of any."""
    parted: list[list[Step]] = []
    for step in found:
        if step.word == "FROM":
            parted.append([])
        if parted:
            parted[-1].append(step)
    return parted


def main() -> int:
    """Build and run; 0 where the server answered and ended in good order."""
    if "--inside" in sys.argv:
        return _inside(Path(sys.argv[-1]))
    # What was mounted over it is gone with the namespace, so that it can be removed here.
    with tempfile.TemporaryDirectory(prefix="image-", dir="/var/tmp") as place:
        Path(place).chmod(0o755)  # the image's user must pass
        again = [sys.executable, __file__, "--inside", place]
        return subprocess.run(["unshare", "--mount", *again], check=False).returncode


def _inside(place: Path) -> int:
    build, last = stages(steps(DOCKERFILE.read_text()))
    _bind(place)
    environ = {**os.environ, "PATH": f"{place}/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    for stage in (build, last):
        cwd = "/"
        for step in stage:
            if step.word == "WORKDIR":
                cwd = step.rest
            elif step.word == "COPY" and not step.rest.startswith("--from"):
                _copy_context(Path("/src"))
            elif step.word == "RUN":
                print(f"RUN {step.rest}", flush=True)
                subprocess.run(["sh", "-c", step.rest], cwd=cwd, env=environ, check=True)
    return _run(last, place)


def _bind(place: Path) -> None:
    """Our own folders over those that the steps write, and a copy of /etc, for a new user."""
    _do("mount", "--make-rprivate", "/")
    for name in OURS:
        (place / name).mkdir(parents=True)
        Path("/", name).mkdir(parents=True, exist_ok=True)
        _do("mount", "--bind", str(place / name), f"/{name}")
    shutil.copytree("/etc", place / "etc", symlinks=True)
    _do("mount", "--bind", str(place / "etc"), "/etc")
    (place / "bin").mkdir()
    (place / "bin" / "python").symlink_to("/usr/bin/python3")


def _copy_context(target: Path) -> None:
    """What git knows of the checkout, as .dockerignore lets through no more."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"]
    for name in listed:
        if any(name == a or name.startswith(f"{a}/") for a in allowed):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def _run(last: list[Step], place: Path) -> int:
    said = {step.word: step.rest for step in last}
    user, group = said["USER"].split(":")
    _do("chown", said["USER"], str(place / "var/lib/shipwake"))
    _do("mount", "--bind", "/var/lib/shipwake", "/var/lib/shipwake")
    _do("mount", "-t", "tmpfs", "tmpfs", "/tmp")  # noqa: S108 - in a namespace of our own
    _do("mount", "-o", "remount,bind,ro", "/")
    for name in ("src", "out", "opt/shipwake", "etc"):
        _do("mount", "-o", "remount,bind,ro", f"/{name}")
    environ = dict(pair.split("=", 1) for pair in said["ENV"].split())
    environ = {
        "PATH": environ["PATH"].replace("$PATH", "/usr/bin:/bin"),
        **_without(environ, "PATH"),
    }
    as_user = [
        "setpriv",
        "--reuid",
        user,
        "--regid",
        group,
        "--clear-groups",
        "--no-new-privs",
        "--bounding-set=-all",
    ]
    command = [*json.loads(said["ENTRYPOINT"]), *json.loads(said["CMD"])]
    check = json.loads(said["HEALTHCHECK"].partition("CMD ")[2])
    began = time.monotonic()
    with subprocess.Popen([*as_user, *command], env=environ, cwd="/var/lib/shipwake") as server:
        while subprocess.run(
            [*as_user, *check], env=environ, check=False, stderr=subprocess.DEVNULL
        ).returncode:
            if server.poll() is not None or time.monotonic() - began > STARTS_S:
                print("it did not become healthy")
                server.kill()
                return 1
            time.sleep(0.5)
        print(f"healthy after {time.monotonic() - began:.1f} s")
        told = time.monotonic()
        server.send_signal(getattr(signal, said["STOPSIGNAL"]))
        server.wait(30)
    print(f"ended with {server.returncode} after {time.monotonic() - told:.1f} s")
    left = sorted(path.name for path in Path("/var/lib/shipwake").iterdir())
    print(f"wrote {', '.join(left)} and nothing else")
    return server.returncode or int(left[:1] != ["shipwake.db"])


def _without(environ: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in environ.items() if key != name}


def _do(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
