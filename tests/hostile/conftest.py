"""One server that was told the whole corpus, for all tests of this room."""

from collections.abc import Iterator

import httpx
import pytest

from tests.hostile.told import Told, told


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The server and what it took."""
    with told(tmp_path_factory.mktemp("hostile")) as here:
        yield here


@pytest.fixture(scope="session")
def browser(made: Told) -> httpx.Client:
    """A signed-in browser."""
    return made.here.browser()
