"""What every teller promises: a notice is put once and edited in place, failures say what to do, secrets stay in."""

import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipwake.domain import Health, Notice
from shipwake.tell import Teller, TellError, connect
from tests.contracts.answers import adapters, answers, cases, configured, path_of
from tests.wire.mail import MailServer, taking_mail
from tests.wire.server import Server, serving

# Apprise's own channels ask for a module that Python is about to drop, and do without it there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
SECRET = "correct-horse-battery-staple"
NOTICE = Notice(
    change="c-1",
    recipient="alice@example.com",
    channel="team",
    revision=3,
    health=Health.UNHEALTHY,
    lines=(
        "🔴 shop #412 is unhealthy in production. Checkout errors 0.8 % → 4.1 % since 11:02.",
        "No other change.",
    ),
    at=datetime(2026, 2, 3, 11, 4, tzinfo=UTC),
    url="https://shipwake.example/changes/c-1",
)
Case = Mapping[str, Any]


def _case(kind: str, name: str) -> Case:
    found: Case = answers("tell", kind)["cases"][name]
    return found


@contextmanager
def played(kind: str, case: Case) -> Iterator[tuple[Teller, Server | MailServer]]:
    """The teller before a server that answers as the case states, and that server."""
    stated = answers("tell", kind)
    with _other_side(case) as server:
        scheme, _, place = server.url.partition("://")
        parts = {
            "{server}": f"{scheme}://{place}",
            "{place}": place,
            "{port}": place.rpartition(":")[2],
            "{secret}": SECRET,
        }

        def filled(value: object) -> object:
            match value:
                case "{port}":
                    return int(parts[value])
                case str():
                    for name, part in parts.items():
                        value = value.replace(name, part)
                    return value
                case dict():
                    return {key: filled(inner) for key, inner in value.items()}
                case _:
                    return value

        settings = stated.get("settings", {}) | case.get("settings", {})
        environ = stated.get("environ", {}) | case.get("environ", {})
        known, variables = filled(settings), filled(environ)
        assert isinstance(known, dict)
        assert isinstance(variables, dict)
        yield connect(configured("tell", kind, known, SECRET=SECRET, **variables)), server


def _other_side(case: Case) -> AbstractContextManager[Server | MailServer]:
    if "mail" in case:
        return taking_mail(case["mail"], SECRET)
    return serving(*case.get("serve", ({},)))


def _failures(case: Case) -> set[int]:
    """The statuses (of a mail server: the codes) that the other side answers with; -1 for no answer."""
    if "mail" in case:
        said = [str(answer) for answer in case["mail"].values()]
        return {
            -1 if answer == "hang" else int(answer[:3]) for answer in said if answer[:1] in "h45"
        }
    return {
        -1 if answer.get("hang") else answer.get("status", 200) for answer in case.get("serve", ())
    }


@adapters("tell")
def test_there_are_answers_to_hold_it_to(kind: str) -> None:
    """Each teller has a case that succeeds; one on a network also each failure that passes, and one that lasts."""
    stated = answers("tell", kind)
    assert stated, f"write {path_of('tell', kind)}"
    cases_of = stated["cases"].values()
    afar = [case for case in cases_of if "serve" in case or "mail" in case]
    failures = set[int]().union(*map(_failures, afar))

    assert any("error" not in case for case in cases_of)
    if afar:
        busy = {-1, 451, 550} if any("mail" in case for case in afar) else {-1, 429}
        assert busy <= failures
        assert failures & {500, 503, 550}
        assert {case["error"]["permanent"] for case in afar if "error" in case} == {True, False}


@cases("tell")
def test_a_notice_is_put_or_refused_with_a_reason(kind: str, name: str) -> None:
    """Each answer of the channel gives a place, or the error that is promised for it."""
    case = _case(kind, name)
    with played(kind, case) as (teller, server):
        if "error" in case:
            with pytest.raises(TellError) as caught:
                teller.put(NOTICE, None)
            _check_error(caught.value, case["error"])
        else:
            assert teller.put(NOTICE, None).value
    for request, wanted in zip(server.asked, case.get("asks", ()), strict=False):
        assert re.search(wanted.get("path", ""), request.path)
        assert re.search(wanted.get("body", ""), request.body.decode())
        assert wanted.get("headers", {}).items() <= request.headers.items()


def _check_error(error: TellError, expected: Mapping[str, Any]) -> None:
    after = expected.get("retry_after_s")
    assert error.permanent is expected["permanent"]
    assert error.retry_after == (None if after is None else timedelta(seconds=after))
    assert re.search(expected.get("says", ""), error.message)


@adapters("tell")
def test_the_next_revision_goes_to_the_same_place(kind: str) -> None:
    """A later revision is put where the first one is, and stays there."""
    with played(kind, _case(kind, "ok")) as (teller, _):
        first = teller.put(NOTICE, None)
        later = teller.put(
            replace(NOTICE, revision=4, health=Health.HEALTHY, thread_line="11:31 back to normal"),
            first,
        )

    assert later == first


@adapters("tell")
def test_what_was_never_put_is_not_found(kind: str) -> None:
    """Looking for a key that nobody put gives nothing, and no error."""
    with played(kind, _case(kind, "ok")) as (teller, _):
        assert teller.find("c-0|team|nobody") is None


@adapters("tell")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_words_can_be_told(kind: str, words: str) -> None:
    """Names and lines of any letters, line breaks and quotes are put; a recipient who cannot be told is an error."""
    notice = replace(NOTICE, change=words, lines=(words, words), thread_line=words)
    with played(kind, _case(kind, "ok")) as (teller, _):
        assert isinstance(teller.put(notice, None).value, str)
        refused = _refusal(teller, replace(notice, recipient=words))
        assert refused is None or refused.permanent


def _refusal(teller: Teller, notice: Notice) -> TellError | None:
    try:
        teller.put(notice, None)
    except TellError as error:
        return error
    return None


@cases("tell")
def test_no_secret_is_told(kind: str, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the log of any library, nor an error with its whole trace, nor the teller itself shows the secret."""
    caplog.set_level("DEBUG")
    with played(kind, _case(kind, name)) as (teller, _):
        told = repr(teller)
        try:
            teller.put(NOTICE, None)
        except TellError as error:
            told += "".join(traceback.format_exception(error))

    assert SECRET not in told + caplog.text
