"""A connection to PostgreSQL that gives up on a server from which nothing comes; refuses to wait for ever.

A server that dies without a word, or a network that swallows packets, leaves a connection that looks
well: reading from it would wait for two hours by the kernel's own settings.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from shipwake.wire.clock import monotonic

RV = TypeVar("RV")

PATIENCE_S = 60.0
"""How long no answer may come at all."""
GONE_AFTER_S = (15, 5, 3)
"""An idle peer is asked for after so long, then so often, so many times: half a minute in all."""
UNACKNOWLEDGED_MS = 30_000
ALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": GONE_AFTER_S[0],
    "keepalives_interval": GONE_AFTER_S[1],
    "keepalives_count": GONE_AFTER_S[2],
    "tcp_user_timeout": UNACKNOWLEDGED_MS,
}
"""Parameters of a connection: how our side finds out that the other is gone."""
# The same for the server's side: what we held when our host went is free again half a minute later.
# A program that is stopped in the middle of a transaction still answers for its connection, so that
# its transaction is ended by time.
SESSION = f"""
SET tcp_keepalives_idle = {GONE_AFTER_S[0]};
SET tcp_keepalives_interval = {GONE_AFTER_S[1]};
SET tcp_keepalives_count = {GONE_AFTER_S[2]};
SET tcp_user_timeout = {UNACKNOWLEDGED_MS};
SET idle_in_transaction_session_timeout = '60s'
"""


class Impatient(psycopg.Connection[Any]):
    """Waits `patience_s` for a sign of life (None: as long as it takes), then the connection is at its end."""

    patience_s: float | None = PATIENCE_S

    def wait(self, gen: PQGen[RV], *how: Any, **more: Any) -> RV:  # noqa: ANN401 - psycopg's own
        """As psycopg's own, but for the end of our patience."""
        if self.patience_s is None:
            return super().wait(gen, *how, **more)
        return super().wait(self._while_alive(gen, self.patience_s), *how, **more)

    def _while_alive(self, gen: PQGen[RV], patience_s: float) -> PQGen[RV]:
        """What `gen` asks for and is told, for as long as something comes now and then."""
        try:
            wanted = next(gen)
            until = monotonic() + patience_s
            while True:
                ready = yield wanted
                if ready:
                    until = monotonic() + patience_s
                elif monotonic() > until:
                    self.pgconn.finish()
                    message = f"connection lost: the server said nothing for {patience_s:.0f} s"
                    raise psycopg.OperationalError(message)
                wanted = gen.send(ready)
        except StopIteration as end:
            found: RV = end.value
            return found


def connected(**parameters: Any) -> Impatient:  # noqa: ANN401 - libpq's own
    """A connection whose both ends notice when the other is gone."""
    connection = Impatient.connect(**ALIVE, **parameters)
    connection.execute(SESSION)
    connection.commit()
    return connection
