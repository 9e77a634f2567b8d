"""Values of Sleuth's metric impact sources become samples."""

import httpx
import pytest

from tests.web.site import Site


@pytest.mark.parametrize("source", ["42", "checkout-latency"])
def test_a_metric_becomes_a_sample(here: Site, client: httpx.Client, source: str) -> None:
    """A value of a number that the hook names, or of an SLI's slug, is a sample at its time."""
    at, value = here.town.clock.now().replace(microsecond=0, tzinfo=None), 212.5
    answer = client.post(
        f"/api/1/impact/{source}/register_impact",
        json={"value": str(value), "date": at.isoformat()},
    )
    start = here.town.clock.now().replace(second=0, microsecond=0)
    with here.river.store.read() as tx:
        samples = tx.samples.read("checkout latency", start, start + here.river.config.watch.unit)

    assert (answer.status_code, answer.text) == (200, "Success")
    assert samples.values[:, 0].tolist() == [value]


@pytest.mark.parametrize(
    ("source", "body", "status", "sentence"),
    [
        ("7", {"value": 1}, 404, "MetricImpactSource Not Found"),
        ("43", {"value": 1}, 404, "MetricImpactSource Not Found"),
        ("42", {}, 400, "Bad Request - impact value must be a number"),
        ("42", {"value": "NaN"}, 400, "Bad Request - impact value must be a number"),
        ("42", {"value": True}, 400, "Bad Request - impact value must be a number"),
        ("42", {"value": "9" * 400}, 400, "Bad Request - impact value must be a number"),
        ("42", {"value": 1, "date": "2020-01-01"}, 400, "date: read '2020-01-01'"),
        ("42", {"value": 1, "date": {}}, 400, "date: read '{}'"),
        ("checkout-errors", {"value": 1}, 400, "ratio of two counts"),
    ],
)
def test_a_metric_that_cannot_be_meant_is_refused(
    client: httpx.Client, source: str, body: object, status: int, sentence: str
) -> None:
    """Unknown numbers, no numbers and odd times are refused in Sleuth's words."""
    answer = client.post(f"/api/1/impact/{source}/register_impact", json=body)

    assert answer.status_code == status
    assert sentence in answer.text
