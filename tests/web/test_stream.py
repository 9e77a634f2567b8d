"""The stream of verdicts: in order, resumed without loss, cheap to leave open."""

import json
from collections.abc import Generator
from contextlib import closing
from itertools import islice

import httpx
import pytest

from tests.flow.town import ALICE, BOB
from tests.web.site import Site, until

Event = tuple[int, dict[str, object]]


def _events(response: httpx.Response) -> Generator[Event]:
    number = 0
    for line in response.iter_lines():
        if line.startswith("id: "):
            number = int(line.removeprefix("id: "))
        elif line.startswith("data: "):
            yield number, json.loads(line.removeprefix("data: "))


def _read(
    client: httpx.Client, count: int, last: int | None = None, change: str = ""
) -> list[Event]:
    """The first events of a stream after that place."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    params = {"change": change} if change else {}
    with client.stream("GET", "/api/v1/stream", headers=headers, params=params) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        with closing(_events(response)) as events:
            return list(islice(events, count))


def test_a_listener_resumes_where_it_was(here: Site) -> None:
    """Read in two sittings by Last-Event-ID, the stream gives each verdict once and in order."""
    change = here.deploys(ALICE, "s1")
    here.town.minutes(12)
    client = here.client("read")

    whole = _read(client, 4, last=0)
    first = _read(client, 2, last=0)
    rest = _read(client, 2, last=first[-1][0])

    assert first + rest == whole
    assert [number for number, _ in whole] == sorted({number for number, _ in whole})
    assert {told["change"] for _, told in whole} == {change}
    assert [told["seq"] for _, told in whole] == [1, 2, 3, 4]


def test_a_new_listener_hears_what_comes_and_not_what_was(here: Site) -> None:
    """Without Last-Event-ID the stream begins now, and a verdict written later arrives by itself."""
    client = here.client("read")
    with client.stream("GET", "/api/v1/stream") as response:
        events = _events(response)
        until(lambda: here.listeners() > 0)
        change = here.deploys(BOB, "s2", service="mail")
        here.town.minutes(3)
        number, told = next(events)

    assert told["change"] == change
    assert number > 0


def test_a_listener_may_ask_for_one_change(here: Site) -> None:
    """With `change` only that change's verdicts come."""
    change = here.deploys(BOB, "s3", service="mail")
    here.deploys(ALICE, "s3")
    here.town.minutes(5)

    events = _read(here.client("read"), 2, last=0, change=change)

    assert {told["change"] for _, told in events} == {change}


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 40, "x y"])
def test_an_odd_place_is_refused(here: Site, last: str) -> None:
    """A Last-Event-ID that is no id of ours is a 400 that says what to send."""
    told = here.client("read").get("/api/v1/stream", headers={"Last-Event-ID": last})

    assert told.status_code == 400
    assert "Last-Event-ID" in told.json()["detail"]


def test_the_stream_is_not_packed(here: Site) -> None:
    """The stream is never compressed, since that would hold events back."""
    headers = {"Accept-Encoding": "gzip"}
    with here.client("read").stream("GET", "/api/v1/stream", headers=headers) as response:
        assert "content-encoding" not in response.headers


def test_nobody_polls_when_nobody_listens(here: Site) -> None:
    """When the last listener leaves, the count is zero again."""
    client = here.client("read")
    with client.stream("GET", "/api/v1/stream") as response:
        assert response.status_code == 200
        until(lambda: here.listeners() > 0)

    until(lambda: here.listeners() == 0)
