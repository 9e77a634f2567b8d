"""People of GitHub: who a login is, asked once, and who needs no question."""

import pytest

from live.github_api import GitHubApi
from live.github_repository import user
from shipwake.domain import Person
from shipwake.lookup.github import GitHub


def test_a_login_becomes_a_person_and_is_asked_for_once(api: GitHubApi, github: GitHub) -> None:
    """Name and public address are read, also behind a private address, and remembered."""
    api.users["alice"] = user("alice", name="Alice A.", email="alice@example.com")
    hidden = Person(email="12+alice@users.noreply.github.com")
    known = github.person(Person(login="alice"))

    assert known == Person(name="Alice A.", email="alice@example.com", login="alice")
    assert github.person(hidden) == known
    assert github.person(known) == known
    assert api.paths == ["/users/alice"]


@pytest.mark.parametrize(
    "somebody",
    [
        Person(login="nobody"),
        Person(login="nobody", name="No Body"),
    ],
)
def test_who_is_not_there_stays_as_given(somebody: Person, api: GitHubApi, github: GitHub) -> None:
    """An account that GitHub does not have is asked for once, and stays as it was given."""
    assert [github.person(somebody), github.person(somebody)] == [somebody, somebody]
    assert api.paths == ["/users/nobody"]


@pytest.mark.parametrize(
    "somebody",
    [
        Person(login="deployer[bot]", bot=True),
        Person(login="../repos/acme/shop"),
        Person(name="Alice"),
        Person(email="alice@example.com"),
        Person(name="Alice", email="alice@example.com", login="alice"),
    ],
)
def test_who_needs_no_question_is_not_asked_for(
    somebody: Person, api: GitHubApi, github: GitHub
) -> None:
    """Bots, what can be no login, and who is known already cost no question."""
    assert github.person(somebody) == somebody
    assert api.asked == []


def test_an_account_may_turn_out_a_bot(api: GitHubApi, github: GitHub) -> None:
    """A machine's account that GitHub calls a bot is one from then on."""
    api.users["shop-deployer"] = {
        "login": "shop-deployer",
        "type": "Bot",
        "name": None,
        "email": None,
    }

    assert github.person(Person(login="shop-deployer")).bot
