"""Folds assessments and overlapping changes into one verdict; pure."""

from shipwake.verdict.fold import fold
from shipwake.verdict.message import EMOJI, Message, message
from shipwake.verdict.suspects import Other

__all__ = ["EMOJI", "Message", "Other", "fold", "message"]
