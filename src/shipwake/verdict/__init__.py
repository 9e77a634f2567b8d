"""Folds assessments and overlapping changes into one verdict; pure."""

from shipwake.verdict import numbers
from shipwake.verdict.environment import EnvironmentState, Recent, Silent, state_sentence
from shipwake.verdict.fold import fold
from shipwake.verdict.message import EMOJI, Message, message
from shipwake.verdict.plain import clean
from shipwake.verdict.standing import NOT_LIKELY_YOU, RECOVERED, ROLLED_BACK, SUPERSEDED, WATCHING
from shipwake.verdict.suspects import Other
from shipwake.verdict.zones import in_zone

__all__ = [
    "EMOJI",
    "NOT_LIKELY_YOU",
    "RECOVERED",
    "ROLLED_BACK",
    "SUPERSEDED",
    "WATCHING",
    "EnvironmentState",
    "Message",
    "Other",
    "Recent",
    "Silent",
    "clean",
    "fold",
    "in_zone",
    "message",
    "numbers",
    "state_sentence",
]
