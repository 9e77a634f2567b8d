"""A stretch of network between a worker and its database that can be cut, slow, and dead without a word."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ENDS_S = 10.0


@dataclass(slots=True)
class Proxy:
    """Forwards what comes to `port`; `delay_s` holds each packet, `dead` swallows all, in both directions."""

    to: int
    port: int = 0
    delay_s: float = 0.0
    dead: bool = False
    cuts: int = 0
    packets: int = 0
    _pairs: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)
    _carrying: list[threading.Thread] = field(default_factory=list)
    _closed: bool = False

    def cut(self) -> int:
        """Reset every connection; returns how many."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with suppress(OSError):
                    # Both sides are told by a reset, as by a firewall that forgot them.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    end.shutdown(socket.SHUT_RDWR)
        self.cuts += len(pairs)
        return len(pairs)

    def _forward(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                while self.dead and not self._closed:
                    time.sleep(0.05)
                if self.delay_s:
                    time.sleep(self.delay_s)
                self.packets += 1
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        while not self._closed:
            with suppress(OSError):
                near, _ = listening.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.to), 5)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                self._pairs.append((near, far))
                carrying = threading.Thread(target=self._carry, args=(near, far), daemon=True)
                self._carrying.append(carrying)
                carrying.start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """Both ways until both have ended; closed only then, so that nobody reads from another's socket."""
        back = threading.Thread(target=self._forward, args=(far, near), daemon=True)
        back.start()
        self._forward(near, far)
        back.join()
        near.close()
        far.close()

    def end(self) -> None:
        """Cut what is left, and wait until it is closed."""
        self._closed = True
        self.cut()
        for carrying in self._carrying:
            carrying.join(ENDS_S)


@contextmanager
def between(port: int, *, host: str = "127.0.0.1") -> Iterator[Proxy]:
    """A proxy before that port of this machine, at one of its addresses, while the block runs."""
    listening = socket.create_server((host, 0), backlog=64)
    proxy = Proxy(to=port, port=listening.getsockname()[1])
    thread = threading.Thread(target=proxy._accept, args=(listening,), daemon=True)  # noqa: SLF001
    thread.start()
    try:
        yield proxy
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        proxy.end()
