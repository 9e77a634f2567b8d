"""What is measured and how much of it, as the command line has it."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explain" / "scale.md"
STAGES = ("watches", "looks", "heard", "pushed", "pages", "size", "replay", "profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Sizes of each stage, small to large; `seconds` is how long a rate is measured, `place` keeps what is prepared."""

    place: Path
    results: Path
    page: Path | None
    stages: tuple[str, ...] = STAGES
    services: int = 100
    watches: tuple[int, ...] = (1_000, 10_000, 100_000)
    rates: tuple[int, ...] = (10, 300)
    work: tuple[int, ...] = (2, 20, 200)
    workers: tuple[int, ...] = (1, 2, 4)
    stored: tuple[int, ...] = (10_000, 1_000_000)
    seconds: float = 30.0
    requests: int = 60
    replayed: int = 120


def quick(settings: Settings) -> Settings:
    """The same in about a minute: enough to see that everything runs, too little to say anything."""
    return replace(
        settings,
        services=3,
        watches=(10, 100),
        rates=(5,),
        work=(1, 2),
        workers=(1, 2),
        stored=(100, 1_000),
        seconds=2.0,
        requests=5,
        replayed=4,
    )


def read(arguments: Sequence[str]) -> Settings:
    """The settings of a command line."""
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("stages", nargs="*", help=f"of {', '.join(STAGES)}; all unless named")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run?")
    parser.add_argument("--place", type=Path, default=ROOT / ".scale", help="where databases lie")
    parser.add_argument("--results", type=Path, help="JSON; figures of other stages in it stay")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page that is written from it")
    parser.add_argument("--no-page", action="store_true", help="write no page")
    parser.add_argument("--seconds", type=float, help="how long a rate is measured")
    given = parser.parse_args(arguments)
    if unknown := set(given.stages) - {*STAGES, "none"}:
        parser.error(f"no stage called {', '.join(sorted(unknown))}; there are {', '.join(STAGES)}")
    place = given.place.resolve()
    settings = Settings(
        place=place,
        results=given.results or place / "scale.json",
        page=None if given.no_page else given.page,
        stages=tuple(s for s in STAGES if s in given.stages) if given.stages else STAGES,
    )
    settings = quick(settings) if given.quick else settings
    return replace(settings, seconds=given.seconds) if given.seconds else settings
