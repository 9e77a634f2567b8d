"""One PostgreSQL on a port for all stories of this room, and a crew with a database of its own for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machines.crew import Aboard, crew


@pytest.fixture(scope="session")
def server() -> "Iterator[object]":
    """A server that may be stopped and started."""
    from tests.machines.postgres import running

    with running() as made:
        yield made


@pytest.fixture
def aboard(server: object, tmp_path: Path) -> Iterator[Aboard]:
    """A crew on an empty database of that server; ask for it with the `postgres` marker."""
    from tests.machines.postgres import Postgres

    assert isinstance(server, Postgres)
    with server.database() as name, crew(tmp_path, server.url(name)) as made:
        yield Aboard(made, server, name)
