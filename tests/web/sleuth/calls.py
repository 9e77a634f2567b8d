"""What the tests of Sleuth's clients share: paths, questions, and a look at what became of a call."""

import json

from shipwake.domain import Change
from tests.flow.town import MINUTE
from tests.web.site import Site

DEPLOYS = "/api/1/deployments/acme/{}/register_deploy"
ONE, TWO = "1" * 40, "2" * 40
YEAR = 366 * 24 * 60 * MINUTE


def changes(here: Site, service: str) -> list[Change]:
    """The changes of a service in production, oldest first, once all that was heard is understood."""
    here.town.work()
    with here.river.store.read() as tx:
        rows = tx.changes.latest(service, "production", here.town.clock.now() + YEAR, limit=100)
    return [row.change for row in reversed(rows)]


def kept(here: Site) -> bytes:
    """Everything that is kept of every delivery."""
    here.town.work()
    with here.river.store.read() as tx:
        rows = tx.heard.page(limit=200).rows
        heard = [found.heard for row in rows if (found := tx.heard.get(row.id))]
    return b"\n".join(json.dumps(one.headers).encode() + one.body for one in heard)
