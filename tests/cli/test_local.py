"""The verbs that need no server: check, migrate, doctor, token and replay."""

import json
import re
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from shipwake.app import compose
from shipwake.config import parse
from shipwake.flow import Batch, push
from shipwake.wire.clock import SystemClock
from tests.cli.calls import call

GOOD = """\
database: sqlite:///here.db
services: [{name: checkout}]
environments: [{name: production}]
slis:
  - {name: checkout latency, service: checkout, environment: production, step: 60s, unit: ms}
"""
BROKEN = """\
servces: []
slis:
  - {name: a, service: nobody, kind: mood}
watch: {unit: soon}
"""


@pytest.fixture
def settings(folder: Path) -> Path:
    """A good configuration in the working directory."""
    file = folder / "shipwake.yaml"
    file.write_text(GOOD)
    return file


@pytest.mark.usefixtures("settings")
def test_a_good_file_is_called_good() -> None:
    """`check` counts what it read and exits 0."""
    said = call("check")

    assert said.status == 0
    assert "1 services, 1 environments, 1 SLIs" in said.out


@pytest.mark.skipif(find_spec("pyod") is not None, reason="PyOD is installed here")
def test_a_detector_that_is_not_installed_is_told(settings: Path) -> None:
    """`check` says so and still exits 0, since a server would start; `doctor` counts it as a finding."""
    settings.write_text(GOOD.replace("unit: ms}", "unit: ms, detector: pyod.ECOD}"))
    checked, examined = call("check"), call("doctor")

    assert checked.status == 0
    assert "pyod.ECOD is not installed here" in checked.err
    assert examined.status == 1
    assert "✗ checkout latency: pyod.ECOD is not installed here" in examined.out


def test_every_mistake_of_a_broken_file_is_told(folder: Path) -> None:
    """`check` exits 64 with all mistakes, each with its line."""
    (folder / "broken.yaml").write_text(BROKEN)
    said = call("check", "--config", "broken.yaml")

    assert said.status == 64
    for line, word in ((1, "servces"), (3, "mood"), (4, "soon")):
        assert re.search(rf"broken\.yaml:{line}\b.*{word}", said.err), said.err


@pytest.mark.usefixtures("folder")
def test_a_named_file_that_is_missing_is_64() -> None:
    """A configuration that was asked for and is not there is no reason to take the defaults."""
    for said in (
        call("check", "--config", "none.yaml"),
        call("check", SHIPWAKE_CONFIG="none.yaml"),
    ):
        assert said.status == 64
        assert "there is no file none.yaml" in said.err


@pytest.mark.usefixtures("settings")
def test_migrating_twice_is_migrating_once() -> None:
    """`migrate` on a database that is up to date says the same again."""
    first, again = call("migrate"), call("migrate")

    assert (first.status, again.status) == (0, 0)
    assert first.out == again.out
    assert Path("here.db").is_file()


@pytest.mark.usefixtures("settings")
def test_a_database_that_cannot_be_opened_is_no_stack_trace() -> None:
    """`migrate` names what is wrong with the database's address."""
    said = call("migrate", SHIPWAKE_DATABASE="sqlite:////nowhere/at/all.db")

    assert said.status in (64, 70)
    assert said.err.startswith("shipwake: ")


@pytest.mark.usefixtures("settings")
def test_the_doctor_finds_what_is_silent_and_what_is_well() -> None:
    """`doctor` exits 1 while an SLI has no samples, and 0 once it has some."""
    silent = call("doctor")
    now = SystemClock().now().timestamp() // 60 * 60
    with closing((river := compose(parse(GOOD, name="x", environ={}))).store):
        times = now - 60.0 * np.arange(1.0, 11.0)
        batch = Batch(sli="checkout latency", times_s=times, values=np.full((10, 1), 80.0))
        push(river, [batch])
    well = call("doctor")

    assert silent.status == 1
    assert "✗ checkout latency: push has no samples of the last hour" in silent.out
    assert well.status == 0, well.out
    assert "✓ checkout latency: 10 samples" in well.out
    assert "✗" not in well.out


@pytest.mark.usefixtures("settings")
def test_the_doctor_says_why_nothing_would_start() -> None:
    """A database that cannot be opened is a finding of `doctor`, status 1."""
    said = call("doctor", SHIPWAKE_DATABASE="sqlite:////nowhere/at/all.db")

    assert said.status == 1
    assert "✗ database: " in said.out
    assert "does not exist; make it" in said.out


@pytest.mark.usefixtures("settings")
def test_a_token_is_shown_once_listed_without_its_secret_and_revoked() -> None:
    """`token` prints a secret at its making and never again."""
    made = call("token", "pipeline", "--scope", "read", "--scope", "changes:write")
    secret = made.out.strip()
    listed = call("token", "--list")
    (number,) = re.findall(
        r"^ *(\d+)  pipeline  changes:write read(?:  .*)?$", listed.out, re.MULTILINE
    )
    revoked = call("token", "--revoke", number)
    after = call("token", "--list")

    assert made.status == listed.status == revoked.status == 0
    assert len(secret) > 30
    assert secret not in listed.out + after.out
    assert "revoked" in after.out
    assert secret.encode() not in Path("here.db").read_bytes()


@pytest.mark.usefixtures("settings")
def test_a_sign_in_link_is_a_whole_address() -> None:
    """`token --sign-in` prints a link to the configured address."""
    said = call("token", "--sign-in", SHIPWAKE_URL="http://127.0.0.1:7447")

    assert said.status == 0
    assert re.fullmatch(r"http://\S+/sign-in\?link=\S{30,}\n", said.out)


@pytest.mark.parametrize("args", [[], ["pipeline"], ["pipeline", "--scope", "everything"]])
@pytest.mark.usefixtures("settings")
def test_a_token_needs_a_name_and_scopes(args: list[str]) -> None:
    """`token` without a name or a known scope is a usage error."""
    assert call("token", *args).status == 64


def _replayable(folder: Path) -> None:
    """A change twelve hours after the first sample, and nothing that would hurt."""
    (folder / "shipwake.yaml").write_text(GOOD)
    change = {"id": "c1", "service": "checkout", "environment": "production"}
    (folder / "changes.jsonl").write_text(json.dumps(change | {"at": "2026-03-02T12:00:00Z"}))
    rows = [
        f"checkout latency,2026-03-02T{m // 60:02}:{m % 60:02}:00Z,{100 + m * m % 7}"
        for m in range(785)
    ]
    (folder / "samples.csv").write_text("\n".join(["sli,at,value", *rows]))


@pytest.mark.usefixtures("own_log")
def test_a_replay_writes_its_lines_and_leaves_no_part(folder: Path) -> None:
    """`replay` writes one whole line a change and SLI, and says how many."""
    _replayable(folder)
    said = call("replay", ".", "--out", "verdicts.jsonl", "--no-later")
    (line,) = (folder / "verdicts.jsonl").read_text().splitlines()

    assert said.status == 0, said.err
    assert "1 lines in verdicts.jsonl" in said.err
    assert (json.loads(line)["change"], json.loads(line)["health"]) == ("c1", "healthy")
    assert not (folder / "verdicts.jsonl.part").exists()


@pytest.mark.usefixtures("own_log")
def test_a_replay_of_nothing_is_64_and_writes_nothing(folder: Path) -> None:
    """A folder that cannot be read is a usage error, and no output appears."""
    said = call("replay", "nowhere", "--out", "verdicts.jsonl")

    assert said.status == 64
    assert "nowhere is no folder" in said.err
    assert not (folder / "verdicts.jsonl").exists()


@pytest.mark.usefixtures("settings")
def test_a_backup_is_made_and_comes_back(folder: Path) -> None:
    """`backup` says what it wrote, as words or JSON, refuses a second of the same name, and `restore` puts it back."""
    call("migrate")
    made, again = call("backup", "copy.db"), call("backup", "copy.db")
    forced = json.loads(call("backup", "copy.db", "--force", "--json").out)
    (folder / "here.db").unlink()
    back = call("restore", "copy.db")

    assert (made.status, again.status, back.status) == (0, 64, 0)
    assert re.match(r"copy\.db: 0\.\d MB, tables of version \d{4}, checked\.", made.out)
    assert "--force" in again.err
    assert forced["bytes"] == (folder / "copy.db").stat().st_size
    assert "Restored from copy.db" in back.out
    assert (folder / "here.db").is_file()


@pytest.mark.usefixtures("settings")
def test_everything_is_exported(folder: Path) -> None:
    """`export` writes a file of lines, and with `-` the same lines to the standard output."""
    call("migrate")
    said = call("export", "all.jsonl")
    command = [sys.executable, "-m", "shipwake.cli", "export", "-"]
    streamed = subprocess.run(command, capture_output=True, check=True).stdout
    lines = (folder / "all.jsonl").read_bytes().splitlines()

    assert said.out == "all.jsonl: 2 lines.\n"
    assert [json.loads(line)["kind"] for line in lines] == ["export", "end"]
    # The first export is a deed, which the second tells of.
    assert [json.loads(line)["kind"] for line in streamed.splitlines()] == ["export", "deed", "end"]


@pytest.mark.usefixtures("settings")
def test_a_stream_without_room_is_no_success() -> None:
    """Where the output takes no more, the export ends with 70 and says that it is not whole."""
    call("migrate")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "shipwake.cli", "export", "-"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 70
    assert "broke off" in done.stderr
