"""One server for each file of tests, whose Sleuth hook knows a metric's number."""

from collections.abc import Iterator

import httpx
import pytest

from shipwake.config import parse
from shipwake.web import keys
from tests.flow.town import SETTINGS
from tests.web.site import Site, site

CONFIG = f"{SETTINGS}\nhooks: [{{kind: sleuth, impacts: {{42: checkout latency, 43: gone}}}}]\n"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose Sleuth hook knows a metric's number."""
    config = parse(CONFIG, name="sleuth.yaml", environ={})
    with site(tmp_path_factory.mktemp("sleuth"), config) as made:
        yield made


@pytest.fixture(scope="module")
def key(here: Site) -> str:
    """A token as a Sleuth client holds it."""
    return keys.new_token(here.river, "pipeline", ("changes:write", "samples:write"))


@pytest.fixture(scope="module")
def client(here: Site, key: str) -> httpx.Client:
    """A client that shows its key as Sleuth's command line does."""
    return here.client(AUTHORIZATION=f"apikey {key}")
