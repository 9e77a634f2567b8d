"""What is measured, on what, and how much of it, as the command line has it."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.judgement.cases import Wanted
from bench.judgement.families import FAMILIES
from bench.judgement.rivals import ROOT, interpreter
from bench.judgement.series import Half

DATA = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "explain" / "judgement" / "measured.md"
SHORT = (300, 600, 1500)
OF_ALL = {
    "step worse": 0.8,
    "ramp worse": 0.5,
    "step better": 0.3,
    "late step": 0.16,
    "excursions": 0.16,
    "dark": 0.08,
}
"""How many cases a family has beside a harmless one, where false alarms are counted in thousandths."""
SHORT_HARMLESS, SHORT_STEPS = 0.7, 0.12
ASKED_OF_SLOW = ("nothing", "burst", "warm-up", "traffic", "step worse", "ramp worse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`cases` of each harmless family and fewer of others, `slow_cases` of which slow peers see.

    At most `watches` placebo moments a series, and effects put into `moved` of them; `pasts` made-up ones with
    `futures` each; `changes` of ten indicators; `counted` cases a scenario of counts; `timed` series and `replayed`
    SLIs for the speed; `portion` cases a replay. `page` None: the screen alone.
    """

    data: Path
    made_up: bool
    half: Half
    seed: int
    jobs: int
    peers: Path
    reference: Path | None
    page: Path | None
    cases: int = 500
    slow_cases: int = 25
    watches: int = 100
    moved: int = 20
    pasts: int = 300
    futures: int = 500
    changes: int = 300
    counted: int = 100
    timed: int = 15
    replayed: int = 400
    portion: int = 800

    def wanted(self) -> list[Wanted]:
        """Every family with the whole history, harmless and stepped with a short one."""
        whole = [Wanted(family=f.name, count=self._of(OF_ALL.get(f.name, 1.0))) for f in FAMILIES]
        short = [
            Wanted(family=name, count=self._of(share), history=history)
            for history in SHORT
            for name, share in (("nothing", SHORT_HARMLESS), ("step worse", SHORT_STEPS))
        ]
        return [*whole, *short]

    def _of(self, share: float) -> int:
        return max(min(self.cases, 6), round(self.cases * share))

    def part(self, share: float) -> "Settings":
        """So much of everything, and of nothing less than a few."""
        return replace(
            self,
            cases=max(6, round(self.cases * share)),
            slow_cases=max(2, round(self.slow_cases * share)),
            watches=max(2, round(self.watches * share)),
            moved=max(2, round(self.moved * share)),
            pasts=max(3, round(self.pasts * share**0.5)),
            futures=max(20, round(self.futures * share**0.5)),
            changes=max(6, round(self.changes * share)),
            counted=max(2, round(self.counted * share)),
            timed=max(2, round(self.timed * share**0.5)),
            replayed=max(3, round(self.replayed * share)),
        )

    def quick(self) -> "Settings":
        """A minute's worth: to see that it runs, not to learn a figure from."""
        return self.part(0.0)


def read(arguments: Sequence[str]) -> Settings:
    """The settings that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.judgement", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of series (%(default)s)")
    parser.add_argument("--generated", action="store_true", help="measure on made-up series")
    parser.add_argument("--half", type=Half, choices=list(Half), default=Half.REPORT)
    parser.add_argument(
        "--seed", type=int, default=20_260, help="of all that is drawn (%(default)s)"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--reference", type=Path, help="a judge in one file to ask as well")
    parser.add_argument("--peers", type=Path, default=interpreter(), help="the peers' interpreter")
    parser.add_argument("--quick", action="store_true", help="a few cases of each")
    parser.add_argument("--part", type=float, default=1.0, help="so much of everything, 1 for all")
    parser.add_argument(
        "--page", type=Path, help="where the page goes (docs/explain/judgement/measured.md)"
    )
    asked = parser.parse_args(arguments)
    page = asked.page or (None if asked.quick or asked.generated else PAGE)
    settings = Settings(
        data=asked.data,
        made_up=asked.generated,
        half=asked.half,
        seed=asked.seed,
        jobs=asked.jobs,
        peers=asked.peers,
        reference=asked.reference,
        page=page,
    )
    return settings.quick() if asked.quick else settings.part(asked.part)
