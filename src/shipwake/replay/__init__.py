"""The flow on recorded samples under another clock; no second path that could be right while the first is wrong."""

from shipwake.replay.cluster import ClusterError, cluster
from shipwake.replay.confusion import Outcome, confusion, outcomes
from shipwake.replay.drive import back_fill, drive
from shipwake.replay.folder import ReplayFolder, read_folder
from shipwake.replay.recording import Recording, read_recording
from shipwake.replay.run import quiet, replay

__all__ = [
    "ClusterError",
    "Outcome",
    "Recording",
    "ReplayFolder",
    "back_fill",
    "cluster",
    "confusion",
    "drive",
    "outcomes",
    "quiet",
    "read_folder",
    "read_recording",
    "replay",
]
