"""A GitHub for the tests: a real server on loopback with one repository."""

from collections.abc import Iterator

import pytest

from live.github_api import GitHubApi, serving
from live.github_repository import Repository
from shipwake.lookup.github import GitHub
from tests.lookup.github_shop import TOKEN, connected


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
    return connected(api.url)
