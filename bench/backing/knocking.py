"""A writer that asks again and again, and how long the store lets it wait; run as a process it is another host.

`python -m bench.backing.knocking ADDRESS` writes until a line comes in, then prints its waits as JSON.
"""

import json
import sys
import time
from contextlib import closing
from threading import Event, Thread

from shipwake.domain import Heard
from shipwake.store import Store
from shipwake.wire.clock import SystemClock

REST_S = 0.002
FIRST_S = 0.5
"""Not counted: what is opened and compiled once."""


def knock(store: Store, name: str, stop: Event) -> list[tuple[float, float]]:
    """Keep one delivery a transaction until told to stop; when each was begun and how long it took, in seconds."""
    waits, number, clock = [], 0, SystemClock()
    while not stop.is_set():
        number += 1
        received = clock.now()
        heard = Heard(kind="plain", source=name, headers={}, body=b"{}" * 200, received=received)
        begun = time.time()
        with store.write() as tx:
            id = tx.heard.keep(heard, f"{name}-{number}-{received}")
            tx.heard.understood(id, 0, "")
        waits.append((begun, time.time() - begun))
        time.sleep(REST_S)
    return waits


def main(address: str) -> None:
    """Write until a line comes in on standard input."""
    stop = Event()
    found: list[tuple[float, float]] = []
    with closing(Store.open(address, clock=SystemClock())) as store:
        thread = Thread(target=lambda: found.extend(knock(store, "elsewhere", stop)))
        thread.start()
        time.sleep(FIRST_S)
        print("ready", flush=True)
        sys.stdin.readline()
        stop.set()
        thread.join()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
