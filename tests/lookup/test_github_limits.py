"""GitHub's limits and refusals: what is said, and that it is left alone where it asks for that."""

from datetime import timedelta
from typing import Any

import pytest

from live.github_api import GitHubApi
from live.github_repository import Repository
from shipwake.domain import Person
from shipwake.lookup import LookupFailedError
from shipwake.lookup.github import GitHub, connect
from shipwake.lookup.hosts.github_calls import limit_wait
from tests.contracts.answers import configured
from tests.lookup.github_shop import ALICE, AT, change, connected
from tests.wire.server import serving


def test_at_the_limit_nothing_more_is_asked(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """A refusal for the limit says when it is set anew, and until then GitHub is left alone."""
    head = shop.commit("Begin", **ALICE)
    api.left = 0
    with pytest.raises(LookupFailedError, match=r"limit of requests.* 10 min") as first:
        github.commits(change(head))
    with pytest.raises(LookupFailedError) as second:
        github.person(Person(login="alice"))

    assert len(api.asked) == 1
    for caught in (first, second):
        assert not caught.value.permanent
        assert caught.value.retry_after is not None
        assert timedelta(minutes=9) < caught.value.retry_after <= timedelta(minutes=10, seconds=2)


def test_a_limit_in_the_middle_is_no_half_answer(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """Where the limit is reached between two questions, the whole is asked for again later."""
    base = shop.commit("Begin", **ALICE)
    head = shop.commit("Sort", base, **ALICE)
    api.left = 1

    with pytest.raises(LookupFailedError, match="limit"):
        github.commits(change(head, base))


def test_a_repository_that_is_not_shown_is_named(github: GitHub) -> None:
    """What the token may not see is, as GitHub has it, not there; the reason says both."""
    with pytest.raises(
        LookupFailedError, match=r"commit 1111.* in acme/hidden.*the token"
    ) as caught:
        github.commits(change("1" * 40, "2" * 40, repository="acme/hidden"))
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            {"status": 403, "headers": {"X-Accepted-GitHub-Permissions": "pull_requests=read"}},
            "permission pull_requests: read",
        ),
        ({"status": 403, "headers": {"X-GitHub-SSO": "required; url=https://x"}}, "single sign-on"),
        ({"status": 301, "headers": {"Location": "/repositories/42"}}, "under another name"),
    ],
)
def test_a_refusal_says_what_to_do(answer: dict[str, Any], says: str) -> None:
    """A missing permission, a missing authorisation and a renamed repository are told apart, and last."""
    with serving(answer) as server:
        github = connected(server.url)
        with pytest.raises(LookupFailedError, match=says) as caught:
            github.commits(change("1" * 40))
    assert caught.value.permanent


def test_the_next_page_is_asked_of_the_same_host() -> None:
    """Wherever a Link header points, the token goes to the configured address only."""
    elsewhere = '<https://elsewhere.example/steal?page=2&per_page=100>; rel="next"'
    answers: list[dict[str, Any]] = [
        {"json": {"id": 42, "full_name": "acme/shop"}},
        {"json": [], "headers": {"Link": elsewhere}},
        {"json": []},
    ]
    with serving(*answers) as server:
        connected(server.url).deliveries("acme/shop", AT)
        paths = [asked.path for asked in server.asked]

    assert paths[2] == "/repos/acme/shop/deployments?page=2&per_page=100"


def test_without_settings_it_is_the_public_one() -> None:
    """No address means github.com, and no token is nothing to send."""
    github = connect(configured("lookup", "github", {}))

    assert github.calls.url == "https://api.github.com"
    assert "Authorization" not in github.calls.client.headers


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}, 7),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1770112890"}, 91),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1770112000"}, 1),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9770112000"}, 86_400),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, 60),
        ({"x-ratelimit-remaining": "0"}, 60),
        ({"x-ratelimit-remaining": "12", "x-ratelimit-reset": "1770112890"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read(headers: dict[str, str], seconds: int | None) -> None:
    """Retry-After comes first, then the hour's reset by GitHub's own clock, a minute where no time is said."""
    date = {"date": "Tue, 03 Feb 2026 10:00:00 GMT"}

    assert limit_wait({**headers, **date}) == (
        None if seconds is None else timedelta(seconds=seconds)
    )
