"""What every lookup promises: what is known is added, what is not known stays as it was given."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.domain import Change, ChangeKind, Commit, Person, State
from shipwake.lookup import Lookup, connect
from tests.contracts.answers import (
    adapters,
    answers,
    cases,
    configured,
    differences,
    path_of,
    plain,
)
from tests.wire.server import serving


def _lookup(kind: str, case: Mapping[str, Any]) -> Lookup:
    with serving(*case.get("serve", ({},))) as server:
        stated = answers("lookup", kind).get("settings", {})
        known = {
            k: v.replace("{server}", server.url) if isinstance(v, str) else v
            for k, v in stated.items()
        }
        return connect(configured("lookup", kind, known, SECRET="correct-horse-battery-staple"))


@adapters("lookup")
def test_there_are_answers_to_hold_it_to(kind: str) -> None:
    """Each lookup has a change with commits, a change without, a person that it knows and one that it does not."""
    stated = answers("lookup", kind)
    assert stated, f"write {path_of('lookup', kind)}"
    found = stated["cases"].values()

    assert {bool(case["commits"]) for case in found if "commits" in case} == {True, False}
    assert any(
        "person" in case and case["person"].items() <= case["gives"].items() for case in found
    )
    assert any(
        "person" in case and not case["person"].items() <= case["gives"].items() for case in found
    )


@cases("lookup")
def test_what_is_known_is_given(kind: str, name: str) -> None:
    """Each case gives the commits, or the person, that is promised for it."""
    case = answers("lookup", kind)["cases"][name]
    lookup = _lookup(kind, case)
    if "person" in case:
        got: object = plain(lookup.person(Person(**case["person"])))
        assert differences(case["gives"], got) == []
        return
    commits = tuple(Commit(**commit) for commit in case["change"].get("commits", ()))
    change = Change(id="c-1", kind=ChangeKind.DEPLOY, state=State.LIVE, commits=commits)

    assert differences(case["commits"], plain(lookup.commits(change).commits)) == []


PEOPLE = st.builds(
    Person, name=st.text(), email=st.text() | st.emails(), login=st.text(), bot=st.booleans()
)


@pytest.mark.parametrize("kind", ["event"])
@given(somebody=PEOPLE)
def test_asking_again_changes_nothing(kind: str, somebody: Person) -> None:
    """Who was looked up once is the same person when looked up again."""
    lookup = _lookup(kind, {})
    known = lookup.person(somebody)

    assert lookup.person(known) == known
