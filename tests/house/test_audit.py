"""What `make audit` hears is what it says: a weakness, none, or that nobody could be asked."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scripts import audit
from tests.house.tree import ROOT
from tests.wire.server import serving

CLOSED = "http://127.0.0.1:1"
"""Nobody listens there: what asks the internet instead of the servers of these tests comes to an end here."""
WEAK: dict[str, Any] = {
    "vulns": [
        {
            "id": "EX-2026-1",
            "affected": [
                {
                    "package": {"name": "colorama", "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "0.4.7"}]}],
                }
            ],
        }
    ]
}
ADVICE = {
    "htmx.org": [
        {
            "id": 1,
            "url": "http://advice.example/1",
            "title": "Too lively",
            "severity": "high",
            "vulnerable_versions": "<=2.0.11",
        }
    ]
}
LOCK = f"""click==8.1.8 \\
    --hash=sha256:{"0" * 64}
    # via nothing
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:{"1" * 64}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two Python packages, one of them for another platform, and the page's scripts."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.txt").write_text(LOCK)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _asking(place: Path, monkeypatch: pytest.MonkeyPatch, *, osv: str = "", npm: str = "") -> None:
    """Put these in place of the services that the tools ask, and leave them nothing from before."""
    monkeypatch.setenv("HTTPS_PROXY", CLOSED)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PIP_AUDIT_OSV_URL", f"{osv}/v1/query")
    monkeypatch.setenv("npm_config_registry", npm)
    monkeypatch.setenv("npm_config_cache", str(place / "npm"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "cache"))


def test_what_is_known_of_python_is_heard(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every package of a lock is asked about, also one for another platform, and what is known names its mending."""
    with serving({"json": {}}, {"json": {}}, {"json": WEAK}) as osv:
        _asking(root, monkeypatch, osv=osv.url)
        told = audit.python(root, ["osv"])
    asked = [json.loads(one.body)["package"]["name"] for one in osv.asked]

    assert asked == ["click", "click", "colorama"]
    assert told == audit.Told(2, ("colorama 0.4.6: EX-2026-1, mended in 0.4.7",))


def test_silence_of_python_is_not_taken_for_none(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the service answers nothing, no package counts as asked about, and the reason is told."""
    with serving({"status": 503}) as osv:
        _asking(root, monkeypatch, osv=osv.url)
        told = audit.python(root, ["osv"])

    assert told.asked == 0
    assert not told.known
    assert told.unasked[0].startswith("2 packages: ")


@pytest.mark.parametrize(
    ("answers", "asked", "known", "unasked"),
    [
        ([{"json": {}}], 2, "", ""),
        ([{"json": ADVICE}, {"status": 404}], 2, "htmx.org: high: Too lively", ""),
        ([{"status": 405}], 0, "", "2 packages: "),
    ],
)
def test_what_is_known_of_the_scripts_is_heard(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[dict[str, Any]],
    asked: int,
    known: str,
    unasked: str,
) -> None:
    """A weakness, none, and silence are three answers about the page's scripts too."""
    with serving(*answers) as registry:
        _asking(root, monkeypatch, npm=registry.url)
        told = audit.npm(root)

    assert told.asked == asked
    assert "".join(told.known).startswith(known)
    assert len(told.known) == bool(known)
    assert "".join(told.unasked).startswith(unasked)
    assert len(told.unasked) == bool(unasked)


FINE, KNOWN, SILENT = (
    audit.Told(2),
    audit.Told(2, ("colorama",)),
    audit.Told(0, (), ("2 packages",)),
)


@pytest.mark.parametrize(
    ("python", "npm", "forgiven", "ends"),
    [
        (FINE, FINE, False, 0),
        (FINE, FINE, True, 0),
        (KNOWN, FINE, False, 1),
        (SILENT, KNOWN, True, 1),
        (FINE, SILENT, False, 69),
        (SILENT, FINE, True, 0),
    ],
)
def test_each_answer_has_its_end(
    capsys: pytest.CaptureFixture[str],
    python: audit.Told,
    npm: audit.Told,
    forgiven: bool,
    ends: int,
) -> None:
    """What is known fails always, silence unless it is forgiven, and neither goes unsaid."""
    code = audit.said({"Python": python, "npm": npm}, forgiven=forgiven)
    said = capsys.readouterr().out

    assert code == ends
    assert ("COULD NOT BE ASKED: 2 packages" in said) == (SILENT in (python, npm))
    assert ("KNOWN WEAKNESS: colorama" in said) == (KNOWN in (python, npm))
    assert ("says nothing about" in said) == (SILENT in (python, npm) and ends != 1)


def test_ci_asks_and_forgives_silence_alone() -> None:
    """CI asks on every push and once a week, and what it runs is what people run."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    weekly = (ROOT / ".github" / "workflows" / "audit.yml").read_text()

    assert "\nmake audit ARGS=--when-reachable\n" in (ROOT / ".ci" / "audit").read_text()
    assert "\n.ci/audit\n" in (ROOT / ".ci" / "run").read_text()
    assert "run: .ci/audit\n" in weekly
    assert "schedule:" in weekly
    assert "make audit" in contributing
