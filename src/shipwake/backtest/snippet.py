"""What a backtest proposes, as lines of `shipwake.yaml`; it names what it cannot propose."""

import json

from shipwake.backtest.advice import written
from shipwake.domain import Backtest, SliPast


def snippet(found: Backtest) -> str:
    """YAML that stands in the file as it is; each `notice` belongs into the entry of its SLI."""
    lines = [f"caution: {written(100 * found.advice.caution)}%"]
    if found.slis:
        lines.append("slis:  # into the entry of each")
    for name in dict.fromkeys(s.sli for s in found.slis):
        these = [s for s in found.slis if s.sli == name]
        lines.append(_line(max(these, key=lambda s: s.false_worse.of)))
    return "\n".join(lines) + "\n"


def _line(sli: SliPast) -> str:
    name = json.dumps(sli.sli, ensure_ascii=False)
    if sli.notice:
        amount, _, unit = sli.notice.partition(" ")
        return f"  - {{name: {name}, notice: {amount}}}" + (f"  # {unit}" if unit else "")
    why = sli.why or "no step that was tried is seen so soon"
    return f"  - {{name: {name}, notice: auto}}  # {why}"
