"""One server a test file: starting it is most of what a test of the web costs."""

from collections.abc import Iterator

import httpx
import pytest

from tests.web.signing import place, trusting
from tests.web.site import Site, site

__all__ = ["place", "trusting"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running server over a town with a quiet past."""
    with site(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def admin(here: Site) -> httpx.Client:
    """A client that may do everything."""
    return here.client("admin")
