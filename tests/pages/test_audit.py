"""The page of who did what tells a newcomer what it is for, and what to do where it is empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.site import Site, site


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server in which nobody did anything, open to this machine alone."""
    place: Path = tmp_path_factory.mktemp("audit")
    with site(place, auth="none") as made:
        yield made


def test_an_empty_page_says_what_will_stand_there(fresh: Site) -> None:
    """It says that nobody did anything, what counts, and one command that is the first line."""
    page = fresh.client().get("/audit", headers={"Accept": "text/html"}).text

    assert "Nobody has done anything here yet." in page
    assert "The first sign-in, token or reply will stand here" in page
    assert '<pre tabindex="0">shipwake token pipeline --scope changes:write</pre>' in page
    assert "<table" not in page


def test_past_the_oldest_line_is_a_way_back(fresh: Site) -> None:
    """A cursor behind which nothing lies is told as such, not as if nothing had ever been done."""
    client = fresh.client()
    page = client.get("/audit?cursor=1", headers={"Accept": "text/html"}).text

    assert "Nothing older." in page
    assert "Nobody has done" not in page
    assert 'href="/audit">Back to the newest' in page
    assert client.get("/audit.json?cursor=1").json()["empty"]["title"] == "Nothing older."
