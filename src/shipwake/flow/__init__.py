"""The one way that news takes: hear, join, watch, look, learn, tell, converse; the only room that writes."""

from shipwake.domain import HISTORY
from shipwake.flow.announce import announce, map_name
from shipwake.flow.caution import caution_at, judged_lately
from shipwake.flow.circuits import Breaker, Guarded
from shipwake.flow.converse import converse
from shipwake.flow.crash_points import CRASH_POINTS, crash_point
from shipwake.flow.detectors import DetectorError, Detectors
from shipwake.flow.exposition import exposed, families
from shipwake.flow.hear import Answer, hear
from shipwake.flow.join import join, touched
from shipwake.flow.kept import Kept
from shipwake.flow.learn import as_past
from shipwake.flow.learners import Learner, Learners
from shipwake.flow.leases import Leases
from shipwake.flow.look import lease
from shipwake.flow.loop import run, settled, step
from shipwake.flow.measured import Measured
from shipwake.flow.meters import Meters
from shipwake.flow.nearby import others_near
from shipwake.flow.normals import Normals
from shipwake.flow.pulse import unready
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
    "Breaker",
    "Channel",
    "DetectorError",
    "Detectors",
    "Guarded",
    "Kept",
    "Learner",
    "Learners",
    "Leases",
    "Measured",
    "Meters",
    "Normals",
    "Readers",
    "River",
    "Taken",
    "announce",
    "as_past",
    "caution_at",
    "converse",
    "crash_point",
    "exposed",
    "families",
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
    "touched",
    "unready",
    "with_steps",
]
