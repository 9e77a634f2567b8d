"""What every intake promises: it refuses forgeries, reads its sender's forms, and fails only as it may."""

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipwake.domain import Event, Heard
from shipwake.intake import Intake, RefusedError, UnreadableError, connect
from tests.contracts.answers import (
    adapters,
    answers,
    cases,
    configured,
    differences,
    path_of,
    plain,
)

RECEIVED = datetime(2026, 2, 3, 10, 0, 10, tzinfo=UTC)
SECRET = "correct horse battery staple"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.just("\x00\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@cache
def _intake(kind: str) -> Intake:
    stated = answers("intake", kind).get("settings", {})
    return connect(configured("intake", kind, stated, SECRET=SECRET, OLD="an older secret"))


def heard_of(kind: str, case: Mapping[str, Any], body: bytes | None = None) -> Heard:
    """A delivery as a case states it, or with another body."""
    headers = {name.lower(): str(value) for name, value in case.get("headers", {}).items()}
    if body is None:
        body = case["text"].encode() if "text" in case else json.dumps(case.get("body")).encode()
    return Heard(kind=kind, source="acme", headers=headers, body=body, received=RECEIVED)


def _case(kind: str, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = answers("intake", kind)["cases"][name]
    return found


@adapters("intake")
def test_there_are_answers_to_hold_it_to(kind: str) -> None:
    """Each intake has a signed example, a form that says something, one of no use and one that cannot be read."""
    stated = answers("intake", kind)
    assert stated, f"write {path_of('intake', kind)}"
    said = [case.get("says") for case in stated["cases"].values()]

    assert {"secret", "headers", "text"} <= set(stated["signature"])
    assert any(said)
    assert [] in said
    assert any("unreadable" in case for case in stated["cases"].values())


@adapters("intake")
def test_a_right_signature_is_accepted(kind: str) -> None:
    """The signed example passes, with its secret alone or beside an older one, and the secret is not shown."""
    example = answers("intake", kind)["signature"]
    one = connect(configured("intake", kind, {"secret": "${SIGNED}"}, SIGNED=example["secret"]))
    two = connect(
        configured(
            "intake",
            kind,
            {"secrets": ["${OLD}", "${SIGNED}"]},
            OLD="old",
            SIGNED=example["secret"],
        )
    )

    assert example["secret"] not in repr((one, two))
    one.verify(heard_of(kind, example))
    two.verify(heard_of(kind, example))


@adapters("intake")
@pytest.mark.parametrize(
    "forgery", ["another body", "another secret", "no header", "an empty header", "a word"]
)
def test_a_wrong_signature_is_refused(kind: str, forgery: str) -> None:
    """A delivery whose body, secret or signature is another is refused, and the reason tells no secret."""
    example = copy.deepcopy(dict(answers("intake", kind)["signature"]))
    secret = example["secret"] + "!" if forgery == "another secret" else example["secret"]
    if forgery == "another body":
        example["text"] += " "
    if forgery == "no header":
        example["headers"] = {}
    if forgery in ("an empty header", "a word"):
        example["headers"] = dict.fromkeys(
            example["headers"], "" if "empty" in forgery else "sigñed"
        )
    intake = connect(configured("intake", kind, {"secret": "${SIGNED}"}, SIGNED=secret))

    with pytest.raises(RefusedError) as caught:
        intake.verify(heard_of(kind, example))
    assert secret not in str(caught.value)


@cases("intake")
def test_a_form_says_what_it_says(kind: str, name: str) -> None:
    """Each form gives the events, or the reason, that its answers promise."""
    case = _case(kind, name)
    intake = _intake(kind)
    if "unreadable" in case:
        with pytest.raises(UnreadableError, match=case["unreadable"]):
            intake.events(heard_of(kind, case))
        return
    got = [plain(event) for event in intake.events(heard_of(kind, case))]

    assert differences(case["says"], got) == []


@cases("intake")
def test_the_same_delivery_says_the_same(kind: str, name: str) -> None:
    """A delivery that comes twice gives equal events with the same identity."""
    heard = heard_of(kind, _case(kind, name))

    assert _outcome(kind, heard) == _outcome(kind, heard)


def _outcome(kind: str, heard: Heard) -> list[Event] | str:
    try:
        return list(_intake(kind).events(heard))
    except UnreadableError as error:
        return error.message


@cases("intake")
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_reason(kind: str, name: str, body: bytes) -> None:
    """Whatever the bytes, the outcome is events or an UnreadableError."""
    assert isinstance(_outcome(kind, heard_of(kind, _case(kind, name), body)), list | str)


@cases("intake")
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_form_with_anything_in_it_is_read_or_refused_by_reason(
    kind: str, name: str, data: st.DataObject
) -> None:
    """Whatever stands in one place of a form, the outcome is clean events or an UnreadableError."""
    case = _case(kind, name)
    body = copy.deepcopy(case.get("body"))
    place: Any = body
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    outcome = _outcome(kind, heard_of(kind, case, json.dumps(body).encode()))

    if not isinstance(outcome, str):
        json.dumps([plain(event) for event in outcome], ensure_ascii=False).encode()
        assert "\x00" not in str([plain(event) for event in outcome])


@adapters("intake")
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b"\xef\xbb\xbf{}", b"1e999", b"9" * 10_000]
)
def test_bombs_do_not_go_off(kind: str, body: bytes) -> None:
    """Nesting and numbers without end are read or refused by reason."""
    for case in answers("intake", kind)["cases"].values():
        assert isinstance(_outcome(kind, heard_of(kind, case, body)), list | str)
