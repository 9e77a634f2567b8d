"""Why something is unknown, with its numbers: what is missing, and what would have been noticed."""

from shipwake.domain import Reason
from shipwake.verdict.indicator import Indicator
from shipwake.verdict.moves import name, noticeable
from shipwake.verdict.plain import clean
from shipwake.verdict.story import Story

DETAIL_LIMIT = 120
"""Characters of a source's own words beside a reason."""


def missing(i: Indicator, s: Story, *, brief: bool = False) -> str:
    """What one unknown indicator lacks: "no samples of mail delivered (0 of 20 samples)".

    `brief`, beside others that are known: of one too quiet only what we would notice.
    """
    size = noticeable(i.a, i.sli)
    phrase = PHRASES.get(i.a.reason, f"{{name}} could not be judged: {i.a.reason} ({{facts}})")
    facts, only = _facts(i, s), f"; we would notice {size} only" if size else ""
    if brief and i.a.reason is Reason.TOO_QUIET and size:
        facts, only = only.removeprefix("; "), ""
    return phrase.format(name=name(i.sli), facts=facts, only=only, replaced=_superseded(s))


def uncovered(s: Story) -> str:
    """Why nothing at all was looked at: not mapped, no indicators, or too early."""
    change = s.change
    for what, ours, heard in (
        ("service", change.service, change.heard_service),
        ("environment", change.environment, change.heard_environment),
    ):
        if heard and not ours:
            return f"the {what} {_quoted(heard)} is not mapped, so 0 indicators watch it"
    if s.waiting and s.indicators:
        late = next((w for w in s.waiting if w.required), s.waiting[0])
        seen = len(s.indicators)
        looked = f"{seen} of {seen + len(s.waiting)} indicators looked at"
        return f"too early to tell: {clean(late.name)} is required and not looked at yet ({looked})"
    if s.waiting:
        count = len(s.waiting)
        return f"too early to tell: 0 of {count} indicator{'s' * (count != 1)} looked at"
    place = clean(change.service) or "this change"
    where = f" in {clean(change.environment)}" if change.environment else ""
    return f"0 indicators watch {place}{where}"


def cause(s: Story) -> Reason:
    """The reason that `uncovered` puts into words."""
    change = s.change
    unmapped = (change.heard_service and not change.service) or (
        change.heard_environment and not change.environment
    )
    if unmapped:
        return Reason.NOT_MAPPED
    return Reason.TOO_EARLY if s.waiting else Reason.NO_INDICATORS


def samples(i: Indicator) -> str:
    """How many samples were seen of those counted on: "2 of 20 samples"."""
    seen, wanted = max(i.a.seen, 0), max(i.a.wanted, 0)
    if wanted > seen:
        return f"{seen:,} of {wanted:,} samples"
    return f"{seen:,} sample{'s' * (seen != 1)}"


def _facts(i: Indicator, s: Story) -> str:
    """What is missing in numbers: the judge's or the source's own words where those have them."""
    said = clean(i.a.detail, DETAIL_LIMIT)
    counted = i.a.reason is Reason.TOO_QUIET or "sample" in said
    if counted and any(c.isdigit() for c in said):
        return said
    if said and i.a.reason is not Reason.FLAT:
        return f"{samples(i)}: {said}"
    return f"{samples(i)} since {s.time(i.a.anchor)}"


def _quoted(text: str) -> str:
    return f"“{clean(text, 40)}”"


def _superseded(s: Story) -> str:
    after = s.replaced_by
    if after is None or after.at is None:
        return "replaced by another change"
    return f"replaced by {clean(after.name, 40)} at {s.time(after.at)}"


PHRASES = {
    Reason.NO_SAMPLES: "no samples of {name} ({facts})",
    Reason.SOURCE_ERROR: "the source of {name} could not be read ({facts})",
    Reason.WENT_DARK: "{name} went dark ({facts})",
    Reason.SHORT_HISTORY: "too little history of {name} to know a normal ({facts}{only})",
    Reason.TOO_QUIET: "too quiet to tell: {name} ({facts}{only})",
    Reason.FLAT: "{name} never moved before, so no normal is known ({facts}{only})",
    Reason.TOO_EARLY: "too early to tell: {name} ({facts}{only})",
    Reason.SO_FAR: "{name} so far inside its normal, and too early to tell ({facts}{only})",
    Reason.SUPERSEDED: "{replaced} before {name} could be judged ({facts})",
    Reason.UNREADABLE: "the samples of {name} are no measurement ({facts})",
    Reason.DETECTOR_FAILED: "{name} could not be judged ({facts})",
}
"""What is missing, for each reason to know nothing of one indicator."""
