"""The five words of a verdict, what each means, and the reasons beside them; refuses any sixth word."""

from enum import StrEnum


class Health(StrEnum):
    """What a change did to its indicators, in one word."""

    UNHEALTHY = "unhealthy"
    AILING = "ailing"
    IMPROVED = "improved"
    HEALTHY = "healthy"
    UNKNOWN = "unknown"

    @property
    def meaning(self) -> str:
        """The word in one sentence, for tooltips and the API."""
        return MEANING[self]

    @property
    def hurts(self) -> bool:
        """Whether the author has something to do."""
        return self in (Health.UNHEALTHY, Health.AILING)


MEANING = {
    Health.HEALTHY: "Nothing moved outside its normal, and there was enough data to notice the change stated.",
    Health.IMPROVED: "An indicator is better than its normal for this time, and the change fits.",
    Health.AILING: "An indicator is worse than its normal, small or not yet sure.",
    Health.UNHEALTHY: "An indicator is clearly worse than its normal and this change is the likely cause.",
    Health.UNKNOWN: "Not enough data yet; says what is missing and when we look again.",
}
WORST_FIRST = (Health.UNHEALTHY, Health.AILING, Health.IMPROVED, Health.HEALTHY, Health.UNKNOWN)


def worst(words: list[Health]) -> Health:
    """The word of a whole change from the words of its indicators; unknown only when nothing could be judged."""
    return min(words, key=WORST_FIRST.index, default=Health.UNKNOWN)


class Reason(StrEnum):
    """Why an assessment or verdict says its word. Each has a heading in docs/reference/reasons.md."""

    NORMAL = "normal"
    """Inside the learned normal, with the power to see what is stated."""
    SO_FAR = "so far"
    """Inside the learned normal, yet too early to have seen a change of the size that matters."""
    MOVED = "moved"
    """Outside the normal beyond what chance and `notice` allow."""
    FAR_OUTSIDE = "far outside"
    """Outside, and the near end of the interval is beyond three times the normal's half-width."""
    OBJECTIVE_LOST = "objective lost"
    """The objective held before and lies on the wrong side of the interval now."""
    RECOVERED = "recovered"
    """Was outside; has been back inside for as long as it was out."""
    SUPERSEDED = "superseded"
    """Another change of the same service went live before this one could be judged."""
    NO_SAMPLES = "no samples"
    """The source has no samples of this indicator around the change."""
    SOURCE_ERROR = "source error"
    """The source could not be read."""
    WENT_DARK = "went dark"
    """Samples came before the change and stopped after it."""
    SHORT_HISTORY = "short history"
    """Too little was seen before the change to know the normal."""
    TOO_QUIET = "too quiet"
    """Too few requests to notice a change that matters."""
    FLAT = "flat"
    """The indicator never moved, so no normal spread can be learned."""
    TOO_EARLY = "too early"
    """Fewer samples than the first look needs have arrived."""
    NO_INDICATORS = "no indicators"
    """No SLI is configured for this service and environment."""
    NOT_MAPPED = "not mapped"
    """The service or environment that the sender named is not known here."""
    UNREADABLE = "unreadable"
    """The samples cannot be a measurement: not finite, beyond all scale, bad above total."""
    DETECTOR_FAILED = "detector failed"
    """The detector that the indicator names gave no answer."""


EXIT_CODES = {
    Health.HEALTHY: 0,
    Health.IMPROVED: 0,
    Health.UNHEALTHY: 1,
    Health.AILING: 2,
    Health.UNKNOWN: 3,
}
"""Exit status of the command line for each word; 64 is usage."""
