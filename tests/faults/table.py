"""What was observed of each fault, one line of JSON each, and the table made of them; refuses to leave one out."""

import json
import os
import resource
from pathlib import Path

LONG = os.environ.get("FAULTS") == "long"
"""Whether each fault lasts as long as it may in earnest."""
COLUMNS = ("fault", "verdict", "telling", "door", "memory", "recovery")


def observed(fault: str, **said: str) -> None:
    """Note what was seen of one fault, where a table is asked for."""
    place = os.environ.get("FAULTS_TABLE")
    if place:
        with Path(place).open("a", encoding="utf-8") as out:
            out.write(json.dumps({"fault": fault, **said}) + "\n")


def peak_mb(pid: int | str = "self") -> float:
    """The most memory that a process ever held, in MB."""
    if pid == "self":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmHWM")) / 1024


def held_mb(pid: int | str = "self") -> float:
    """The memory that a process holds now, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS")) / 1024


def lines(place: Path) -> list[str]:
    """The table in Markdown."""
    rows = [json.loads(x) for x in place.read_text(encoding="utf-8").splitlines()]
    out = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    out += ["| " + " | ".join(str(r.get(c, "")) or "–" for c in COLUMNS) + " |" for r in rows]
    return out
