"""Make all checks at once, each for so long and no longer: one that hangs is a finding, and keeps nobody waiting."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Thread

from shipwake.app.doctor.finding import Finding, bad
from shipwake.domain import ShipwakeError
from shipwake.wire.clock import monotonic


@dataclass(frozen=True, slots=True)
class Check:
    """What is looked at, and how."""

    about: str
    make: Callable[[], Iterable[Finding]]


def made(checks: Sequence[Check], patience_s: float) -> list[Finding]:
    """What they found, in their order."""
    found: list[list[Finding] | None] = [None] * len(checks)

    def one(place: int) -> None:
        found[place] = _made(checks[place])

    threads = [Thread(target=one, args=(i,), daemon=True) for i in range(len(checks))]
    for thread in threads:
        thread.start()
    until = monotonic() + patience_s
    for thread in threads:
        thread.join(max(until - monotonic(), 0.0))
    late = f"no answer within {patience_s:g} s"
    do = "see whether it hangs, or is only slow; --patience waits longer"
    return [
        finding
        for check, given in zip(checks, found, strict=True)
        for finding in (given if given is not None else [bad(check.about, late, do)])
    ]


def _made(check: Check) -> list[Finding]:
    try:
        return list(check.make())
    except ShipwakeError as error:
        return [bad(check.about, error.message, "correct that, and ask again")]
    except Exception as error:  # noqa: BLE001 - a check that fails must not hide the others
        said = f"{type(error).__name__}: {error}"
        return [bad(check.about, said, "this check itself failed; report it with this line")]
