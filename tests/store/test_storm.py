"""Several workers on several connections at once: every look once, every verdict in its place, no deadlock."""

from dataclasses import replace
from threading import Thread

from shipwake.domain import Health, Look
from shipwake.store import Leased, Store, Tx
from tests.store.conftest import START
from tests.store.facts import MINUTE, assessment, change, event, notice, verdict

CHANGES = [f"c{i}" for i in range(5)]
SLIS = [f"sli {i}" for i in range(3)]
LOOKS = 4
END = START + 60 * MINUTE


def work(store: Store, failures: list[Exception]) -> None:
    """Lease and end looks as the flow does, until a while none is left."""
    idle = 0
    while idle < 20:
        try:
            with store.write() as tx:
                leased = tx.looks.lease(END, limit=4, worker="w", seconds=30)
            for one in {x.look.change for x in leased}:
                with store.write() as tx:
                    _end(tx, [x for x in leased if x.look.change == one])
        except Exception as error:  # noqa: BLE001 - any is a failure of the test
            failures.append(error)
            return
        idle = 0 if leased else idle + 1


def _end(tx: Tx, rows: list[Leased]) -> None:
    """One commit of the flow: fences, verdict, next looks and a notice."""
    kept = [x.look for x in rows if tx.looks.finish(x, _following(x.look))]
    if not kept:
        return
    id = kept[0].change
    newest = tx.verdicts.newest(id)
    seq = newest.seq + 1 if newest else 1
    found = [assessment(id, k.sli, k.number, evidence=False) for k in kept]
    tx.verdicts.append(verdict(id, seq, health=Health.AILING), found)
    tx.outbox.put(replace(notice(seq), change=id))


def _following(look: Look) -> Look | None:
    if look.number == LOOKS:
        return None
    return replace(look, number=look.number + 1, due=look.due + MINUTE)


def speak(store: Store, voice: str, failures: list[Exception]) -> None:
    """Hear of the same changes again and again, as webhooks do, and of a rollback now and then."""
    for i in range(15):
        id = CHANGES[i % len(CHANGES)]
        try:
            with store.write() as tx:
                tx.events.add(event(f"{voice} {i}"))
                tx.events.attach("story", f"{voice} {i}", id)
                tx.changes.save(replace(change(id), title=f"heard {i}"), mapped=True)
                tx.looks.hasten(CHANGES[i % 2], START)
        except Exception as error:  # noqa: BLE001 - any is a failure of the test
            failures.append(error)
            return


def test_workers_and_senders_at_once_leave_everything_in_order(store: Store, second: Store) -> None:
    """Each look of each SLI is assessed once, and the verdicts of each change count without a gap."""
    with store.write() as tx:
        for id in CHANGES:
            tx.changes.save(change(id), mapped=True)
            for sli in SLIS:
                tx.looks.plan(id, sli, 1, START, START)
    failures: list[Exception] = []
    threads = [Thread(target=work, args=(s, failures)) for s in (store, second, store, second)]
    threads += [
        Thread(target=speak, args=(s, v, failures)) for s, v in ((store, "a"), (second, "b"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        looks = {id: [(a.sli, a.look) for a in tx.verdicts.history(id)] for id in CHANGES}
        seqs = {id: [v.seq for v in tx.verdicts.of(id)] for id in CHANGES}
        places = [place for place, _ in tx.verdicts.since(0, 1000)]
        stored = {id: tx.changes.get(id) for id in CHANGES}
        told = {q.notice.revision for id in CHANGES for q in tx.outbox.of(id) if id == "c0"}

    assert failures == []
    every = [(sli, number) for sli in SLIS for number in range(1, LOOKS + 1)]
    assert {id: sorted(made) for id, made in looks.items()} == dict.fromkeys(CHANGES, every)
    assert all(found == list(range(1, len(found) + 1)) for found in seqs.values())
    assert places == sorted(places)
    assert {id: s.verdict_seq for id, s in stored.items() if s} == {
        id: found[-1] for id, found in seqs.items()
    }
    assert told == {seqs["c0"][-1]}
