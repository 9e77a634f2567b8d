"""What is in a deploy, asked of a server that pages and compares as GitHub does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from live.github_api import GitHubApi
from live.github_repository import Repository
from shipwake.domain import Contents, Person
from shipwake.lookup.github import GitHub
from tests.lookup.github_shop import ALICE, AT, BOB, change


def _pulls(contents: Contents) -> list[str]:
    return [x.number for x in contents.links if x.kind == "pull request"]


def test_a_deploy_holds_the_commits_since_the_one_before(github: GitHub, shop: Repository) -> None:
    """Commits come oldest first with their authors, files with their names, and the comparison as a page."""
    base = shop.commit("Begin", **ALICE)
    first = shop.commit("Weigh the basket\n\nMore words.", base, **ALICE, files=("cart/weight.py",))
    head = shop.commit("Round prices", first, **BOB, files=("cart/price.py", "README.md"))
    found = github.commits(change(head, base))

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
    found = github.commits(change(squashed, base))

    assert _pulls(found) == ["12", "13"]
    assert found.links[1].title == "Weigh the basket"
    assert found.links[1].url == f"{shop.web}/acme/shop/pull/12"
    assert [p.login for p in found.authors] == ["alice", "carol", "bob"]
    assert [p.email for p in found.authors] == ["alice@example.com", "carol@example.com", ""]
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
    found = github.commits(change(head, base))

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
    found = github.commits(change(head, base))
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
    found = github.commits(change(head, base))

    assert found.authors == ()
    assert [c.author.bot for c in found.commits if c.author] == [True, True]


def test_many_commits_come_page_by_page(api: GitHubApi, github: GitHub, shop: Repository) -> None:
    """Two hundred and thirty commits are three pages, in order and each once."""
    base = head = shop.commit("Begin", **ALICE)
    for number in range(230):
        head = shop.commit(f"Step {number}", head, **ALICE)
    found = github.commits(change(head, base))

    assert [c.title for c in found.commits] == [f"Step {n}" for n in range(230)]
    assert sum("compare" in path for path in api.paths) == 3


def test_of_very_many_commits_the_newest_are_listed(github: GitHub, shop: Repository) -> None:
    """Where there are more than ten pages, the newest ten are read, and the page's words say so."""
    base = head = shop.commit("Begin", **ALICE)
    for number in range(1150):
        head = shop.commit(f"Step {number}", head, **ALICE)
    found = github.commits(change(head, base))

    assert (found.commits[0].title, found.commits[-1].title) == ("Step 200", "Step 1149")
    assert found.links[0].title == "Compare (the newest 950 of 1150 commits are listed)"


def test_taking_back_holds_no_commits(github: GitHub, shop: Repository) -> None:
    """An earlier revision brings nothing: a page shows what is taken back, and the files that differ by it."""
    old = shop.commit("Begin", **ALICE)
    new = shop.commit("Import everything (#9)", old, **ALICE, files=("cart/imports.py",))
    shop.pull(9, "Import everything", "alice", new)
    found = github.commits(change(old, new))

    assert (found.commits, found.authors, found.tags) == ((), (), ("rollback",))
    assert [x.title for x in found.links] == ["1 commits taken back"]
    assert found.links[0].url.endswith(f"/compare/{old}...{new}")
    assert found.paths == ("cart/imports.py",)


def test_lines_that_have_parted_say_both(github: GitHub, shop: Repository) -> None:
    """Where either revision holds what the other does not, the new commits are listed and the lost ones linked."""
    root = shop.commit("Begin", **ALICE)
    left = shop.commit("Left", root, **ALICE)
    right = shop.commit("Right", root, **BOB)
    found = github.commits(change(right, left))

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
    found = github.commits(change(head, previous))

    assert [c.title for c in found.commits] == ["Sort the list (#13)"]
    assert _pulls(found) == ["13"]
    assert found.paths == ("list.py",)


def test_the_same_revision_again_holds_nothing(api: GitHubApi, github: GitHub) -> None:
    """Deploying what was there is no change of code, and nothing is asked."""
    assert github.commits(change("1" * 40, "1" * 40)) == Contents()
    assert api.asked == []


@pytest.mark.parametrize("more", [{"repository": ""}, {"repository": "a/b/c"}, {"revision": ""}])
def test_what_is_no_commit_of_a_repository_is_not_asked_for(
    more: dict[str, Any], api: GitHubApi, github: GitHub
) -> None:
    """A change without a repository of the form owner/name, or without a revision, holds nothing that we know."""
    assert github.commits(replace(change("1" * 40), **more)) == Contents()
    assert api.asked == []


def test_issues_are_linked_where_that_is_sure(github: GitHub, shop: Repository) -> None:
    """Words that close an issue, and a tracker's key where such keys stand, are links; standards are none."""
    base = shop.commit("Begin", **ALICE)
    first = shop.commit("UTF-8 names, as in #7", base, **ALICE)
    head = shop.commit("Sort (#13)\n\nfixes acme/list#4", first, **ALICE)
    more = {"body": "Closes #12, fixes: #15. See #99.", "head": {"ref": "alice/SHOP-31-sort"}}
    shop.pull(13, "[CART-2] Sort with SHA-256", "alice", head, **more)
    found = github.commits(change(head, base))
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

    assert _pulls(github.commits(change(head, base))) == ["21"]
