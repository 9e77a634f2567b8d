"""One look: the samples after a change against the normal learned before it; no memory of earlier looks."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from shipwake.domain import (
    Assessment,
    Health,
    Look,
    Onset,
    Reason,
    Samples,
    SliKind,
    from_epoch,
    utc,
)
from shipwake.judge import detector
from shipwake.judge.data_health import unfit
from shipwake.judge.effect import stayed
from shipwake.judge.evidence import evidence
from shipwake.judge.joint import Level
from shipwake.judge.normal import Model, Normal
from shipwake.judge.onset import onset
from shipwake.judge.power import noticeable
from shipwake.judge.recovery import Alarm, recovered
from shipwake.judge.refusal import Refusal
from shipwake.judge.share_power import noticeable_share
from shipwake.judge.shift import Shift, effect_of, relative, shift_of, shown_factor
from shipwake.judge.watch_p import Verdicts, by_meaning, moved
from shipwake.judge.watched import Residuals, Watched, early_path, residuals, watched
from shipwake.judge.words import Evidence, degree, notice_size, objective_lost, word


def assess(
    normal: Normal, after: Samples, look: Look, level: Level, *, ended: datetime | None = None
) -> Assessment:
    """What `look` finds in the samples `after` its anchor, up to when it was due.

    A pure fold of all samples so far. `ended` is when a harm that began before is known to have ended: then it
    hurts only if it came back. What cannot be judged is unknown, with its reason. Raises only what the detector
    does that the normal was taught by, if any.
    """
    seen = watched(normal, after, look)
    refusal = unfit(normal, seen, missing=after.missing)
    blank = _blank(normal, seen, look, level)
    model = normal.model
    if model is None or len(seen) == 0 or not seen.read.ok.any():
        reason = refusal or Refusal(Reason.TOO_EARLY)
        return replace(blank, reason=reason.reason, detail=reason.detail)
    found = residuals(model, seen)
    path = early_path(model, seen, found)
    if model.detector is None:
        moves = moved(model, path, found.z, seen, normal.sli.better)
    else:
        moves = detector.moved(model, model.detector, path, seen, normal.sli.better)
    verdicts = by_meaning(moves, normal.sli.better, level.early)
    judged = _judged(normal, model, seen, found, verdicts, blank, ended)
    if refusal is not None and not judged.health.hurts:
        return replace(judged, health=Health.UNKNOWN, reason=refusal.reason, detail=refusal.detail)
    return replace(judged, detail=refusal.detail) if refusal else judged


def _blank(normal: Normal, seen: Watched, look: Look, level: Level) -> Assessment:
    read = seen.read
    factor = shown_factor(normal.sli)
    weight = read.totals if normal.sli.kind is SliKind.RATIO else read.ok.astype(np.float64)
    total = float(weight.sum())
    before = normal.before.mean
    return Assessment(
        change=look.change,
        sli=look.sli,
        look=look.number,
        at=look.due,
        anchor=look.anchor,
        health=Health.UNKNOWN,
        reason=Reason.TOO_EARLY,
        p_worse=1.0,
        p_better=1.0,
        level=level.early,
        before=None if before is None else before * factor,
        after=float(np.sum(read.values * weight)) / total * factor if total > 0 else None,
        seen=int(read.answered.sum()),
        wanted=len(seen),
        evidence=evidence(normal, seen),
    )


def _judged(
    normal: Normal,
    model: Model,
    seen: Watched,
    found: Residuals,
    p: Verdicts,
    blank: Assessment,
    ended: datetime | None,
) -> Assessment:
    sli = normal.sli
    shift = shift_of(sli, model, seen, found)
    effect, expected = effect_of(sli, shift, seen, found)
    middle = shift.level(0.0)
    seen_by_now = _noticeable(shift, model, seen, p.sign, blank.level)
    # Up to the first alarm only: later samples may hold the end of the move, which looks like a start.
    first = p.sign * found.z[: p.stop]
    began = onset(first) if len(first) >= 3 else (0, 0, 0)
    since = _since(model, seen, found, began[0], p, ended) if p.stop else None
    health, reason = word(
        sli,
        Evidence(
            p_worse=p.worse,
            p_better=p.better,
            level=blank.level,
            effect=effect,
            expected=expected,
            sign=p.sign,
            samples=len(seen),
            noticeable=seen_by_now,
            notice=notice_size(sli, middle),
            recovered=since is not None,
            stayed=stayed(found.z[seen.read.ok], found.since[seen.read.ok], effect),
            factor=shift.factor,
            lost=objective_lost(sli, blank.before, effect, expected, shift.factor),
        ),
    )
    if model.detector is not None:
        health, reason = detector.humbled(health, reason, seen_by_now)
    return replace(
        blank,
        health=health,
        reason=reason,
        p_worse=p.worse,
        p_better=p.better,
        effect=effect,
        expected=expected,
        noticeable=seen_by_now,
        noticeable_relative=None if seen_by_now is None else relative(seen_by_now, middle),
        degree=degree(effect, expected, p.sign),
        excess=_excess(normal, seen, found, began[0], p),
        onset=_onset(seen, began) if p.stop else None,
        recovered_at=None if since is None else from_epoch(seen.anchor_s + since * seen.unit_s),
    )


def _since(
    model: Model, seen: Watched, found: Residuals, began: int, p: Verdicts, ended: datetime | None
) -> int | None:
    """The slot since which what began at slot `began` is over."""
    end = None
    if ended is not None:
        end = int(np.ceil((utc(ended).timestamp() - seen.anchor_s) / seen.unit_s - 1e-6))
    alarm = Alarm(began, p.stop, end)
    spike = float(np.max(model.limit)) if model.noise is None else None
    return recovered(found.z, seen.read.ok, model.straying, p.sign, alarm, spike=spike)


def _noticeable(shift: Shift, model: Model, seen: Watched, sign: int, level: float) -> float | None:
    direction = model.up if sign > 0 else model.down
    if model.detector is None and model.noise is not None:
        return noticeable_share(shift, model.noise, direction, seen.read.totals, sign, level)
    if model.detector is None:
        z = noticeable(shift, direction, len(seen), level)
    else:
        z = detector.noticeable(shift, model.detector, seen, sign, level)
    return None if z is None else shift.size(sign * z)


def _excess(
    normal: Normal, seen: Watched, found: Residuals, began: int, p: Verdicts
) -> float | None:
    """Events beyond the expected since the onset: failures, where a ratio counts good ones too."""
    if not p.stop or normal.sli.kind is SliKind.GAUGE:
        return None
    if normal.sli.kind is SliKind.RATIO:
        total = float(found.z[began:].sum())
        return -total if normal.sli.good else total
    model = normal.model
    if model is None:
        return None
    ok = seen.read.ok[began:]
    expected = model.transform.inverse(found.foretold[began:])
    return float(np.sum((seen.read.values[began:] - expected)[ok]))


def _onset(seen: Watched, slots: tuple[int, int, int]) -> Onset:
    at, low, high = (from_epoch(seen.anchor_s + s * seen.unit_s) for s in slots)
    return Onset(at=at, low=low, high=high)
