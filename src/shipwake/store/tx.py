"""One transaction, with one object a noun."""

from shipwake.store.access import Access
from shipwake.store.audit import Audit
from shipwake.store.backtests import Backtests
from shipwake.store.changes import Changes
from shipwake.store.circuits import Circuits
from shipwake.store.duties import Duties
from shipwake.store.events import Events
from shipwake.store.fills import Fills
from shipwake.store.heard import Deliveries
from shipwake.store.levels import Levels
from shipwake.store.looks import Looks
from shipwake.store.mappings import Mappings
from shipwake.store.outbox import Outbox
from shipwake.store.queues import Queues
from shipwake.store.replies import Replies
from shipwake.store.samples import SampleChunks
from shipwake.store.sql import Sql
from shipwake.store.verdicts import Verdicts


class Tx:
    """What `Store.write` and `Store.read` give; of no use when their block has ended."""

    __slots__ = (
        "access",
        "audit",
        "backtests",
        "changes",
        "circuits",
        "duties",
        "events",
        "fills",
        "heard",
        "levels",
        "looks",
        "mappings",
        "outbox",
        "queues",
        "replies",
        "samples",
        "verdicts",
    )

    def __init__(self, sql: Sql) -> None:
        self.heard = Deliveries(sql)
        self.events = Events(sql)
        self.changes = Changes(sql)
        self.samples = SampleChunks(sql)
        self.levels = Levels(sql)
        self.looks = Looks(sql)
        self.verdicts = Verdicts(sql)
        self.outbox = Outbox(sql)
        self.queues = Queues(sql)
        self.replies = Replies(sql)
        self.mappings = Mappings(sql)
        self.access = Access(sql)
        self.audit = Audit(sql)
        self.duties = Duties(sql)
        self.circuits = Circuits(sql)
        self.fills = Fills(sql)
        self.backtests = Backtests(sql)
