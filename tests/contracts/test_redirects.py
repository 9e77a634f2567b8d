"""No adapter follows a redirect: what another system points at is never asked, and no secret of ours goes there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shipwake.domain import Better, Person, ShipwakeError, Sli, SliKind
from shipwake.lookup import connect as lookup
from shipwake.sources import connect as source
from shipwake.tell import connect as teller
from tests.contracts.answers import configured
from tests.contracts.test_tell import NOTICE
from tests.wire.server import serving

SECRET = "correct-horse-battery-staple"
NOW = datetime(2026, 2, 3, 11, 4, tzinfo=UTC)
SLI = Sli(
    name="a",
    service="checkout",
    environment="production",
    kind=SliKind.GAUGE,
    source="acme",
    better=Better.LOWER,
    query={"query": "up"},
)


def _told(kind: str, settings: dict[str, Any]) -> None:
    teller(configured("tell", kind, settings, SECRET=SECRET)).put(NOTICE, None)


def _asked(room: str, kind: str, url: str) -> None:
    match room, kind:
        case "tell", "slack":
            _told(kind, {"url": f"{url}/api/", "token": "${SECRET}", "channel": "C0123"})
        case "tell", _:
            _told(kind, {"url": f"{url}/in", "secret": "${SECRET}"})
        case "sources", _:
            made = configured(room, kind, {"url": url, "token": "${SECRET}"}, SECRET=SECRET)
            source(made).samples(SLI, NOW - timedelta(hours=1), NOW)
        case _:
            made = configured(room, kind, {"url": url, "token": "${SECRET}"}, SECRET=SECRET)
            lookup(made).person(Person(login="alice"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("room", "kind"),
    [("tell", "slack"), ("tell", "webhook"), ("sources", "prometheus"), ("lookup", "github")],
)
def test_a_redirect_leads_nowhere(room: str, kind: str, status: int) -> None:
    """The place that an answer points at is not asked, and the failure tells no secret."""
    with serving({"json": {"ok": True}}) as elsewhere:
        answer = {"status": status, "headers": {"Location": f"{elsewhere.url}/stolen"}}
        with serving(answer) as server, pytest.raises(ShipwakeError) as caught:
            _asked(room, kind, server.url)

    assert server.asked
    assert elsewhere.asked == []
    assert SECRET not in str(caught.value)
