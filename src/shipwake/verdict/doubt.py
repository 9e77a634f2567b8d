"""How sure a verdict is and what would change it, and what could have been noticed; in words."""

from datetime import timedelta

from shipwake.domain import Health, Reason, Sure
from shipwake.verdict.indicator import Indicator
from shipwake.verdict.missing import cause
from shipwake.verdict.moves import expected, finite, noticing, rising, unit
from shipwake.verdict.numbers import duration, one_in, percent, quantity
from shipwake.verdict.plain import capital
from shipwake.verdict.sentence import again
from shipwake.verdict.story import Story

FAR = 3
"""Half-widths of the normal from which a move is far outside."""
ENOUGH, FEW = 12, 5
"""Samples from which a word is no longer early, and below which it is a guess."""
NAMED = 3
"""Indicators whose power is put into words; the page's table has all."""
HELPS = {
    Reason.NO_SAMPLES: "Samples of it around the change would help: see its source",
    Reason.SOURCE_ERROR: "A source that answers would help: see its last error",
    Reason.WENT_DARK: "If its samples come back, this is judged on them",
    Reason.SHORT_HISTORY: "Time helps: each hour of history makes smaller moves visible",
    Reason.TOO_QUIET: "Traffic helps: more requests make smaller moves visible",
    Reason.FLAT: "Its first move will teach its normal",
    Reason.TOO_EARLY: "Time helps: this is judged as soon as enough samples are in",
    Reason.SO_FAR: "Time helps: each sample makes smaller moves visible",
    Reason.SUPERSEDED: "Its successor is judged instead, with this one as a suspect",
    Reason.NO_INDICATORS: "One SLI under `slis:` in shipwake.yaml is enough to judge the next change",
    Reason.NOT_MAPPED: "Map it under “what we heard”, and this is judged",
    Reason.UNREADABLE: "Samples that are finite, with bad not above total, would help",
    Reason.DETECTOR_FAILED: "A detector that runs would help: install shipwake[pyod], or remove `detector`",
}


def sure(s: Story) -> Sure:
    """How sure the word is: from the evidence, the samples seen and the suspects that compete."""
    lead = s.lead
    if s.health is Health.UNKNOWN:
        return Sure.MAYBE
    if s.health is Health.HEALTHY or lead is None:
        return _sure_of_normal(s)
    if not lead.mine:
        return Sure.LIKELY if lead.rival is None or lead.rival.share >= 0.75 else Sure.MAYBE
    mine = lead.suspects[0].share
    strong = lead.chance <= lead.a.level / 3 or abs(finite(lead.a.degree) or 0.0) >= FAR
    if mine < 0.4 or (lead.a.seen < FEW and not strong):
        return Sure.MAYBE
    return Sure.SURE if strong and mine >= 0.75 and lead.a.seen >= FEW else Sure.LIKELY


def doubt(s: Story) -> str:
    """What makes it so sure, and what would change it; full sentences, to stand after `sure`."""
    lead = s.lead
    if s.health is Health.UNKNOWN:
        reason = lead.a.reason if lead else cause(s)
        return f"{HELPS.get(reason, 'More samples would help')}. {capital(again(s))}."
    if s.health is Health.HEALTHY or lead is None:
        return f"{capital(_inside(s))}. {_watching(s)}"
    if not lead.mine:
        return f"{_elsewhere(lead, s)} Nothing to do here. {capital(again(s))}."
    outside = (
        f"{samples_seen(lead)}, chance alone does this {one_in(lead.chance)}, {_competing(lead, s)}"
    )
    return f"{outside}. {_turn(lead)} {capital(again(s))}."


def power(s: Story) -> str:
    """What could have been noticed: "We would have noticed checkout p95 slower by 200 ms."."""
    quiet = sorted(
        (i for i in s.indicators if not i.moved), key=lambda i: (not i.sli.required, i.sli.name)
    )
    phrases = [words for i in quiet if (words := noticing(i.a, i.sli))]
    if not phrases:
        return ""
    told = ", ".join(phrases[:NAMED])
    more = f", and {len(phrases) - NAMED} more" if len(phrases) > NAMED else ""
    if s.health is Health.UNKNOWN:
        return f"So far we would only notice {told}{more}."
    return f"We would have noticed {told}{more}."


def samples_seen(i: Indicator) -> str:
    """How many samples were judged: "20 samples"."""
    return f"{max(i.a.seen, 0):,} sample{'s' * (i.a.seen != 1)}"


def _sure_of_normal(s: Story) -> Sure:
    inside = [i for i in s.indicators if i.a.health is Health.HEALTHY]
    early = sum(i.a.reason is Reason.SO_FAR for i in inside)
    if s.unjudged or s.waiting or early * 2 > len(inside):
        fewest = min((i.a.seen for i in inside), default=0)
        return Sure.MAYBE if fewest < FEW else Sure.LIKELY
    return Sure.LIKELY if early else Sure.SURE


def _inside(s: Story) -> str:
    back = next((i for i in s.indicators if i.recovered and i.a.recovered_at), None)
    if back is not None and back.a.recovered_at is not None:
        lasted = max(s.now - back.a.recovered_at, timedelta(0))
        return f"back inside its normal for {duration(lasted)}"
    inside = [i for i in s.indicators if i.a.health is Health.HEALTHY]
    few = min(inside, key=lambda i: (i.a.seen, i.sli.name), default=None)
    if few is None:
        return "another cause fits what moved"
    each = "at least " if any(i.a.seen != few.a.seen for i in inside) else ""
    return f"{each}{samples_seen(few)} of each, inside their normal"


def _watching(s: Story) -> str:
    if s.next_look is None:
        return "The watch is over."
    return f"A smaller or slower move may still show: {again(s)}."


def _elsewhere(i: Indicator, s: Story) -> str:
    if i.rival is None:
        return i.suspects[0].why
    return f"{s.introduced(i.rival)}: {i.rival.why[:1].lower()}{i.rival.why[1:]}"


def _competing(i: Indicator, s: Story) -> str:
    others = i.suspects[1:-1]
    if others and others[0].share >= 0.05:
        return f"and {s.introduced(others[0])} fits too, {percent(others[0].share)}"
    rest = i.suspects[-1].share
    if rest >= 0.25:
        return f"and something else may fit, {percent(rest)}"
    return "and no other change fits"


def _turn(i: Indicator) -> str:
    """What would turn the word."""
    normal = expected(i.a, i.sli)
    if i.a.health is Health.IMPROVED:
        back = f"If it goes back to {normal}" if normal else "If it does not last"
        return f"{back}, this becomes healthy."
    inside = f"back at {normal}" if normal else "back inside its normal"
    words = f"Once {inside} for as long as it was out, this becomes healthy"
    far = _far(i)
    return f"{words}; clearly beyond {far}, unhealthy." if far else f"{words}."


def _far(i: Indicator) -> str:
    band = i.a.expected
    if i.a.health is not Health.AILING or band is None or not i.sli.notice.auto:
        return ""
    middle, half = finite((band.low + band.high) / 2), finite(band.half_width)
    if middle is None or not half:
        return ""
    edge = middle + FAR * half if rising(i.a, i.sli) else middle - FAR * half
    # An edge that nothing can cross would promise what never happens.
    if (edge <= 0 <= band.low) or (unit(i.a, i.sli) == "%" and edge >= 100):
        return ""
    return quantity(edge, unit(i.a, i.sli))
