"""The only room with SQL."""

from shipwake.store.access import Session, Token
from shipwake.store.audit import Deed, Done
from shipwake.store.backup import Copied, Progress
from shipwake.store.changes import Lived, Stored
from shipwake.store.circuits import Circuit, Flow
from shipwake.store.duties import Duty
from shipwake.store.errors import (
    BusyError,
    DamagedError,
    FullError,
    NoBackupError,
    NotMigratedError,
    NotReplacedError,
    NotWrittenError,
    OtherToolsError,
    ReadOnlyError,
    UnreachableError,
    UnreadableError,
)
from shipwake.store.examined import Examined
from shipwake.store.fills import Fill
from shipwake.store.heard import HeardPage, HeardRow, Kept, Outcome, Sender, Why
from shipwake.store.looks import Finished, Leased
from shipwake.store.mappings import Mapping
from shipwake.store.measurements import Push, Pushed, push_of
from shipwake.store.outbox import Post, Queued
from shipwake.store.page import Filter, Page, Row
from shipwake.store.place import Series
from shipwake.store.queues import Queue
from shipwake.store.store import PushedSamples, Store
from shipwake.store.tx import Tx
from shipwake.store.writer import SamplesWriter

__all__ = [
    "BusyError",
    "Circuit",
    "Copied",
    "DamagedError",
    "Deed",
    "Done",
    "Duty",
    "Examined",
    "Fill",
    "Filter",
    "Finished",
    "Flow",
    "FullError",
    "HeardPage",
    "HeardRow",
    "Kept",
    "Leased",
    "Lived",
    "Mapping",
    "NoBackupError",
    "NotMigratedError",
    "NotReplacedError",
    "NotWrittenError",
    "OtherToolsError",
    "Outcome",
    "Page",
    "Post",
    "Progress",
    "Push",
    "Pushed",
    "PushedSamples",
    "Queue",
    "Queued",
    "ReadOnlyError",
    "Row",
    "SamplesWriter",
    "Sender",
    "Series",
    "Session",
    "Store",
    "Stored",
    "Token",
    "Tx",
    "UnreachableError",
    "UnreadableError",
    "Why",
    "push_of",
]
