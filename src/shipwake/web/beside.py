"""The server and the loop in threads of this process: what `serve` runs, beside a program that drives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from shipwake.flow import River, run
from shipwake.web.serve import listen, server

PATIENCE_S = 15


@contextmanager
def beside(river: River) -> Iterator[str]:
    """Serve and work until the block ends; yields the server's address. Port 0 takes a free one."""
    bound, running, stop = listen(river), server(river), Event()
    threads = (
        Thread(target=run, args=(river, stop), name="flow", daemon=True),
        Thread(target=running.run, kwargs={"sockets": [bound]}, name="server", daemon=True),
    )
    for thread in threads:
        thread.start()
    try:
        host = "127.0.0.1" if river.config.host in ("", "0.0.0.0") else river.config.host  # noqa: S104 - read, not bound
        yield f"http://{host}:{bound.getsockname()[1]}"
    finally:
        stop.set()
        river.wake.set()
        running.should_exit = True
        for thread in threads:
            thread.join(PATIENCE_S)
