"""A process that writes as the flow does, one numbered transaction after another, until it is ended.

`python -m tests.store.writing ADDRESS NAME`
"""

import sys
from dataclasses import replace
from itertools import count

from shipwake.domain import Health
from shipwake.store import Outcome, Store, Tx
from shipwake.wire.clock import ManualClock, pause
from tests.store.conftest import START
from tests.store.facts import assessment, change, heard, notice, reply, verdict


def main(address: str, name: str) -> None:
    """Write until killed."""
    store = Store.open(address, clock=ManualClock(START))
    for number in count(1):
        with store.write() as tx:
            one(tx, name, number)
        pause(0.002)


def one(tx: Tx, name: str, number: int) -> None:
    """What one transaction leaves: rows that are added, and two that are written over."""
    id = f"{name}-{number}"
    tx.changes.save(replace(change(name), title=f"change {number}"), mapped=True)
    tx.changes.save(change(id), mapped=True)
    tx.heard.keep(heard(id.encode() * 50), id)
    found = [assessment(id, "errors", 1, Health.AILING)]
    tx.verdicts.append(verdict(id, 1, health=Health.AILING), found)
    tx.outbox.put(replace(notice(1), change=id))
    tx.replies.add(reply(id, id))
    tx.heard.count("writing", name, Outcome.UNUSED, at=START)


if __name__ == "__main__":
    main(*sys.argv[1:])
