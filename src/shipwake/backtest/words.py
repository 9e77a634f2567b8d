"""What a backtest found in words that terminal and page share; a number that rests on nothing is a dash."""

from datetime import timedelta

from shipwake.domain import Backtest, Portion, Sight, SliPast
from shipwake.verdict import numbers


def sentence(found: Backtest) -> str:
    """How many messages there would have been, of how many changes, over which time."""
    span = numbers.duration(found.until - found.since)
    if not found.slis:
        return "unknown: of no SLI is there a past to judge."
    if not found.changes:
        return f"No change is known in {span}, so there would have been no message."
    if not found.told:
        return (
            f"None of {_counted(found.changes, 'change')} in {span} would have brought a message."
        )
    said = f"{found.told} of {_counted(found.changes, 'change')} in {span} would have brought a message"
    better = found.told - found.worse
    kinds = [f"{found.worse} ailing or unhealthy"] if found.worse else []
    kinds += [f"{better} only improved"] if better else []
    return f"{said}: {', '.join(kinds)}."


def falsely(found: Backtest) -> str:
    """How often nothing brings a message, and what that makes a month."""
    p = found.false_either
    if not p.of:
        return "This past has no undisturbed moment after its first quarter, so how often it is wrong is not known."
    moments = f"{p.count:,}" if p.count else "None"
    too = " too" if found.told else ""
    head = f"{moments} of {p.of:,} moments where nothing changed would have brought one{too}"
    if not found.changes:
        return f"{head}, {_rate(p)}."
    return f"{head}, {_rate(p)}: {_expected(found.advice.false_now, found)}."


def advised(found: Backtest) -> str:
    """The caution that is proposed, and why."""
    a = found.advice
    now, then = numbers.percent(found.caution), numbers.percent(a.caution)
    if a.caution == found.caution:
        return f"Leave caution at {now}: {a.why}."
    return f"Set caution to {then} instead of {now}: {a.why}; {_expected(a.false_then, found)}."


def share(p: Portion) -> str:
    """`3 of 500, 0.6 % (likely 0.2 to 1.7 %)`."""
    return f"{p.count:,} of {p.of:,}, {_rate(p)}" if p.of else numbers.NOTHING


def _rate(p: Portion) -> str:
    likely = numbers.span(100 * p.low, 100 * p.high, "%")
    return f"{numbers.percent(p.count / p.of)} (likely {likely})"


def size(sight: Sight, unit: str) -> str:
    """`14 ms, 15 %`; where nothing was seen, up to what was tried."""
    if not sight.moments:
        return numbers.NOTHING
    if sight.size is None:
        return f"none up to {numbers.by(sight.largest, unit)}"
    there = numbers.by(sight.size, unit)
    return there if sight.relative is None else f"{there}, {numbers.percent(sight.relative)}"


def afters(found: Backtest) -> tuple[str, ...]:
    """When steps would have been seen, as headings: spans where all SLIs have the same, else numbers of samples."""
    spans = {tuple(x.after_s for x in s.sights) for s in found.slis if s.sights}
    if len(spans) == 1:
        return tuple(after(s) for s in spans.pop())
    samples = next((s.sights for s in found.slis if s.sights), ())
    return tuple(f"{x.samples} samples" for x in samples)


def after(seconds: float) -> str:
    """A span from a change on."""
    return numbers.duration(timedelta(seconds=seconds))


def messages(sli: SliPast) -> str:
    """`3 worse, 1 improved of 47`."""
    if not sli.changes:
        return "no change"
    said = [
        f"{count} {word}"
        for count, word in (
            (sli.worse, "worse"),
            (sli.improved, "improved"),
            (sli.unknown, "unknown"),
        )
        if count
    ]
    return f"{', '.join(said) or 'none'} of {sli.changes}"


def _expected(count: float, found: Backtest) -> str:
    """How many false messages that makes, at the rate of changes that there was."""
    head = f"about {numbers.number(count)} false messages"
    if found.monthly == found.changes:
        return f"{head} in {_counted(found.changes, 'change')}"
    return f"{head} a month at {numbers.whole(found.monthly)} changes"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
