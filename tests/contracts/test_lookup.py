"""What every lookup promises: what is known is added, what is not stays as given, failures say what to do."""

import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.config import kinds
from shipwake.domain import Change, ChangeKind, Commit, Person, State, parse_rfc3339
from shipwake.lookup import Lookup, LookupFailedError, Polled, connect
from tests.contracts.answers import (
    adapters,
    answers,
    cases,
    configured,
    differences,
    path_of,
    plain,
)
from tests.wire.server import Server, serving

SECRET = "correct-horse-battery-staple"
Case = Mapping[str, Any]


def _case(kind: str, name: str) -> Case:
    found: Case = answers("lookup", kind)["cases"][name]
    return found


def _is_asked(kind: str) -> bool:
    """Whether it is on a network."""
    return any("serve" in case for case in answers("lookup", kind).get("cases", {}).values())


@contextmanager
def played(kind: str, case: Case) -> Iterator[tuple[Lookup, Server]]:
    """The lookup before a server that answers as the case states, and that server."""
    with serving(*case.get("serve", ({},))) as server:
        stated = answers("lookup", kind).get("settings", {}) | case.get("settings", {})
        known = {
            k: v.replace("{server}", server.url) if isinstance(v, str) else v
            for k, v in stated.items()
        }
        yield connect(configured("lookup", kind, known, SECRET=SECRET)), server


def _change(stated: Mapping[str, Any]) -> Change:
    facts = {"id": "c-1", "kind": ChangeKind.DEPLOY, "state": State.LIVE, **stated}
    return Change(**{**facts, "commits": tuple(Commit(**c) for c in stated.get("commits", ()))})


def told_by(lookup: Lookup, case: Case) -> Any:  # noqa: ANN401 - what YAML would hold of it
    """What the case asks for: a person, what is in a change, or the deliveries that were lost."""
    if "person" in case:
        return plain(lookup.person(Person(**case["person"])))
    if "poll" in case:
        asked = case["poll"]
        since = parse_rfc3339(asked["since"])
        return plain(cast("Polled", lookup).deliveries(asked["repository"], since))
    return plain(lookup.commits(_change(case["change"])))


@adapters("lookup")
def test_there_are_answers_to_hold_it_to(kind: str) -> None:
    """Each lookup has a change with commits, one without, a person whom it knows and one whom it does not."""
    stated = answers("lookup", kind)
    assert stated, f"write {path_of('lookup', kind)}"
    found = stated["cases"].values()
    people = [case for case in found if "person" in case and "gives" in case]

    assert {bool(case["commits"]) for case in found if "commits" in case} == {True, False}
    assert {case["person"].items() <= case["gives"].items() for case in people} == {True, False}


@pytest.mark.parametrize("kind", [k for k in kinds.known("lookup") if _is_asked(k)])
def test_there_is_every_failure_of_a_network(kind: str) -> None:
    """Each lookup on a network has an answer for too many requests, trouble, silence, nonsense and no such thing."""
    served = [case for case in answers("lookup", kind)["cases"].values() if "serve" in case]
    given_back = [answer for case in served for answer in case["serve"]]
    statuses = {answer.get("status", 200) for answer in given_back}

    assert {401, 404, 429} <= statuses
    assert statuses & {500, 502, 503}
    assert any(answer.get("hang") for answer in given_back)
    assert any("text" in answer and answer.get("status", 200) == 200 for answer in given_back)
    assert {case["error"]["permanent"] for case in served if "error" in case} == {True, False}


@cases("lookup")
def test_what_is_known_is_given(kind: str, name: str) -> None:
    """Each case gives the commits, the person or the deliveries, or the error, that is promised for it."""
    case = _case(kind, name)
    with played(kind, case) as (lookup, server):
        if "error" in case:
            with pytest.raises(LookupFailedError) as caught:
                told_by(lookup, case)
            _check_error(caught.value, case["error"])
        else:
            got = told_by(lookup, case)
            got = got["commits"] if "commits" in case else got
            assert differences(case.get("commits", case.get("gives")), got) == []
    asks = case.get("asks", ())
    assert len(server.asked) >= len(asks)
    for request, wanted in zip(server.asked, asks, strict=False):
        assert re.search(wanted.get("path", ""), request.path)
        assert wanted.get("headers", {}).items() <= request.headers.items()


def _check_error(error: LookupFailedError, expected: Mapping[str, Any]) -> None:
    after = expected.get("retry_after_s")
    assert error.permanent is expected["permanent"]
    assert error.retry_after == (None if after is None else timedelta(seconds=after))
    assert re.search(expected.get("says", ""), error.message)


@cases("lookup")
def test_no_secret_is_told(kind: str, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the log of any library, nor an error with its whole trace, nor the lookup itself shows the secret."""
    caplog.set_level("DEBUG")
    case = _case(kind, name)
    with played(kind, case) as (lookup, _):
        told = repr(lookup)
        try:
            told_by(lookup, case)
        except LookupFailedError as error:
            told += "".join(traceback.format_exception(error))

    assert SECRET not in told + caplog.text


PEOPLE = st.builds(
    Person, name=st.text(), email=st.text() | st.emails(), login=st.text(), bot=st.booleans()
)


@pytest.mark.parametrize("kind", [k for k in kinds.known("lookup") if not _is_asked(k)])
@given(somebody=PEOPLE)
def test_asking_again_changes_nothing(kind: str, somebody: Person) -> None:
    """Who was looked up once is the same person when looked up again."""
    lookup = connect(configured("lookup", kind, answers("lookup", kind).get("settings", {})))
    known = lookup.person(somebody)

    assert lookup.person(known) == known
