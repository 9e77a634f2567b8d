"""Twenty deploys of v1 over v1 on a real shop with a real Prometheus, about 25 minutes; hoped for: no false alarm."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from live import history
from live.steps import Redeployed
from live.told import StepError
from live.walk import ready
from shop.stories import PLAIN_TITLES

DEPLOYS = 20
STORE = "sqlite"


def measure() -> Iterator[str]:
    """One line a deploy: the words that were said of it, and in full whatever should not have been said."""
    past = history.ensure(history.side_by_side(), lambda _: None)
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as place:
        made, lost = asyncio.run(_deploy(Path(place), past))
    yield "deploy  live at   words, look by look"
    for number, one in enumerate(made, 1):
        words = " ".join(said.health for said in one.said)
        yield f"{number:6}  {one.deploy.at:%H:%M:%S}  {words}"
        for said in one.cried:
            yield f"        {said.verdict['at'][11:19]} {said.health}: {said.verdict['sentence']}"
    for why in lost:
        yield f"not watched to its end: {why}"
    cried = [one for one in made if one.cried]
    sure = [one for one in made if one.said[-1].health == "healthy"]
    yield f"false alarms: {len(cried)} of {len(made)}; healthy at the last early look: {len(sure)}"


async def _deploy(folder: Path, past: Path) -> tuple[list[Redeployed], list[str]]:
    """Deploy again and again, each as soon as the early looks of the one before are over."""
    titles = PLAIN_TITLES["checkout"]
    made: list[Redeployed] = []
    lost: list[str] = []

    def now(words: str) -> None:
        print(f"    {len(made) + len(lost) + 1}: {words}", file=sys.stderr, flush=True)

    async with ready(folder, past, STORE, now) as set_up:
        for number in range(DEPLOYS):
            try:
                one = await set_up.steps.redeployed(titles[number % len(titles)])
                now(" ".join(said.health for said in one.said))
                made.append(one)
            except StepError as error:
                lost.append(str(error))
    return made, lost
