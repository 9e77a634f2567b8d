"""A steady load over HTTP: samples, changes and deliveries, each said again until it is answered 2xx."""

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread

SLIS = {f"latency{i}": f"service{i}" for i in range(6)}
PAST_S = 900
EVERY_S = {"samples": 0.5, "changes": 0.7, "deliveries": 0.9}
AGAIN_S = 0.1


def measured(sli: str, second: int) -> float:
    """What there is to measure of an SLI in one second."""
    return 100 + int(sli.removeprefix("latency")) + 5 * math.sin(second * second % 7919)


@dataclass
class Load:
    """Three senders; what they hold is what was acknowledged, by id, and by SLI and second."""

    url: str
    announced: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    measured: dict[str, set[int]] = field(default_factory=lambda: {sli: set() for sli in SLIS})
    stop: Event = field(default_factory=Event)
    closing: Event = field(default_factory=Event)
    asking: int = 0

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Send until `enough`; samples until the block ends, since looks wait for them."""
        senders = [Thread(target=do) for do in (self._samples, self._changes, self._deliveries)]
        for sender in senders:
            sender.start()
        try:
            yield
        finally:
            self.stop.set()
            self.closing.set()
            for sender in senders:
                sender.join()

    def begun(self) -> bool:
        """Whether each sender was answered once."""
        return bool(self.announced and self.delivered)

    def enough(self) -> None:
        """No more changes."""
        self.closing.set()

    def idle(self) -> bool:
        """Whether nobody waits for an answer to a change."""
        return self.closing.is_set() and self.asking == 0

    def _samples(self) -> None:
        done = int(time.time()) - PAST_S
        while not self.stop.is_set():
            now = int(time.time())
            seconds = range(done, now)
            body = [
                {"sli": sli, "samples": [[s, measured(sli, s)] for s in seconds]} for sli in SLIS
            ]
            if seconds and self._said("/api/v1/samples", body, self.stop):
                for sli in SLIS:
                    self.measured[sli].update(seconds)
                done = now
            self.stop.wait(EVERY_S["samples"])

    def _changes(self) -> None:
        self._each("changes", "/api/v1/changes", self.announced)

    def _deliveries(self) -> None:
        self._each("deliveries", "/hooks/plain", self.delivered)

    def _each(self, what: str, path: str, known: list[str]) -> None:
        """One after another: an id is only given once the one before it was acknowledged."""
        while not self.measured["latency0"] and not self.closing.is_set():
            time.sleep(AGAIN_S)
        number = 0
        while not self.closing.is_set():
            number += 1
            id = f"{what}-{number}"
            service = list(SLIS.values())[number % len(SLIS)]
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            body = {"id": id, "service": service, "environment": "production", "at": at}
            self.asking += 1
            if self._said(path, body, self.stop, key=id):
                known.append(id)
            self.asking -= 1
            self.closing.wait(EVERY_S[what])

    def _said(self, path: str, body: object, stop: Event, *, key: str = "") -> bool:
        """Say it until it is answered 2xx; False where it was stopped before that."""
        told = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        while not stop.is_set():
            with suppress(OSError, HTTPException):
                connection = HTTPConnection(self.url.removeprefix("http://"), timeout=15)
                try:
                    connection.request("POST", path, told, headers)
                    answer = connection.getresponse()
                    said = answer.read()
                finally:
                    connection.close()
                if answer.status < 300:
                    return True
                if answer.status < 500 and answer.status != 429:
                    raise AssertionError(said)
            stop.wait(AGAIN_S)
        return False
