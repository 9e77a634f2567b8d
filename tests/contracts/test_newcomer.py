"""An adapter from elsewhere needs one file and its answers: it is found, and held to the same promises."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shipwake.config import BrokenKindError, UnknownKindError, kinds
from tests.contracts.answers import configured

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = '''
"""Samples of Acme's meters."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from shipwake.config import Setting, read
from shipwake.domain import Samples
from shipwake.sources import SourceError
from shipwake.wire.http import CallError, Client, secrets_of

SETTINGS = (
    Setting("url", read.url("http", "https"), "Where the meters are.", required=True),
    Setting("token", read.secret, "Opens them.", required=True),
)


@dataclass(frozen=True)
class Meter:
    client: Client
    url: str

    def samples(self, sli, start, end):
        params = {"meter": sli.query["query"], "from": start.isoformat(), "to": end.isoformat()}
        try:
            stated = self.client.request("GET", f"{self.url}/read", params=params).json()
            if stated is None:
                return Samples.nothing(start, sli.step)
            return Samples.of(start, timedelta(seconds=stated["step"]), [float(v) for v in stated["values"]])
        except CallError as error:
            raise SourceError(error.message, permanent=error.permanent, retry_after=error.retry_after) from None
        except (KeyError, TypeError, ValueError):
            raise SourceError("Acme answered in another form; is its version supported?", permanent=True) from None


def connect(adapter, _reader):
    token = adapter.settings["token"].reveal()
    headers = {"Authorization": f"Bearer {token}"}
    client = Client(headers=headers, secrets=secrets_of([token]), timeout_s=0.2, attempts=2)
    return Meter(client, adapter.settings["url"])
'''
ANSWERS = """
settings: {url: "{server}", token: "${SECRET}"}
sli: {name: checkout p95, query: p95}
window: {start: "2026-02-03T10:00:00Z", end: "2026-02-03T10:03:00Z"}
cases:
  value:
    serve: [{json: {step: 60, values: [1, 2, 3]}}]
    expect: {states: VVV, values: [1, 2, 3]}
    asks: [{path: "meter=p95", headers: {authorization: Bearer correct-horse-battery-staple}}]
  zero: {serve: [{json: {step: 60, values: [0]}}], expect: {states: V, values: [0]}}
  gap: {serve: [{json: {step: 60, values: [1, "nan", 3]}}], expect: {states: VGV, values: [1, null, 3]}}
  nan: {serve: [{json: {step: 60, values: ["NaN"]}}], expect: {states: G, values: [null]}}
  empty: {serve: [{json: null}], expect: {missing: true}}
  429: {serve: [{status: 429, headers: {Retry-After: 90}}], error: {permanent: false, retry_after_s: 90}}
  500: {serve: [{status: 500}], error: {permanent: false}}
  timeout: {serve: [{hang: true}], error: {permanent: false}}
  malformed: {serve: [{json: {valves: []}}], error: {permanent: true, says: another form}}
"""


def _install(folder: Path, module: str = ADAPTER, entry: str = "acme_meter = acme_meter") -> None:
    """Lay the adapter there as an installed package would, and its answers beside it."""
    (folder / "acme_meter.py").write_text(module)
    info = folder / "acme_meter-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-meter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[shipwake.sources]\n{entry}\n")
    answers = folder / "answers" / "acme_meter"
    answers.mkdir(parents=True)
    (answers / "sources.yaml").write_text(ANSWERS)


def _held_to_the_contract(
    folder: Path, only: str = "acme_meter"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", only]
    environ = os.environ | {
        "PYTHONPATH": str(folder),
        "CONTRACT_ANSWERS": str(folder / "answers"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        [*command, "tests/contracts/test_sources.py"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_adapter_from_elsewhere_passes_the_suite(folder: Path) -> None:
    """An installed package's source is found by its entry point, and every promise is tried on it."""
    _install(folder)
    said = _held_to_the_contract(folder)

    assert said.returncode == 0, said.stdout + said.stderr
    assert "28 passed" in said.stdout


def test_an_adapter_that_breaks_its_promise_fails_the_suite(folder: Path) -> None:
    """A source that takes a failure for emptiness, and one that tells its token, are caught."""
    hides = ADAPTER.replace(
        "raise SourceError(error.message, permanent=error.permanent, retry_after=error.retry_after) from None",
        'print(error); raise SourceError("failed " + str(self.client.headers), permanent=True) from error',
    )
    _install(folder, hides)
    said = _held_to_the_contract(folder, "acme_meter and 500")

    assert "test_an_answer_is_read_as_what_it_is[acme_meter: 500]" in said.stdout
    assert "test_no_secret_is_told[acme_meter: 500]" in said.stdout


def test_an_adapter_from_elsewhere_is_configured_like_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kind is listed beside ours, and its own settings are checked."""
    _install(folder)
    monkeypatch.syspath_prepend(folder)
    adapter = configured(
        "sources", "acme_meter", {"url": "http://acme.example", "token": "${TOKEN}"}, TOKEN="x"
    )

    assert kinds.known("sources") == ["acme_meter", "folder", "push"]
    assert (adapter.name, adapter.settings["url"]) == ("acme", "http://acme.example")


@pytest.mark.parametrize(
    "entry",
    ["acme_meter = acme_meter:Meter", "acme_meter = acme_gone", "acme_meter = acme_meter:x"],
)
def test_an_adapter_that_cannot_be_loaded_says_why(
    entry: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry point that names no module, or none that is there, is an error of its own."""
    _install(folder, entry=entry)
    monkeypatch.syspath_prepend(folder)

    with pytest.raises(BrokenKindError, match="acme_meter"):
        kinds.load("sources", "acme_meter")


@pytest.mark.parametrize("kind", ["pusch", "fields", "files", "__init__", "../push", "", "Push"])
def test_an_unknown_kind_lists_the_known_ones(kind: str) -> None:
    """A misspelled kind, and what is a part of a room but no adapter, is told what there is."""
    for room in ("intake", "sources", "tell", "lookup"):
        with pytest.raises(UnknownKindError) as caught:
            kinds.load(room, kind)
        assert all(name in caught.value.message for name in kinds.known(room))


def test_our_own_file_comes_before_an_entry_point(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No package can take the place of one of our adapters by its name."""
    _install(folder, entry="push = acme_meter")
    monkeypatch.syspath_prepend(folder)

    assert kinds.load("sources", "push").__name__ == "shipwake.sources.push"
    assert kinds.known("sources") == ["folder", "push"]
