"""`make fuzz ARGS=60`: each parser for so many seconds, guided by coverage; prints what breaks one, and ends with 1."""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.parsers import PARSERS, seeds

PATIENCE_S = 300


def main() -> int:
    """Fuzz every parser in a process of its own, or one of them in this one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="?", type=int, default=60, help="for each parser")
    parser.add_argument("--only", choices=sorted(PARSERS), help="one parser")
    parser.add_argument("--guided", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.guided is not None:
        return _guided(given.only, given.guided)
    if importlib.util.find_spec("atheris") is None:
        _say("atheris has no wheel here: the parsers are fuzzed by pytest tests/fuzz alone")
        return 0
    found = [_run(name, given.seconds) for name in ([given.only] if given.only else PARSERS)]
    _say(f"{sum(cases for cases, _ in found)} cases, {sum(bad for _, bad in found)} failures")
    return 1 if any(bad for _, bad in found) else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _run(name: str, seconds: int) -> tuple[int, int]:
    """How many cases were tried, and whether one of them broke the parser."""
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds(name)):
            (corpus / f"{number:04}").write_bytes(seed)
        options = [
            f"-max_total_time={seconds}",
            "-rss_limit_mb=2048",
            "-timeout=10",
            "-print_final_stats=1",
            f"-artifact_prefix={place}/",
            str(corpus),
        ]
        call = [sys.executable, "-m", "tests.fuzz", "--only", name, "--guided", *options]
        ended = subprocess.run(
            call,
            capture_output=True,
            check=False,
            timeout=seconds + PATIENCE_S,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        said = ended.stderr.decode(errors="replace") + ended.stdout.decode(errors="replace")
        counted = re.search(r"stat::number_of_executed_units: (\d+)", said)
        cases = int(counted[1]) if counted else 0
        grown = len(list(corpus.iterdir()))
        _say(f"{name:18} {cases:9} cases, {grown:5} ways through")
        if ended.returncode:
            _say(said[-4000:])
            for path in sorted(Path(place).glob("*-*")):
                _say(f"{path.name}: {path.read_bytes()[:2000]!r}")
        return cases, int(bool(ended.returncode))


def _guided(name: str, options: list[str]) -> int:
    import atheris

    parser = PARSERS[name]
    for module in [m for key, m in sys.modules.items() if key.startswith("shipwake.")]:
        _instrument(atheris, module)
    atheris.Setup([sys.argv[0], *options], lambda data: parser(bytes(data)))
    atheris.Fuzz()
    return 0


def _instrument(atheris: object, module: object) -> None:
    """Count the branches of a module's functions."""
    for value in list(vars(module).values()):
        if callable(value) and getattr(value, "__module__", "") == getattr(module, "__name__", "-"):
            members = [value] if hasattr(value, "__code__") else list(vars(value).values())
            for member in members:
                if hasattr(member, "__code__"):
                    atheris.instrument_func(member)  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
