"""A program that decodes the same value in four threads at once, in so many new processes; prints how each ended.

`python -m tests.store.building TIMES`
"""

import json
import os
import sys
from collections import Counter
from threading import Barrier, Thread

from shipwake.domain import Change
from shipwake.store.codec import decode, encode
from tests.store import facts

THREADS = 4
OFTEN_S = 1e-6


def main(times: int) -> None:
    """Fork, decode, count."""
    body = encode(facts.change())
    # Threads take turns so often that each stands still in the middle of what it builds.
    sys.setswitchinterval(OFTEN_S)
    ended = Counter(_once(body) for _ in range(times))
    print(json.dumps(ended))  # noqa: T201 - what the program is for


def _once(body: str) -> int:
    child = os.fork()
    if child == 0:
        together = Barrier(THREADS)

        def go() -> None:
            together.wait()
            decode(Change, body)

        threads = [Thread(target=go) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(int(sys.argv[1]))
