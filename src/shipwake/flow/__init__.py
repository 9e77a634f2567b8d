"""The one way that news takes: hear, join, watch, look, learn, tell, converse; the only room that writes."""

from shipwake.domain import HISTORY
from shipwake.flow.announce import announce, map_name
from shipwake.flow.caution import caution_at, judged_lately
from shipwake.flow.converse import converse
from shipwake.flow.crash_points import CRASH_POINTS, crash_point
from shipwake.flow.detectors import DetectorError, Detectors
from shipwake.flow.hear import Answer, hear
from shipwake.flow.join import join
from shipwake.flow.kept import Kept
from shipwake.flow.learn import as_past
from shipwake.flow.learners import Learner, Learners
from shipwake.flow.leases import Leases
from shipwake.flow.look import lease
from shipwake.flow.loop import run, settled, step
from shipwake.flow.nearby import others_near
from shipwake.flow.normals import Normals
from shipwake.flow.push import Batch, Taken, push
from shipwake.flow.readers import Readers
from shipwake.flow.river import Channel, River, with_steps
from shipwake.flow.together import look
from shipwake.flow.watch import open_watch

__all__ = [
    "CRASH_POINTS",
    "HISTORY",
    "Answer",
    "Batch",
    "Channel",
    "DetectorError",
    "Detectors",
    "Kept",
    "Learner",
    "Learners",
    "Leases",
    "Normals",
    "Readers",
    "River",
    "Taken",
    "announce",
    "as_past",
    "caution_at",
    "converse",
    "crash_point",
    "hear",
    "join",
    "judged_lately",
    "lease",
    "look",
    "map_name",
    "open_watch",
    "others_near",
    "push",
    "run",
    "settled",
    "step",
    "with_steps",
]
