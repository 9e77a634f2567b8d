"""Numbers, durations and times as people read them; refuses to say "nan" or "inf".

Two or three digits that matter, thin groups by comma, a space before the unit and before %, from
and to with the unit once at the end, a 24 h clock. One place, so that the page, the message and
the terminal say the same number.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from shipwake.verdict.plain import clean

UNIT_LIMIT = 16
ALIKE = 0.003
"""Two numbers this near each other need not be told apart."""
NOTHING = "–"
"""Stands where a number is not known."""
BYTES = {"b", "byte", "bytes"}
SECONDS = {"s", "sec", "second", "seconds"}
TIMES = {*SECONDS, "ms", "us", "µs", "μs", "ns", "min", "minutes", "milliseconds", "microseconds"}
"""Units of time, in lower case: more of it is slower."""
UNITLESS = {"1", "ratio", "none", "count"}


def number(value: float, unit: str = "") -> str:
    """One number without its unit: `number(2079.4)` is "2,079", `number(0.834)` is "0.83"."""
    return _written(value, _decimals(value, unit))


def quantity(value: float, unit: str) -> str:
    """One number with its unit: "41 ms", "0.8 %", "312 MiB"."""
    (shown,), unit = _scaled([value], unit)
    return _with(number(shown, unit), unit)


def from_to(start: float, end: float, unit: str) -> str:
    """`from_to(840, 610, "ms")` is "840 → 610 ms": alike in precision, and told apart."""
    return _pair(start, end, unit, " → ")


def span(low: float, high: float, unit: str) -> str:
    """`span(0.6, 1.1, "%")` is "0.6 to 1.1 %"."""
    return _pair(low, high, unit, " to ")


def signed(low: float, high: float, unit: str) -> str:
    """A difference that may lie from `low` to `high`: "+2.9 to +3.7 points"."""
    words = span(low, high, "points" if unit == "%" else unit)
    if not math.isfinite(low) or not math.isfinite(high):
        return ""
    head, tail = words.split(" to ", 1)
    return f"{_plus(head)} to {_plus(tail)}"


def by(size: float, unit: str) -> str:
    """The size of a move: "200 ms"; of a share, "0.5 points", since % of a % has two meanings."""
    return quantity(abs(size), "points" if unit == "%" else unit)


def percent(share: float) -> str:
    """A share from 0 to 1 as "45 %"; tiny ones keep a digit."""
    return _with(number(100 * share), "%")


def whole(count: float) -> str:
    """A count of things, rounded to what can be meant: "310", "19,400"."""
    return _written(float(f"{count:.3g}"), 0)


def one_in(chance: float) -> str:
    """A chance in words: "1 time in 770"; none below 1 in 10,000, which no history is long enough for."""
    if not chance >= 1e-4:
        return "less than 1 time in 10,000"
    return f"1 time in {float(f'{1 / min(chance, 1.0):.2g}'):,.0f}"


def duration(length: timedelta) -> str:
    """`length` without its sign: "40 s", "3 min", "2 h 5 min", "3 d 2 h", "16 d"."""
    seconds = abs(length.total_seconds())
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours and days < 7 else f"{days:,} d"


def clock(
    at: datetime, now: datetime, *, zone: tzinfo = UTC, step: timedelta = timedelta(minutes=1)
) -> str:
    """`at` as "11:02", with its date where that is not today's; seconds where `step` is short."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    time = local.strftime("%H:%M:%S" if step < timedelta(seconds=30) else "%H:%M")
    if local.date() == today.date():
        return time
    day = f"{local.day} {local.strftime('%b')}"
    return f"{day} {time}" if local.year == today.year else f"{day} {local.year:04d} {time}"


def _plus(text: str) -> str:
    return text if text.startswith(("−", "0 ")) or text == "0" else f"+{text}"


def _pair(start: float, end: float, unit: str, between: str) -> str:
    pair, unit = _scaled([start, end], unit)
    places = [_decimals(v, unit) for v in pair]
    size = [abs(v) for v in pair]
    if max(size) <= 10 * min(size) and not _almost_all(size, unit):
        places = [min(places)] * 2
    texts = [_written(v, p) for v, p in zip(pair, places, strict=True)]
    extra = 0
    # A move whose numbers read the same would be a riddle; what hardly differs may read the same.
    while texts[0] == texts[1] and abs(pair[0] - pair[1]) > ALIKE * max(size) and extra < 6:
        extra += 1
        texts = [_written(v, p + extra) for v, p in zip(pair, places, strict=True)]
    return _with(between.join(texts), unit)


def _almost_all(size: Sequence[float], unit: str) -> bool:
    return unit == "%" and any(99 < s < 100 for s in size)


def _scaled(values: Sequence[float], unit: str) -> tuple[list[float], str]:
    """The same amounts in the unit that reads best; a unit we do not know stays as it was given."""
    unit = clean(unit, UNIT_LIMIT)
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if unit.lower() in BYTES:
        power = min(5, max(0, int(math.log2(largest) // 10))) if largest >= 1 else 0
        return [v / 1024**power for v in values], ("B", "KiB", "MiB", "GiB", "TiB", "PiB")[power]
    if unit.lower() in SECONDS:
        shift = (largest < 0.95) + (largest < 0.95e-3) if largest > 0 else 0
        return [v * 1000**shift for v in values], ("s", "ms", "µs")[shift]
    return list(values), "" if unit.lower() in UNITLESS else unit


def _with(text: str, unit: str) -> str:
    if not unit:
        return text
    return text + unit if unit.startswith("/") else f"{text} {unit}"


def _exponent(size: float) -> int:
    return math.floor(math.log10(size)) if size > 0 else 0


def _decimals(value: float, unit: str) -> int:
    if not math.isfinite(value) or value == 0:
        return 0
    size = abs(value)
    if _almost_all([size], unit):  # 99.97 % is not 100 %: what is missing counts
        return min(max(1, -_exponent(100 - size)), 6)
    if size >= 99.95:
        return 0
    return 1 if size >= 0.995 else min(1 - _exponent(size), 12)


def _written(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return NOTHING
    if value and not 1e-6 <= abs(value) < 1e15:
        return f"{value:.2g}".replace("-", "−")
    if abs(value) >= 1e6 and not decimals:
        value = float(f"{value:.3g}")
    text = f"{abs(value):,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 and text != "0" else text
