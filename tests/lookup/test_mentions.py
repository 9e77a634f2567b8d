"""What titles, branches and messages mention, and what only looks like it."""

import pytest

from shipwake.lookup.hosts import first_line, issue_keys, issues_closed, pull_number


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Merge pull request #12 from alice/weigh", "12"),
        ("Sort the list (#13)", "13"),
        ('Revert "Sort the list (#13)" (#15)', "15"),
        ("Sort the list (#13) at last", ""),
        ("Fix #13", ""),
        ("Sort (#0)", ""),
        ("Merge branch 'main' into weigh", ""),
        ("(#13)", ""),
    ],
)
def test_a_title_tells_its_pull_request(title: str, number: str) -> None:
    """The titles that GitHub gives merges and squashes name a number, others none."""
    assert pull_number(title) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fixes #12", [("", "12")]),
        ("closes: #12, resolved acme/list#4 and FIX #12", [("", "12"), ("acme/list", "4")]),
        ("See #12. Prefixes #13. Fixes 12. Fix # 12", []),
        ('Revert "Fix #12"', []),
        ("", []),
    ],
)
def test_only_closing_words_name_an_issue(text: str, found: list[tuple[str, str]]) -> None:
    """Issues are those that GitHub itself would close by this text, each once."""
    assert list(issues_closed(text)) == found


@pytest.mark.parametrize(
    ("title", "branch", "keys"),
    [
        ("SHOP-12: weigh", "", ["SHOP-12"]),
        ("SHOP-12 weigh", "", ["SHOP-12"]),
        ("[SHOP-12] weigh (CART-3)", "", ["SHOP-12", "CART-3"]),
        ("Weigh", "alice/SHOP-12-weigh", ["SHOP-12"]),
        ("SHOP-12: weigh", "SHOP-12", ["SHOP-12"]),
        ("UTF-8: read names", "SHA-256", []),
        ("Weigh by SHOP-12", "weigh-SHOP-12", []),
        ("SHOP-12th", "shop-12", []),
        ("A-1: weigh", "SHOP-0", []),
    ],
)
def test_a_key_is_read_where_keys_stand(title: str, branch: str, keys: list[str]) -> None:
    """A tracker's key counts at a title's beginning, in brackets or at a branch's part; standards never do."""
    assert list(issue_keys(title=title, branch=branch)) == keys


def test_a_title_is_one_clean_line() -> None:
    """What a database or a page cannot hold is taken out, and only the first line is read."""
    assert first_line("\n  Weigh\x00the\tbasket \nMore") == "Weigh the basket"
    assert len(first_line("x" * 1000)) == 500
