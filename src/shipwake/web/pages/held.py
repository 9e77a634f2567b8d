"""What the store holds of an indicator: what was pushed, or what was read of its source's past; asks no source."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import Samples, Sli
from shipwake.flow import Kept, River
from shipwake.store import Fill, Tx
from shipwake.web.charts import clock, day, lasting


@dataclass(frozen=True, slots=True)
class Held:
    """Samples up to `until`: now for what is pushed, the last reading of its past for another source."""

    samples: Samples | None
    until: datetime


def held(river: River, tx: Tx, sli: Sli, now: datetime, span: timedelta) -> Held:
    """The newest `span` of what is here; no samples where nothing of another source was read yet."""
    if sli.source == "push":
        return Held(tx.samples.read(sli.name, now - span, now), now)
    fill = _fill(river, tx, sli)
    if fill is None:
        return Held(None, now)
    until = min(fill.until, now)
    return Held(tx.samples.read(fill.series, max(fill.start, until - span), until), until)


def past(river: River, tx: Tx, sli: Sli) -> str:
    """How much of another source's past was read into the store, in words; empty where none was."""
    fill = _fill(river, tx, sli)
    if fill is None:
        return ""
    since = f" since {day(fill.oldest)}" if fill.oldest else ""
    step = lasting(timedelta(seconds=fill.step_s))
    return f"{fill.values:,} samples{since}, every {step}, read until {clock(fill.until)}"


def _fill(river: River, tx: Tx, sli: Sli) -> Fill | None:
    """How far its past was read; None where that answers another question than its query now asks."""
    found, source = tx.fills.get(sli.name), river.sources.get(sli.source)
    if found is None or not isinstance(source, Kept) or found.asks != source.asks(sli):
        return None
    return found
