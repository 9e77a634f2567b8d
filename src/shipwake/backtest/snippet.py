"""What a backtest proposes, as lines of `shipwake.yaml`; it names what it cannot propose."""

import json
from datetime import timedelta

from shipwake.backtest.advice import in_time, written
from shipwake.domain import Backtest, SliPast
from shipwake.verdict import numbers


def snippet(found: Backtest) -> str:
    """YAML that stands in the file as it is; each `notice` belongs into the entry of its SLI."""
    lines = [f"caution: {written(100 * found.advice.caution)}%"]
    if found.slis:
        lines.append("slis:  # into the entry of each")
    for name in dict.fromkeys(s.sli for s in found.slis):
        these = [s for s in found.slis if s.sli == name]
        lines += _entry(max(these, key=lambda s: s.false_worse.of))
    return "\n".join(lines) + "\n"


def _entry(sli: SliPast) -> list[str]:
    name = json.dumps(sli.sli, ensure_ascii=False)
    if sli.notice:
        amount, _, unit = sli.notice.partition(" ")
        proposed = f"{amount}  # {unit}" if unit else amount
    else:
        proposed = f"auto  # {_why(sli)}"
    return [f"  - name: {name}", f"    notice: {proposed}"]


def _why(sli: SliPast) -> str:
    sight = in_time(sli.sights)
    if sli.why or sight is None:
        return sli.why or "no step was tried"
    within = numbers.duration(timedelta(seconds=sight.after_s))
    if sight.size is None:
        return f"nothing is seen in {within}"
    return f"in {within} no less than {numbers.by(sight.size, sli.unit)} is seen"
