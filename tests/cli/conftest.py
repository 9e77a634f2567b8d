"""A running server that the verbs are pointed at."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from shipwake.web import new_token
from shipwake.wire import log
from tests.web.site import Site, site


@pytest.fixture(scope="module")
def own_log() -> Iterator[None]:
    """Logging set up anew where a verb or a server does so, and put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, own_log: None) -> Iterator[Site]:
    """A running server over a town with a quiet past."""
    log.configure(json=False, stream=io.StringIO())  # what the verb says is to stand alone
    with site(tmp_path_factory.mktemp("cli")) as made:
        yield made


@pytest.fixture
def server(here: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The same server, where SHIPWAKE_URL and SHIPWAKE_TOKEN say it is."""
    monkeypatch.setenv("SHIPWAKE_URL", here.url)
    secret = new_token(here.river, "pipeline", ("read", "changes:write"))
    monkeypatch.setenv("SHIPWAKE_TOKEN", secret)
    return here
