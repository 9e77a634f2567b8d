"""All that a verdict is told from, gathered once, so that sentence, doubt and power agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import (
    Assessment,
    Change,
    ChangeKind,
    Health,
    Reason,
    Sli,
    Suspect,
    worst,
)
from shipwake.verdict.indicator import Indicator, indicators, watched
from shipwake.verdict.moves import step
from shipwake.verdict.numbers import clock, duration, percent
from shipwake.verdict.plain import clean
from shipwake.verdict.suspects import Other, ends, starts

MISSING_FIRST = (
    Reason.SOURCE_ERROR,
    Reason.UNREADABLE,
    Reason.DETECTOR_FAILED,
    Reason.WENT_DARK,
    Reason.NO_SAMPLES,
    Reason.FLAT,
    Reason.SHORT_HISTORY,
    Reason.TOO_QUIET,
    Reason.SUPERSEDED,
    Reason.TOO_EARLY,
    Reason.SO_FAR,
)
"""Why an indicator is unknown, what needs a person first."""
CALLED = {
    ChangeKind.DEPLOY: "the deploy",
    ChangeKind.FLAG: "the flag",
    ChangeKind.INFRASTRUCTURE: "the infrastructure change",
    ChangeKind.CONFIG: "the config change",
    ChangeKind.DATABASE: "the database change",
    ChangeKind.DEPENDENCY: "the dependency change",
    ChangeKind.EXTERNAL: "the external change",
    ChangeKind.MANUAL: "the manual change",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A change and its indicators (worst and most evident first) as of `now`."""

    change: Change
    indicators: Sequence[Indicator]
    waiting: Sequence[Sli]
    """Watched, and not yet looked at."""
    others: Sequence[Other]
    now: datetime
    next_look: datetime | None

    @property
    def unjudged(self) -> list[Indicator]:
        """What could not be judged: required ones first, then the commonest reason."""
        unknown = [i for i in self.indicators if i.a.health is Health.UNKNOWN]
        reasons = [i.a.reason for i in unknown]

        def rank(i: Indicator) -> tuple[object, ...]:
            urgent = MISSING_FIRST.index(i.a.reason) if i.a.reason in MISSING_FIRST else 99
            return (not i.sli.required, -reasons.count(i.a.reason), urgent, i.sli.name)

        return sorted(unknown, key=rank)

    @property
    def late_s(self) -> float:
        """How late the look was made that this is the word of, in seconds; 0 where it was in time."""
        return max((i.a.late_s for i in self.indicators if i.a.at == self.now), default=0.0)

    @property
    def required_missing(self) -> bool:
        """Whether a required indicator could not be judged, or not yet."""
        return any(s.required for s in self.waiting) or any(i.sli.required for i in self.unjudged)

    @property
    def health(self) -> Health:
        """The word of the whole change.

        A required indicator that could not be judged hides no harm: it takes away only good news. So
        does harm for which the change was taken back: it is over, and no improvement.
        """
        word = worst([i.word for i in self.indicators if i.a.health is not Health.UNKNOWN])
        if (
            word is Health.IMPROVED
            and self.taken_back
            and any(i.recovered for i in self.indicators)
        ):
            word = Health.HEALTHY
        return Health.UNKNOWN if self.required_missing and not word.hurts else word

    @property
    def lead(self) -> Indicator | None:
        """The indicator that the verdict's word rests on."""
        if self.health is Health.UNKNOWN:
            return next(iter(self.unjudged), None)
        return next((i for i in self.indicators if i.word is self.health), None)

    @property
    def called(self) -> str:
        """What the change is called after "2 min after"."""
        return "the rollback" if self.change.rolls_back else CALLED[self.change.kind]

    @property
    def step(self) -> timedelta:
        """The finest time one sample spans among the indicators."""
        return min((step(i.a, i.sli) for i in self.indicators), default=timedelta(minutes=1))

    @property
    def taken_back(self) -> datetime | None:
        """When the change was rolled back or switched off, if it was by now."""
        gone = [e for e in ends(self.change, [o.change for o in self.others]) if e <= self.now]
        return gone[-1] if gone else None

    @property
    def replaced_by(self) -> Change | None:
        """The deploy that took this one's place, if one did by now."""
        if self.change.kind is not ChangeKind.DEPLOY or self.change.at is None:
            return None
        after = [
            (o.change.at, o.change.id, o.change)
            for o in self.others
            if o.change.at is not None
            and self.change.at < o.change.at <= self.now
            and o.change.kind is ChangeKind.DEPLOY
            and o.change.id != self.change.id
            and (o.change.service, o.change.environment)
            == (self.change.service, self.change.environment)
        ]
        return min(after, key=lambda x: x[:2])[2] if after and self.change.service else None

    def introduced(self, suspect: Suspect) -> str:
        """A suspect with who made it and when: "payments-config (Bo, 11:01)"."""
        made = next((o.change for o in self.others if o.change.id == suspect.change), None)
        who = clean(made.people[0].shown, 24) if made and made.people else ""
        at = self.time(suspect.at) if suspect.at else ""
        beside = ", ".join(filter(None, (who, at)))
        return f"{suspect.name} ({beside})" if beside else suspect.name

    def time(self, at: datetime) -> str:
        """`at` on the clock, dated where it is not today."""
        return clock(at, self.now, step=self.step)

    def since(self, i: Indicator) -> str:
        """Onset against the nearest step: "since 11:02 (2 min after the deploy)"."""
        onset = i.a.onset
        if onset is None:
            return ""
        said = f"since {self.time(onset.at)}"
        steps = starts(self.change)
        if not steps:
            return said
        begun, share = max((s for s in steps if s[0] <= onset.high), default=steps[0])
        called = self.called if begun == steps[0][0] else f"the step to {percent(share)}"
        delay = onset.at - begun
        if abs(delay) < step(i.a, i.sli) / 2:
            return f"{said} (with {called})"
        return (
            f"{said} ({duration(delay)} {'after' if delay > timedelta(0) else 'before'} {called})"
        )


def story(
    change: Change,
    newest: Sequence[Assessment],
    slis: Mapping[str, Sli],
    others: Sequence[Other],
    *,
    now: datetime,
    next_look: datetime | None,
) -> Story:
    """Gather what a verdict is told from; the order of the inputs does not matter."""
    told = indicators(change, newest, slis, others)
    seen = {i.a.sli for i in told}
    waiting = [s for s in watched(change, slis, seen) if s.name not in seen]
    return Story(
        change=change,
        indicators=told,
        waiting=waiting,
        others=others,
        now=now,
        next_look=next_look,
    )
