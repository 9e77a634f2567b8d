"""An adapter from elsewhere needs one file and its answers: it is found, and held to the same promises."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shipwake.config import BrokenKindError, UnknownKindError, kinds
from tests.contracts.answers import configured

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "add-an-adapter.md").read_text()
QUICK = "secrets=secrets_of([token]), timeout_s=2, attempts=2"
MORE = """
  zero: {serve: [{json: {step: 60, values: [0]}}], expect: {states: V, values: [0]}}
  nan: {serve: [{json: {step: 60, values: ["NaN"]}}], expect: {states: G, values: [null]}}
  empty: {serve: [{json: null}], expect: {missing: true}}
  500: {serve: [{status: 500}], error: {permanent: false}}
  timeout: {serve: [{hang: true}], error: {permanent: false}}
  malformed: {serve: [{json: {valves: []}}], error: {permanent: true, says: another form}}
"""


def _on_the_page(language: str) -> str:
    """The first block of a language on the page that tells how an adapter is added."""
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


ADAPTER = _on_the_page("python").replace("secrets=secrets_of([token])", QUICK)
ANSWERS = _on_the_page("yaml") + MORE


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
    """The source that the page on adapters shows, as an installed package, is found and keeps every promise."""
    _install(folder)
    said = _held_to_the_contract(folder)

    assert said.returncode == 0, said.stdout + said.stderr
    assert "28 passed" in said.stdout


def test_an_adapter_that_breaks_its_promise_fails_the_suite(folder: Path) -> None:
    """A source that takes a failure for emptiness, and one that tells its token, are caught."""
    leak = 'print(error); raise SourceError("failed " + str(self.client.headers), permanent=True) from error'
    hides, times = re.subn(r"raise SourceError\(\s*error[^)]*\) from None", leak, ADAPTER)
    assert times == 1
    _install(folder, hides)
    said = _held_to_the_contract(folder, "acme_meter and 500")

    assert "test_an_answer_is_read_as_what_it_is[acme_meter: 500]" in said.stdout
    assert "test_no_secret_is_told[acme_meter: 500]" in said.stdout


def test_an_adapter_from_elsewhere_is_configured_like_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kind is listed beside ours, and its own settings are checked."""
    ours = kinds.known("sources")
    _install(folder)
    monkeypatch.syspath_prepend(folder)
    adapter = configured(
        "sources", "acme_meter", {"url": "http://acme.example", "token": "${TOKEN}"}, TOKEN="x"
    )

    assert kinds.known("sources") == sorted([*ours, "acme_meter"])
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
    ours = kinds.known("sources")
    _install(folder, entry="push = acme_meter")
    monkeypatch.syspath_prepend(folder)

    assert kinds.load("sources", "push").__name__ == "shipwake.sources.push"
    assert kinds.known("sources") == ours
