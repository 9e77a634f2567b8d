"""The judge on a team's own past: what it would have said, how often without a cause, what it would have seen."""

from shipwake.backtest import words
from shipwake.backtest.asked import MOMENTS, Asked
from shipwake.backtest.kept import keep
from shipwake.backtest.run import backtest
from shipwake.backtest.snippet import snippet

__all__ = ["MOMENTS", "Asked", "backtest", "keep", "snippet", "words"]
