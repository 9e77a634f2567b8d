"""Help: every verb with its purpose, at the cost of reading the files alone."""

import ast
import subprocess
import sys

import pytest

from tests.cli.calls import Terminal, call
from tests.house.tree import SOURCE, functions

PROGRAM = """
import sys
sys.argv = ["shipwake", "--help"]
from shipwake.cli.verbs import main
try:
    main()
finally:
    heavy = {"numpy", "sqlalchemy", "fastapi", "httpx", "scipy"} & set(sys.modules)
    sys.stderr.write(" ".join(sorted(heavy)))
"""
VERBS = {
    path.stem: (ast.get_docstring(ast.parse(path.read_bytes())) or "").partition("\n")[0]
    for path in sorted((SOURCE / "cli").glob("*.py"))
    if any(function.name == "command" for function in functions(path))
}


def _dense(text: str) -> str:
    """The letters alone: help wraps its lines where the window ends."""
    return "".join(text.split())


def test_help_lists_every_verb_and_loads_nothing_heavy() -> None:
    """`--help` shows each verb beside the first clause of its file, without numpy or a web framework."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    for verb, purpose in VERBS.items():
        assert _dense(verb + purpose.partition(";")[0].rstrip(".")) in _dense(done.stdout)


def test_the_verbs_are_those_that_the_pages_speak_of() -> None:
    """No verb was lost or added without this list being told."""
    assert sorted(VERBS) == [
        "audit",
        "backtest",
        "backup",
        "change",
        "check",
        "demo",
        "doctor",
        "export",
        "list",
        "migrate",
        "replay",
        "restore",
        "serve",
        "token",
        "verdict",
        "watch",
        "work",
    ]


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_has_help_of_its_own(verb: str) -> None:
    """`VERB --help` shows how the verb is called, and exits 0."""
    said = call(verb, "--help")

    assert said.status == 0
    assert f"shipwake {verb} " in said.out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["verbs"], "No such command 'verbs'"),
        (["../cli/check"], "No such command"),
        (["list", "--colour"], "No such option"),
        (["verdict"], "Missing argument 'ID'"),
        (["change", "x", "--kind", "party"], "'party' is not one of"),
    ],
)
def test_a_call_that_cannot_be_understood_is_64(args: list[str], words: str) -> None:
    """An unknown verb, option or choice and a missing argument are a usage error, in words."""
    said = call(*args)

    assert said.status == 64
    assert words in said.err
    assert said.out == ""


def test_the_version_is_shown() -> None:
    """`--version` shows the program's name and version."""
    said = call("--version")

    assert said.status == 0
    assert said.out.startswith("shipwake")


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
@pytest.mark.usefixtures("folder")
def test_no_color_is_heeded(environ: dict[str, str], coloured: bool) -> None:
    """In a terminal words have colour, unless NO_COLOR is set."""
    said = call("doctor", out=Terminal(), **environ)

    assert "no SLIs yet" in said.out
    assert ("\x1b[" in said.out) is coloured
