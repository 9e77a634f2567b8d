"""Changes over the API: told, listed, read, talked about."""

import httpx
import pytest

from shipwake.domain import rfc3339
from tests.flow.town import ALICE, BOB
from tests.web.site import Site

PATH = "/api/v1/changes"


@pytest.fixture(scope="module")
def judged(here: Site) -> str:
    """A change of Alice's with verdicts."""
    change = here.deploys(ALICE, "abc1234", title="Cheaper carts")
    here.town.minutes(12)
    return change


def _told(here: Site, **facts: object) -> dict[str, object]:
    at = rfc3339(here.town.clock.now())
    return {"service": "checkout", "environment": "production", "at": at, **facts}


def test_telling_creates_once(here: Site) -> None:
    """A change told twice under one id is created once: 201, then 200 with the same body."""
    client = here.client("changes:write")
    sent = _told(here, id="c1", title="hello", revision="aaa", authors=["alice@example.com"])

    first, again = client.post(PATH, json=sent), client.post(PATH, json=sent)

    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.headers["location"] == f"{PATH}/c1"
    assert first.json() == again.json()
    assert first.json()["id"] == "c1"
    assert first.json()["authors"][0]["email"] == "alice@example.com"


def test_a_change_of_an_unknown_service_is_kept_unmapped(here: Site) -> None:
    """What nobody configured is accepted, and says that it is not mapped."""
    told = here.client("changes:write").post(PATH, json=_told(here, id="c2", service="billing"))

    assert told.status_code == 201, told.text
    assert told.json()["mapped"] is False
    assert told.json()["heard_service"] == "billing"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "deployment"}, "deploy"),
        ({"titel": "x"}, "titel"),
        ({"at": "2026-03-02T10:00:00"}, "offset"),
        ({"at": 5.5e300}, "at"),
        ({"title": 5}, "title"),
        ({"exposure": [{"at": "2026-03-02T10:00:00Z", "share": 7}]}, "share"),
        ({"title": "nul \x00"}, "U+0000"),
        ({"id": "x" * 100_000}, "id"),
    ],
)
def test_a_bad_change_is_refused_with_what_is_allowed(
    here: Site, facts: dict[str, object], words: str
) -> None:
    """Unknown keys, wrong types and naive times are a 400 that names them."""
    told = here.client("changes:write").post(PATH, json=_told(here, **facts))

    assert told.status_code == 400, told.text
    assert words in told.json()["detail"]


def test_a_change_comes_whole_with_a_tag(admin: httpx.Client, judged: str) -> None:
    """One change has its newest verdict and assessments; asked again with its ETag it is 304."""
    whole = admin.get(f"{PATH}/{judged}")
    again = admin.get(f"{PATH}/{judged}", headers={"If-None-Match": whole.headers["etag"]})

    told = whole.json()
    assert told["title"] == "Cheaper carts"
    assert told["health"] == told["verdict"]["health"]
    assert {a["sli"] for a in told["assessments"]} == {"checkout latency", "checkout errors"}
    assert again.status_code == 304
    assert not again.content


def test_every_verdict_is_there_oldest_first(admin: httpx.Client, judged: str) -> None:
    """The verdicts of a change are numbered from 1 without a hole."""
    found = admin.get(f"{PATH}/{judged}/verdicts").json()["data"]

    assert [v["seq"] for v in found] == list(range(1, len(found) + 1))
    assert found


@pytest.mark.parametrize("below", ["", "/verdicts", "/replies"])
def test_an_unknown_change_is_a_404_that_says_where_to_look(
    admin: httpx.Client, below: str
) -> None:
    """Whatever is asked of a change that does not exist, the answer names it and the list."""
    told = admin.get(f"{PATH}/no/such{below}")

    assert told.status_code == 404
    assert "'no/such'" in told.json()["detail"]


def test_the_list_comes_in_pages_without_loss(here: Site, admin: httpx.Client, judged: str) -> None:
    """Following `next` shows each change once, newest first, and ends with null."""
    for number in range(7):
        here.deploys(BOB, f"page{number}", service="mail")
        here.town.minutes(1)
    seen, cursor = [], ""
    for _ in range(50):
        page = admin.get(PATH, params={"limit": 3, "cursor": cursor}).json()
        seen += page["data"]
        if page["next"] is None:
            break
        cursor = page["next"]

    whole = admin.get(PATH, params={"limit": 200}).json()["data"]
    assert [row["id"] for row in seen] == [row["id"] for row in whole]
    assert judged in [row["id"] for row in seen]
    times = [row["at"] for row in seen if row["at"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"service": "checkout"}, True),
        ({"service": "mail"}, False),
        ({"environment": "production"}, True),
        ({"kind": "flag"}, False),
        ({"author": "alice@example.com"}, True),
        ({"author": "bob@example.com"}, False),
        ({"q": "cheaper"}, True),
        ({"q": "abc1234"}, True),
        ({"q": "100%_"}, False),
        ({"since": "2026-03-01T00:00:00+01:00"}, True),
        ({"since": "2027-03-01T00:00:00Z"}, False),
        ({"until": "2026-03-01T00:00:00Z"}, False),
        ({"health": "unhealthy"}, False),
    ],
)
def test_filters_narrow_the_list(
    admin: httpx.Client, judged: str, params: dict[str, str], found: bool
) -> None:
    """Each filter keeps the changes that fit and no other."""
    rows = admin.get(PATH, params={**params, "limit": 200}).json()["data"]

    assert (judged in [row["id"] for row in rows]) is found


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "nonsense"},
        {"cursor": "\x00"},
        {"q": "\x00"},
        {"limit": 0},
        {"limit": "9" * 5000},
        {"limit": "two"},
        {"kind": "deployment"},
        {"health": "fine"},
        {"since": "2026-03-01T00:00:00"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"servce": "checkout"},
        {"service": ["checkout", "mail"]},
    ],
)
def test_bad_parameters_are_refused(admin: httpx.Client, params: dict[str, object]) -> None:
    """A parameter that cannot be meant, is not known or comes twice is a 400, never ignored."""
    told = admin.get(PATH, params=params)  # type: ignore[arg-type]

    assert told.status_code == 400, told.text
    assert told.headers["content-type"] == "application/problem+json"


def test_a_reply_stands_beside_the_verdict(here: Site, judged: str) -> None:
    """A reply is kept with its author and kind, and changes no verdict."""
    client = here.client("changes:write", "read")
    before = client.get(f"{PATH}/{judged}").json()["verdict"]
    sent = {"kind": "not mine", "text": "that was Bob's flag", "author": "Alice"}

    said = client.post(f"{PATH}/{judged}/replies", json=sent)
    nameless = client.post(f"{PATH}/{judged}/replies", json={"kind": "seen"})

    assert said.status_code == 201, said.text
    found = client.get(f"{PATH}/{judged}/replies").json()["data"]
    assert [r["id"] for r in found] == [said.json()["id"], nameless.json()["id"]]
    assert nameless.json()["author"].startswith("test of")
    after = client.get(f"{PATH}/{judged}").json()
    assert (after["verdict"], after["replies"]) == (before, 2)


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "comment"},
        {"kind": "comment", "text": "  "},
        {"kind": "shout", "text": "x"},
        {"text": "x" * 10_001},
        {"kind": "seen", "txt": ""},
        [],
        "",
    ],
)
def test_a_bad_reply_is_refused(here: Site, judged: str, sent: object) -> None:
    """An empty, endless or misspelt reply is a 400."""
    told = here.client("changes:write").post(f"{PATH}/{judged}/replies", json=sent)

    assert told.status_code == 400, told.text
