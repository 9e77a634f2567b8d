"""What every test starts from: no settings of this machine's, and a named reason for each skip."""

import os
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.needs import NEEDS, SHARED, Need

for _name in [name for name in os.environ if name.startswith("SHIPWAKE_")]:
    del os.environ[_name]

# How long one example takes says more of the machine's other work than of ours.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

_SKIPPED = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run leave out what a need marks, as if this machine had not got it."""
    parser.addoption(
        "--without",
        action="append",
        choices=sorted(NEEDS),
        default=[],
        help="skip the tests with this marker (may be repeated)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip each test whose need is not met, with the need as the reason."""
    left_out: list[str] = config.getoption("--without")
    unmet = {
        marker: need for marker, need in NEEDS.items() if marker in left_out or not need.is_met()
    }
    skipped = config.stash.setdefault(_SKIPPED, Counter())
    for item in items:
        for marker, need in unmet.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=_reason(need)))
                skipped[_reason(need)] += 1
                break


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name what was skipped, and what would let it run."""
    skipped = config.stash.get(_SKIPPED, Counter())
    for reason, count in sorted(skipped.items()):
        terminalreporter.write_line(f"skipped {count} tests: {reason}")


def _reason(need: Need) -> str:
    return f"no {need.name} here ({need.remedy})"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory and the home while the test runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measured series beside the checkout; ask for it with the `shared` marker."""
    return SHARED


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    import pgserver

    # Not below pytest's own folder: each session that starts closes that to other users, and where
    # root runs the tests, the server is another user and would lose its data on the way.
    with tempfile.TemporaryDirectory(prefix="shipwake-pg-", ignore_cleanup_errors=True) as place:
        server = pgserver.get_server(Path(place) / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(_postgres_server: str) -> Iterator[str]:
    """A new, empty database on a real PostgreSQL, as a SQLAlchemy address; dropped afterwards.

    Ask for it in tests that carry the `postgres` marker.
    """
    import psycopg

    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(_postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        address = _postgres_server.replace("/postgres?", f"/{name}?", 1)
        yield address.replace("postgresql://", "postgresql+psycopg://", 1)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
