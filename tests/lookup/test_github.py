"""GitHub as look-up, against a server that pages, limits and refuses as GitHub does."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from live.github_api import GitHubApi, serving
from live.github_repository import Repository, user
from shipwake.domain import Change, ChangeKind, Contents, Event, Heard, Person, State, merge
from shipwake.intake import connect as connect_intake
from shipwake.lookup import LookupFailedError, Polled
from shipwake.lookup.github import GitHub, connect
from tests.contracts.answers import configured
from tests.wire.server import serving as answering

TOKEN = "a-token-that-nobody-may-see"
AT = datetime(2026, 2, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALICE: dict[str, Any] = {"login": "alice", "name": "Alice", "email": "alice@example.com"}
BOB: dict[str, Any] = {"login": "bob", "name": "Bob", "email": "7+bob@users.noreply.github.com"}


@pytest.fixture
def api() -> Iterator[GitHubApi]:
    """Run a GitHub with the repository acme/shop, private to one token."""
    with serving(token=TOKEN) as running:
        running.add(Repository("acme/shop", web=running.url))
        yield running


@pytest.fixture
def shop(api: GitHubApi) -> Repository:
    """Give the repository."""
    return api.repositories["acme/shop"]


@pytest.fixture
def github(api: GitHubApi) -> GitHub:
    """Give the look-up as a configuration makes it."""
    return _connected(api.url)


def _connected(url: str, **settings: Any) -> GitHub:  # noqa: ANN401 - the look-up's own settings
    known = {"url": url, "token": "${TOKEN}", "timeout": "2s", "hook": "acme", **settings}
    return connect(configured("lookup", "github", known, TOKEN=TOKEN))


def _change(revision: str, previous: str = "", **more: Any) -> Change:  # noqa: ANN401 - the fields of Change
    facts = {"id": "c-1", "kind": ChangeKind.DEPLOY, "state": State.LIVE, "repository": "acme/shop"}
    return Change(**{**facts, "revision": revision, "previous_revision": previous, **more})


def _pulls(contents: Contents) -> list[str]:
    return [x.number for x in contents.links if x.kind == "pull request"]


def test_a_deploy_holds_the_commits_since_the_one_before(github: GitHub, shop: Repository) -> None:
    """Commits come oldest first with their authors, files with their names, and the comparison as a page."""
    base = shop.commit("Begin", **ALICE)
    first = shop.commit("Weigh the basket\n\nMore words.", base, **ALICE, files=("cart/weight.py",))
    head = shop.commit("Round prices", first, **BOB, files=("cart/price.py", "README.md"))
    found = github.commits(_change(head, base))

    assert [c.title for c in found.commits] == ["Weigh the basket", "Round prices"]
    assert found.commits[0].author == Person(**ALICE)
    assert found.commits[0].url == f"{shop.web}/acme/shop/commit/{first}"
    assert found.commits[0].at == AT - timedelta(hours=1) + timedelta(seconds=1)
    assert found.paths == ("cart/weight.py", "cart/price.py", "README.md")
    assert found.authors == (Person(**ALICE), Person(name="Bob", login="bob"))
    assert [(x.kind, x.title) for x in found.links] == [("page", "Compare")]


def test_the_author_of_a_pull_request_comes_first(github: GitHub, shop: Repository) -> None:
    """A merge names its pull request, whose author is told before whoever pushed, with the address of the commits."""
    base = shop.commit("Begin", **ALICE)
    pushed = shop.commit("Round prices", base, **BOB)
    work = shop.commit("Weigh", base, **ALICE)
    merged = shop.commit(
        "Merge pull request #12 from alice/weigh\n\nWeigh the basket", pushed, work, **BOB
    )
    squashed = shop.commit("Sort the list (#13)", merged, login="carol", email="carol@example.com")
    shop.pull(12, "Weigh the basket", "alice", work, merged, labels=[{"name": "basket"}])
    shop.pull(
        13, "Sort the list", "carol", squashed, labels=[{"name": "lists"}, {"name": "basket"}]
    )
    found = github.commits(_change(squashed, base))

    assert _pulls(found) == ["12", "13"]
    assert found.links[1].title == "Weigh the basket"
    assert found.links[1].url == f"{shop.web}/acme/shop/pull/12"
    assert [p.login for p in found.authors] == ["alice", "carol", "bob"]
    assert found.authors[1].email == "carol@example.com"
    assert found.tags == ("basket", "lists")


def test_commits_that_a_merge_brought_are_not_asked_for_one_by_one(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """One question a pull request: forty commits behind one merge cost as much as one."""
    base = work = shop.commit("Begin", **ALICE)
    for number in range(40):
        work = shop.commit(f"Step {number}", work, **ALICE)
    head = shop.commit("Merge pull request #5 from alice/steps", base, work, **BOB)
    shop.pull(5, "All the steps", "alice", work, head)
    found = github.commits(_change(head, base))

    assert len(found.commits) == 41
    assert _pulls(found) == ["5"]
    assert len(api.asked) == 2


def test_beyond_thirty_questions_titles_must_do(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """Of a long line the newest thirty are asked for; the others name their pull request by their title."""
    base = head = shop.commit("Begin", **ALICE)
    for number in range(100, 140):
        head = shop.commit(f"Step (#{number})", head, **ALICE)
        shop.pull(number, f"The step {number}", "alice", head)
    found = github.commits(_change(head, base))
    titles = {x.number: x.title for x in found.links}

    assert _pulls(found) == [str(n) for n in range(100, 140)]
    assert (titles["100"], titles["139"]) == ("Step", "The step 139")
    assert sum(path.endswith("/pulls") for path in api.paths) == 30


def test_bots_are_no_authors(github: GitHub, shop: Repository) -> None:
    """Who is told is a person, also where a bot opened the pull request or wrote the commit."""
    base = shop.commit("Begin", **ALICE)
    first = shop.commit("Bump fruit (#3)", base, login="renovate[bot]", email="bot@example.com")
    head = shop.commit("Bump nuts", first, login="fixer[bot]")
    shop.pull(3, "Bump fruit", "renovate[bot]", first)
    found = github.commits(_change(head, base))

    assert found.authors == ()
    assert [c.author.bot for c in found.commits if c.author] == [True, True]


def test_many_commits_come_page_by_page(api: GitHubApi, github: GitHub, shop: Repository) -> None:
    """Two hundred and thirty commits are three pages, in order and each once."""
    base = head = shop.commit("Begin", **ALICE)
    for number in range(230):
        head = shop.commit(f"Step {number}", head, **ALICE)
    found = github.commits(_change(head, base))

    assert [c.title for c in found.commits] == [f"Step {n}" for n in range(230)]
    assert sum("compare" in path for path in api.paths) == 3


def test_of_very_many_commits_the_newest_are_listed(github: GitHub, shop: Repository) -> None:
    """Where there are more than ten pages, the newest ten are read, and the page's words say so."""
    base = head = shop.commit("Begin", **ALICE)
    for number in range(1150):
        head = shop.commit(f"Step {number}", head, **ALICE)
    found = github.commits(_change(head, base))

    assert (found.commits[0].title, found.commits[-1].title) == ("Step 200", "Step 1149")
    assert found.links[0].title == "Compare (the newest 950 of 1150 commits are listed)"


def test_taking_back_holds_no_commits(github: GitHub, shop: Repository) -> None:
    """An earlier revision brings nothing: a page shows what is taken back, and the files that differ by it."""
    old = shop.commit("Begin", **ALICE)
    new = shop.commit("Import everything (#9)", old, **ALICE, files=("cart/imports.py",))
    shop.pull(9, "Import everything", "alice", new)
    found = github.commits(_change(old, new))

    assert (found.commits, found.authors, found.tags) == ((), (), ("rollback",))
    assert [x.title for x in found.links] == ["1 commits taken back"]
    assert found.links[0].url.endswith(f"/compare/{old}...{new}")
    assert found.paths == ("cart/imports.py",)


def test_lines_that_have_parted_say_both(github: GitHub, shop: Repository) -> None:
    """Where either revision holds what the other does not, the new commits are listed and the lost ones linked."""
    root = shop.commit("Begin", **ALICE)
    left = shop.commit("Left", root, **ALICE)
    right = shop.commit("Right", root, **BOB)
    found = github.commits(_change(right, left))

    assert [c.title for c in found.commits] == ["Right"]
    assert [x.title for x in found.links] == ["Compare", "1 commits taken back"]
    assert "rollback" not in found.tags


@pytest.mark.parametrize("previous", ["", "9" * 40])
def test_without_a_revision_before_the_commit_stands_alone(
    previous: str, github: GitHub, shop: Repository
) -> None:
    """A first deploy, or one after a push by force that GitHub has forgotten, holds its own commit."""
    base = shop.commit("Begin", **ALICE)
    head = shop.commit("Sort the list (#13)", base, **ALICE, files=("list.py",))
    shop.pull(13, "Sort the list", "alice", head)
    found = github.commits(_change(head, previous))

    assert [c.title for c in found.commits] == ["Sort the list (#13)"]
    assert _pulls(found) == ["13"]
    assert found.paths == ("list.py",)


def test_the_same_revision_again_holds_nothing(api: GitHubApi, github: GitHub) -> None:
    """Deploying what was there is no change of code, and nothing is asked."""
    assert github.commits(_change("1" * 40, "1" * 40)) == Contents()
    assert api.asked == []


@pytest.mark.parametrize("more", [{"repository": ""}, {"repository": "a/b/c"}, {"revision": ""}])
def test_what_is_no_commit_of_a_repository_is_not_asked_for(
    more: dict[str, Any], api: GitHubApi, github: GitHub
) -> None:
    """A change without a repository of the form owner/name, or without a revision, holds nothing that we know."""
    assert github.commits(replace(_change("1" * 40), **more)) == Contents()
    assert api.asked == []


def test_issues_are_linked_where_that_is_sure(github: GitHub, shop: Repository) -> None:
    """Words that close an issue, and a tracker's key where such keys stand, are links; standards are none."""
    base = shop.commit("Begin", **ALICE)
    first = shop.commit("UTF-8 names, as in #7", base, **ALICE)
    head = shop.commit("Sort (#13)\n\nfixes acme/list#4", first, **ALICE)
    more = {"body": "Closes #12, fixes: #15. See #99.", "head": {"ref": "alice/SHOP-31-sort"}}
    shop.pull(13, "[CART-2] Sort with SHA-256", "alice", head, **more)
    found = github.commits(_change(head, base))
    issues = {x.title: x.url for x in found.links if x.kind == "issue"}

    assert issues == {
        "#12": f"{shop.web}/acme/shop/issues/12",
        "#15": f"{shop.web}/acme/shop/issues/15",
        "acme/list#4": f"{shop.web}/acme/list/issues/4",
        "CART-2": "",
        "SHOP-31": "",
    }


def test_an_open_pull_request_counts_where_none_is_merged(github: GitHub, shop: Repository) -> None:
    """A branch that is deployed before its merge names its open pull request, never one that was only closed."""
    base = shop.commit("Begin", **ALICE)
    head = shop.commit("Try it", base, **ALICE)
    shop.pull(20, "Tried before", "bob", head, merged_at=None)
    shop.pull(21, "Try it", "alice", head, merged_at=None, state="open")

    assert _pulls(github.commits(_change(head, base))) == ["21"]


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


def test_at_the_limit_nothing_more_is_asked(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """A refusal for the limit says when it is set anew, and until then GitHub is left alone."""
    head = shop.commit("Begin", **ALICE)
    api.left = 0
    with pytest.raises(LookupFailedError, match=r"limit of requests.* 10 min") as first:
        github.commits(_change(head))
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
        github.commits(_change(head, base))


def test_a_repository_that_is_not_shown_is_named(github: GitHub) -> None:
    """What the token may not see is, as GitHub has it, not there; the reason says both."""
    with pytest.raises(
        LookupFailedError, match=r"commit 1111.* in acme/hidden.*the token"
    ) as caught:
        github.commits(_change("1" * 40, "2" * 40, repository="acme/hidden"))
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
    with answering(answer) as server:
        github = _connected(server.url)
        with pytest.raises(LookupFailedError, match=says) as caught:
            github.commits(_change("1" * 40))
    assert caught.value.permanent


def test_the_next_page_is_asked_of_the_same_host() -> None:
    """Wherever a Link header points, the token goes to the configured address only."""
    elsewhere = '<https://elsewhere.example/steal?page=2&per_page=100>; rel="next"'
    answers: list[dict[str, Any]] = [
        {"json": {"id": 42, "full_name": "acme/shop"}},
        {"json": [], "headers": {"Link": elsewhere}},
        {"json": []},
    ]
    with answering(*answers) as server:
        _connected(server.url).deliveries("acme/shop", AT)
        paths = [asked.path for asked in server.asked]

    assert paths[2] == "/repos/acme/shop/deployments?page=2&per_page=100"


def _events(*heard: Heard) -> list[Event]:
    intake = connect_intake(configured("intake", "github", {"secret": "${S}"}, S="secret"))
    return [event for one in heard for event in intake.events(one)]


def _webhook(body: dict[str, Any], guid: str) -> Heard:
    headers = {"x-github-event": "deployment_status", "x-github-delivery": guid}
    raw = json.dumps(body).encode()
    return Heard(kind="github", source="acme", headers=headers, body=raw, received=AT + MINUTE)


def test_a_polled_deployment_is_the_same_change(github: GitHub, shop: Repository) -> None:
    """What is polled makes, alone or beside the webhooks, the change that the webhooks alone make."""
    head = shop.commit("Begin", **ALICE)
    number = shop.deploy(head, "production", AT, payload={"service": "shop"})
    bodies = [
        shop.status(number, "in_progress", AT + MINUTE),
        shop.status(number, "success", AT + 2 * MINUTE, log_url=f"{shop.web}/log"),
        shop.status(number, "inactive", AT + 9 * MINUTE),
    ]
    hooks = [_webhook(json.loads(json.dumps(body)), f"g-{i}") for i, body in enumerate(bodies)]
    polled = github.deliveries("acme/shop", AT)
    alone = merge("c-1", _events(*hooks))

    assert [e.at for e in _events(*polled)] == [AT + m * MINUTE for m in (1, 2, 9)]
    assert {e.facts.thread for e in _events(*polled, *hooks)} == {f"github:42:{number}"}
    assert {e.source for e in _events(*polled)} == {"github/acme"}
    assert merge("c-1", _events(*polled)) == alone
    assert merge("c-1", _events(*hooks, *polled)) == alone


def test_a_status_is_the_same_delivery_at_every_poll(github: GitHub, shop: Repository) -> None:
    """Headers and bytes stay the same, also after the deployment has come further."""
    number = shop.deploy(shop.commit("Begin", **ALICE), "production", AT)
    shop.status(number, "in_progress", AT + MINUTE)
    first = github.deliveries("acme/shop", AT)
    shop.status(number, "success", AT + 2 * MINUTE)
    later = github.deliveries("acme/shop", AT)

    assert [h.headers["x-github-delivery"] for h in later] == [
        f"poll-42-{number}-{number * 10 + i}" for i in (0, 1)
    ]
    assert (first[0].headers, first[0].body) == (later[0].headers, later[0].body)


def test_a_poll_that_finds_nothing_costs_nothing(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """Asking again while nothing changed is one question, answered 304, which GitHub does not count."""
    for number in range(3):
        one = shop.deploy(shop.commit(f"Step {number}", **ALICE), "production", AT)
        shop.status(one, "success", AT + MINUTE)
    first = github.deliveries("acme/shop", AT)
    asked, left = len(api.asked), api.left
    again = github.deliveries("acme/shop", AT)

    assert [h.body for h in again] == [h.body for h in first]
    assert [(a.path, a.status) for a in api.asked[asked:]] == [
        ("/repos/acme/shop/deployments", 304)
    ]
    assert api.left == left


def test_a_deployment_that_is_under_way_is_asked_for_again(
    api: GitHubApi, github: GitHub, shop: Repository
) -> None:
    """Until one is over its statuses are asked for at each poll, even if GitHub does not say that it was touched."""
    number = shop.deploy(shop.commit("Begin", **ALICE), "production", AT)
    shop.status(number, "in_progress", AT + MINUTE)
    github.deliveries("acme/shop", AT)
    shop.status(number, "success", AT + 2 * MINUTE)
    shop.deployments[0]["updated_at"] = "2026-02-03T10:01:00Z"

    assert len(github.deliveries("acme/shop", AT)) == 2


def test_only_what_is_new_is_read(api: GitHubApi, github: GitHub, shop: Repository) -> None:
    """Reading stops where deployments are older than a rollout takes, and statuses from before are left out."""
    head = shop.commit("Begin", **ALICE)
    for day in range(250, 0, -1):
        shop.status(
            shop.deploy(head, "production", AT - timedelta(days=day)),
            "success",
            AT - timedelta(days=day),
        )
    waited = shop.deploy(head, "production", AT - timedelta(hours=20))
    shop.status(waited, "waiting", AT - timedelta(hours=20))
    shop.status(waited, "success", AT + MINUTE)
    found = github.deliveries("acme/shop", AT)

    assert [json.loads(h.body)["deployment_status"]["state"] for h in found] == ["success"]
    assert sum(path.endswith("/deployments") for path in api.paths) == 1
    assert sum(path.endswith("/statuses") for path in api.paths) <= 2


def test_what_cannot_be_polled_is_not(github: GitHub, api: GitHubApi) -> None:
    """A name that is no repository's gives nothing, one that is hidden an error."""
    assert github.deliveries("shop", AT) == ()
    with pytest.raises(LookupFailedError, match="repository acme/hidden"):
        github.deliveries("acme/hidden", AT)


def test_polling_is_off_unless_configured(api: GitHubApi) -> None:
    """The flow reads from `poll` how often it is to ask; without the setting it never does."""
    polled: Polled = _connected(api.url, poll="2m")

    assert getattr(polled, "poll", None) == 2 * MINUTE
    assert _connected(api.url).poll is None


def test_without_settings_it_is_the_public_one() -> None:
    """No address means github.com, and no token is nothing to send."""
    github = connect(configured("lookup", "github", {}))

    assert github.calls.url == "https://api.github.com"
    assert "Authorization" not in github.calls.client.headers
