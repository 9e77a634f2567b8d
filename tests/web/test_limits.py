"""How often each may ask: buckets that fill again, who is limited with whom, and whose word of an address counts."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from shipwake.config import Limits
from shipwake.web.address import address_of, neighbourhood
from shipwake.web.limits import Buckets, Guard
from shipwake.web.problem import ProblemError
from shipwake.wire.sign import signature
from tests.web.site import Site, site


def test_a_bucket_empties_and_fills() -> None:
    """As many as fit come at once, then as many a second as flow in; a refusal says when to come back."""
    buckets = Buckets(2.0, 3.0)

    taken = [buckets.take("a", 0.0) for _ in range(4)]
    assert taken == [0.0, 0.0, 0.0, 0.5]
    assert buckets.take("b", 0.0) == 0.0
    assert [buckets.take("a", t) for t in (0.25, 0.5, 0.5)] == [0.25, 0.0, 0.5]
    assert [buckets.take("a", 1000.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_no_rate_is_no_limit() -> None:
    """A limit of 0 refuses nothing and remembers nobody."""
    buckets = Buckets(0.0, 0.0)

    assert {buckets.take("a", 0.0) for _ in range(1000)} == {0.0}
    assert len(buckets) == 0


def test_the_number_of_buckets_is_bounded() -> None:
    """However many ask, only the last few are remembered."""
    buckets = Buckets(1.0, 1.0, most=10)
    for number in range(1000):
        buckets.take(str(number), 0.0)

    assert len(buckets) == 10
    assert buckets.take("999", 0.0) > 0


@given(st.lists(st.floats(0, 0.4), max_size=200))
def test_never_more_than_the_burst_and_what_flowed_in(steps: list[float]) -> None:
    """Whenever the requests come, no more than size + rate · time of them get through."""
    buckets, now, let = Buckets(5.0, 7.0), 0.0, 0
    for step in steps:
        now += step
        let += buckets.take("a", now) == 0.0

    assert let <= 7.0 + 5.0 * now + 1e-6


def test_a_neighbour_who_fails_shuts_out_no_key_that_was_right() -> None:
    """After too many failures from an address new keys are not looked at, and those that were right go on."""
    guard = Guard(Limits(failures=2), lambda: 0.0)
    guard.right("mine")
    for _ in range(2):
        guard.trying("10.0.0.1", "token")
        guard.failed("10.0.0.1", "token")

    with pytest.raises(ProblemError) as refused:
        guard.trying("10.0.0.1", "token")
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "30")
    assert guard.was_right("mine")
    guard.trying("10.0.0.2", "token")
    guard.trying("10.0.0.1", "session")


PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.9, 10.0.0.7"], "10.0.0.9"),
        ("10.0.0.1", ["evil, 10.0.0.7"], "10.0.0.7"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::1]:80"], "2001:db8::1"),
        ("fd00::1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", [",".join(["1.1.1.1"] * 5000)], "1.1.1.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("testclient", [], "unknown"),
    ],
)
def test_only_a_configured_proxy_is_believed(
    peer: str, forwarded: list[str], expected: str
) -> None:
    """The header is read from its right end, past our own proxies, and not at all from anybody else."""
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})

    assert address_of(request, PROXIES) == expected


def test_an_ipv6_network_is_one_asker() -> None:
    """Whoever has a /64 has no end of addresses, and one bucket."""
    assert (
        neighbourhood("2001:db8::1")
        == neighbourhood("2001:db8::ffff:2")
        != neighbourhood("2001:db8:0:1::1")
    )
    assert neighbourhood("198.51.100.1") == "198.51.100.1"


@pytest.fixture
def tight(tmp_path: Path) -> Iterator[Site]:
    """A server that answers little."""
    limits = Limits(key=1, address=1, hooks=2, failures=5)
    with site(tmp_path, limits=limits) as made:
        yield made


def _until_refused(client: httpx.Client, path: str, most: int = 40) -> tuple[int, httpx.Response]:
    for count in range(most):
        answer = client.get(path)
        if answer.status_code == 429:
            return count, answer
    raise AssertionError(f"{most} requests were answered")


def test_a_token_that_asks_too_often_is_told_when_to_come_back(tight: Site) -> None:
    """One key runs into its limit with a problem and Retry-After; another key from the same address goes on."""
    busy, calm = tight.client("read"), tight.client("read")
    count, told = _until_refused(busy, "/api/v1/slis")

    assert 10 <= count <= 30
    assert told.headers["content-type"] == "application/problem+json"
    assert 1 <= int(told.headers["retry-after"]) <= 2
    assert "raise key under limits" in told.json()["detail"]
    assert calm.get("/api/v1/slis").status_code == 200
    assert busy.get("/healthz").status_code == 200


def test_wrong_signatures_of_one_hook_stop_no_other(tight: Site) -> None:
    """Deliveries with a wrong signature are soon refused, at that hook alone; a token still delivers."""
    client = tight.client()
    headers = {"X-Shipwake-Signature": signature(b"{}", "wrong")}
    statuses = [
        client.post("/hooks/plain", content=b"{}", headers=headers).status_code for _ in range(7)
    ]

    assert statuses == [401] * 5 + [429] * 2
    assert client.post("/hooks/sleuth", content=b"{}").status_code == 401
    sent = {"id": "l1", "service": "checkout", "environment": "production"}
    assert tight.client("changes:write").post("/hooks/plain", json=sent).status_code == 202


def test_wrong_tokens_are_soon_not_looked_at(tight: Site) -> None:
    """After a few wrong tokens a further one from there is refused unread, and a right one that is in use is not."""
    right = tight.client("read")
    assert right.get("/api/v1/slis").status_code == 200
    wrong = tight.client(Authorization="Bearer shipwake_wrong")

    count, _ = _until_refused(wrong, "/api/v1/slis")

    assert count == 5
    assert right.get("/api/v1/slis").status_code == 200


def test_wrong_links_are_soon_not_looked_at(tight: Site) -> None:
    """Guessing sign-in links ends after a few; the page itself still opens."""
    client = tight.client(Accept="application/json")
    statuses = [client.post("/sign-in", data={"link": f"x{n}"}).status_code for n in range(7)]

    assert statuses == [401] * 5 + [429] * 2
    assert client.get("/sign-in").status_code == 200


def test_a_stranger_runs_into_the_limit_and_a_probe_does_not(tight: Site) -> None:
    """Without a key the address is limited; /healthz and what a page is drawn with always answer."""
    client = tight.client()
    _until_refused(client, "/api/v1/slis")

    assert {client.get("/healthz").status_code for _ in range(50)} == {200}
    assert client.get("/static/shipwake.css").status_code == 200


def test_a_burst_of_deliveries_is_taken(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With the limits as they are where nobody says otherwise, 300 deliveries at once are all heard."""
    with site(tmp_path_factory.mktemp("burst"), limits=Limits()) as here:
        client = here.client("changes:write")
        sent = [
            client.post("/hooks/plain", json={"id": f"b{n}", "service": "checkout"}).status_code
            for n in range(300)
        ]

    assert set(sent) == {202}
