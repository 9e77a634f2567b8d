"""What was found so far, whole or cut short, in the order of the page; it measures nothing itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bench.judgement.answers import Answers, of_product
from bench.judgement.cases import Case
from bench.judgement.measures import false_alarms, ranking, recall, short, words
from bench.judgement.product import Said
from bench.judgement.rivals import Method
from bench.judgement.series import Series
from bench.judgement.tables import Measured, Table


@dataclass(slots=True)
class Report:
    """Series, what the product said of the cases and the peers answered, and the other measures as they come.

    `first` are a few cases with their samples, for the speed. `whole` says that nothing is missing.
    """

    series: list[Series] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    first: list[Case] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    theirs: list[Answers] = field(default_factory=list)
    watched: list[Measured] = field(default_factory=list)
    whole: bool = False

    @property
    def answers(self) -> list[Answers]:
        """The product's answers, then the peers'."""
        return [of_product(self.said), *self.theirs]

    @property
    def measured(self) -> list[Measured]:
        """Every measure that there is something of."""
        return [*(self._of_cases() if self.said else ()), *self.watched]

    def _of_cases(self) -> Iterable[Measured]:
        answers = self.answers
        yield false_alarms.measure(self.said, answers)
        yield recall.measure(answers)
        yield ranking.measure(answers)
        yield words.measure(self.said)
        yield short.measure(self.said, answers)


def tables(measured: Iterable[Measured]) -> list[Table]:
    """The tables, in order."""
    return [t for m in measured for t in m.tables]


def points(measured: Iterable[Measured]) -> dict[str, Any]:
    """The points of all pictures, by picture."""
    return {name: p for m in measured for name, p in m.points.items()}
