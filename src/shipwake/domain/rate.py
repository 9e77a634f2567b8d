"""So many a day, week or month, as a team says how often it would be told in vain."""

from dataclasses import dataclass
from datetime import timedelta

SPANS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=28)}
"""A month is four weeks, so that each has as many Mondays."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` times in every `per`: a day, a week or a month of 28 days."""

    count: float
    per: str

    def within(self, span: timedelta) -> float:
        """How many times that is in `span`."""
        return self.count * (span / SPANS[self.per])

    def __str__(self) -> str:
        return f"{self.count:g} per {self.per}"
