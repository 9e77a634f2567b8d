"""Measure what was promised: `python -m bench` runs all but the long ones, `python -m bench memory` one."""

import os
import platform
import sys
from importlib import import_module
from pathlib import Path

from shipwake.wire import log

NOT_MEASURES = ("__init__", "__main__", "site")
LONG = ("fill", "live")
"""Measured only where they are named."""


def main() -> None:
    """Run the measurements that were named, else all; each prints its figures beside what was hoped for."""
    known = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in NOT_MEASURES)
    wanted = sys.argv[1:] or [name for name in known if name not in LONG]
    if unknown := set(wanted) - set(known):
        sys.exit(
            f"no measurement called {', '.join(sorted(unknown))}; there are {', '.join(known)}"
        )
    print(
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )
    log.configure(json=False, level="error")
    for name in wanted:
        measure = import_module(f"bench.{name}")
        purpose = (measure.__doc__ or name).partition("\n")[0]
        print(f"\n{name}: {purpose}", flush=True)
        for line in measure.measure():
            print(f"  {line}", flush=True)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


main()
