"""Pushing samples: what is stored, and what is refused with which words."""

import httpx
import numpy as np
import pytest

from shipwake.domain import rfc3339
from tests.web.site import Site

LATENCY, ERRORS = "checkout latency", "checkout errors"


@pytest.fixture(scope="module")
def pusher(here: Site) -> httpx.Client:
    """A client that may push samples and nothing else."""
    return here.client("samples:write")


def _now(here: Site) -> float:
    return here.town.clock.now().timestamp()


def _read(here: Site, sli: str, start: float, count: int) -> list[list[float]]:
    from datetime import timedelta

    from shipwake.domain import from_epoch

    with here.river.store.read() as tx:
        end = from_epoch(start) + timedelta(minutes=count)
        found: list[list[float]] = tx.samples.read(sli, from_epoch(start), end).values.tolist()
    return found


def _push(client: httpx.Client, body: object) -> httpx.Response:
    if isinstance(body, bytes):
        return client.post("/api/v1/samples", content=body)
    return client.post("/api/v1/samples", json=body)


def test_a_gauge_takes_times_with_values(here: Site, pusher: httpx.Client) -> None:
    """Samples of a gauge are stored under their times, epoch seconds and RFC 3339 alike."""
    now = _now(here)
    at = rfc3339(here.town.clock.now())
    told = _push(pusher, {"sli": LATENCY, "samples": [[at, 101.5], [now + 60, 0], [now + 120, 99]]})

    assert told.json() == {"stored": 3, "left_out": {}}
    assert _read(here, LATENCY, now, 3) == [[101.5], [0.0], [99.0]]


def test_a_ratio_takes_both_counts(here: Site, pusher: httpx.Client) -> None:
    """Samples of a ratio carry their part and their total."""
    now = _now(here)

    assert _push(pusher, {"sli": ERRORS, "samples": [[now, 3, 600]]}).json()["stored"] == 1
    assert _read(here, ERRORS, now, 1) == [[3.0, 600.0]]


def test_several_slis_come_in_one_body(here: Site, pusher: httpx.Client) -> None:
    """A list of pushes is stored as one."""
    now = _now(here) + 600
    body = [{"sli": LATENCY, "samples": [[now, 1]]}, {"sli": ERRORS, "samples": [[now, 1, 2]]}]

    assert _push(pusher, body).json()["stored"] == 2


def test_a_batch_with_one_bad_part_stores_nothing(here: Site, pusher: httpx.Client) -> None:
    """Where one SLI of several is unknown, none of the samples is kept."""
    now = _now(here) + 1200
    body = [{"sli": LATENCY, "samples": [[now, 7]]}, {"sli": "nope", "samples": [[now, 1]]}]

    assert _push(pusher, body).status_code == 404
    assert [7.0] not in _read(here, LATENCY, now, 1)


def test_nothing_measured_is_not_zero(here: Site, pusher: httpx.Client) -> None:
    """`null` says that there was nothing to measure; it never becomes a number."""
    now = _now(here) + 1800
    told = _push(pusher, {"sli": LATENCY, "samples": [[now, 5], [now + 60, None]]})

    assert told.status_code == 200, told.text
    values = np.array(_read(here, LATENCY, now, 2), dtype=float)
    assert values[0, 0] == 5
    assert len(values) == 1 or np.isnan(values[1, 0])


def test_an_unknown_sli_lists_names_that_are_near(pusher: httpx.Client) -> None:
    """A misspelt name is answered 404 with the names it may have meant."""
    told = _push(pusher, {"sli": "checkout latncy", "samples": []})

    assert told.status_code == 404
    assert "checkout latency" in told.json()["detail"]


T = 1_772_438_400
BAD = [
    ("naive time", {"sli": LATENCY, "samples": [["2026-03-02T10:00:00", 1]]}, "no zone"),
    ("no time", {"sli": LATENCY, "samples": [["yesterday", 1]]}, "'yesterday' is no time"),
    ("milliseconds", {"sli": LATENCY, "samples": [[T * 1000, 1]]}, "not milliseconds"),
    ("nanoseconds", {"sli": LATENCY, "samples": [[T * 10**9, 1]]}, "a day from now"),
    ("the seventies", {"sli": LATENCY, "samples": [[1, 1]]}, "1970-01-01"),
    ("a year late", {"sli": LATENCY, "samples": [[T - 400 * 86400, 1]]}, "more than a year ago"),
    ("the future", {"sli": LATENCY, "samples": [[T + 10 * 86400, 1]]}, "a day from now"),
    ("a text as value", {"sli": LATENCY, "samples": [[T, 1], [T, "2"]]}, "samples[1][1]"),
    ("true as value", {"sli": LATENCY, "samples": [[T, True]]}, "read true"),
    ("too few numbers", {"sli": ERRORS, "samples": [[T, 1]]}, "[time, part, total]"),
    ("too many numbers", {"sli": LATENCY, "samples": [[T, 1, 2]]}, "[time, value]"),
    ("an unknown key", {"sli": LATENCY, "samples": [], "unit": "ms"}, "unit"),
    ("no samples key", {"sli": LATENCY}, "samples"),
    ("a number as name", {"sli": 5, "samples": []}, "read 5"),
    ("null", b"null", "null"),
    ("nothing", b"", "there is none"),
    ("no JSON", b"sli=checkout", "JSON"),
    ("cut off", b'{"sli": "checkout latency", "samples": [[1', "JSON"),
    ("not a number", b'{"sli": "checkout latency", "samples": [[1, NaN]]}', "JSON"),
    ("infinity", b'{"sli": "checkout latency", "samples": [[1, Infinity]]}', "JSON"),
    ("beyond all floats", b'{"sli": "checkout latency", "samples": [[1, 1e999]]}', "out of range"),
    (
        "endless digits",
        b'{"sli": "checkout latency", "samples": [[1, ' + b"9" * 9000 + b"]]}",
        "out of range",
    ),
    ("broken UTF-8", b'{"sli": "\xff", "samples": []}', "UTF-8"),
    ("half a surrogate", b'{"sli": "\\ud800", "samples": []}', "JSON"),
    ("depth", b'{"sli": "x", "samples": ' + b"[" * 90_000 + b"]" * 90_000 + b"}", "too deeply"),
    ("a key twice", b'{"sli": "a", "sli": "b", "samples": []}', "'sli' stands twice"),
    ("a key twice in disguise", b'{"samples": [], "sli": "b", "s\\u006ci": "a"}', "twice"),
    ("a bare number", b"5", "Expected"),
]


@pytest.mark.parametrize(("body", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_samples_are_refused_with_what_was_read(
    pusher: httpx.Client, body: object, words: str
) -> None:
    """Each kind of bad input is a 400 whose detail says what was read or what is allowed."""
    told = _push(pusher, body)

    assert told.status_code == 400, told.text
    assert told.headers["content-type"] == "application/problem+json"
    assert words in told.json()["detail"]


def test_late_twice_and_out_of_order_samples_have_one_effect(
    here: Site, pusher: httpx.Client
) -> None:
    """Samples that come out of order and again are stored once, under their own times."""
    now = _now(here) + 2400
    rows = [[now + 120, 3], [now, 1], [now + 60, 2], [now, 1]]
    for _ in range(2):
        assert _push(pusher, {"sli": LATENCY, "samples": rows}).status_code == 200

    assert _read(here, LATENCY, now, 3) == [[1.0], [2.0], [3.0]]
