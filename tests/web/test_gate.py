"""The gate: one word for a pipeline, and no good news out of silence."""

import pytest

from tests.flow.town import ALICE
from tests.web.site import Site


def _ask(here: Site, **params: str) -> dict[str, object]:
    response = here.client("read").get("/gate", params=params)
    assert response.status_code == 200, response.text
    word: dict[str, object] = response.json()["data"]
    return word


def test_an_unheard_revision_is_neither_ok_nor_conclusive(here: Site) -> None:
    """What nobody told of is unknown, and the answer says how to tell."""
    word = _ask(here, service="checkout", environment="production", revision="unheard")

    assert (word["ok"], word["health"], word["conclusive"]) == (False, "unknown", False)
    assert "/api/v1/changes" in str(word["reason"])


def test_the_gate_follows_the_verdict(here: Site) -> None:
    """Unknown at first, then ok once healthy; a harmful one is conclusive and not ok."""
    where = {"service": "checkout", "environment": "prod-eu"}
    good = here.deploys(ALICE, "1111111aaaa")
    first = _ask(here, **where, revision="1111111")
    here.town.minutes(61)
    later = _ask(here, **where, revision="1111111")
    here.deploys(ALICE, "2222222bbbb")
    here.town.slower = 80
    here.town.minutes(8)
    harmful = _ask(here, **where)

    assert (first["ok"], first["conclusive"]) == (False, False)
    assert (later["ok"], later["health"], later["conclusive"]) == (True, "healthy", True)
    assert later["change"] == good
    assert (harmful["ok"], harmful["health"], harmful["conclusive"]) == (False, "unhealthy", True)
    assert "latency" in str(harmful["reason"])


@pytest.mark.parametrize(
    "params", [{}, {"service": "checkout"}, {"service": "", "environment": "production"}]
)
def test_half_a_question_is_refused(here: Site, params: dict[str, str]) -> None:
    """Without a service and an environment there is nothing to answer, which is said by name."""
    told = here.client("read").get("/gate", params=params)

    assert told.status_code == 400
    assert "query.environment" in told.text or "query.service" in told.text
