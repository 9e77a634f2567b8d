"""Every command that a page shows exists, with the options it is shown with."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shipwake.cli.verbs import shipwake
from shipwake.wire.sign import signed
from shop.record import arguments
from tests.docs.pages import DOCS, blocks, in_language, inline, pages
from tests.house.tree import ROOT, named

CALL = re.compile(r"(?:^|[\s(/])shipwake ([a-z][^\n|&;#)]*)")
MAKE = re.compile(r"(?:^|\s|`)make ([a-z]+)(?: ARGS=(\"[^\"]*\"|\S+))?", re.MULTILINE)
SHELL = in_language("sh", "console", "ini")
STARTS_WITH_MAKE = re.compile(r"(?:\$ )?(?:git pull && )?make ")


def _joined(text: str) -> str:
    """Continued lines as one, quoted commands as a word, and the brackets of a usage line taken off."""
    lines = re.sub(r'"\$\([^)]*\)"', "now", re.sub(r"\\\n\s*", "", text))
    return lines.replace("[", "").replace("]", "")


def _calls() -> Iterator[tuple[str, str]]:
    """Each call of the command line on any page, with where it stands."""
    for block in SHELL:
        for found in CALL.finditer(_joined(block.text)):
            yield str(block), found[1]
    for page in pages():
        for code in inline(page):
            if re.match(r"shipwake [a-z]", code):
                yield named(page), code.removeprefix("shipwake ").replace("[", "").replace("]", "")


def _makes() -> Iterator[tuple[str, str, str]]:
    for block in SHELL:
        for line in block.text.splitlines():
            for found in MAKE.finditer(line) if STARTS_WITH_MAKE.match(line) else ():
                yield str(block), found[1], (found[2] or "").strip('"')


def _parse(group: click.Group, args: list[str]) -> None:
    """Read a command line as far as its verb and the names of its options."""
    with click.Context(group, info_name=group.name, resilient_parsing=True) as context:
        verb = group.get_command(context, args[0])
        assert verb is not None, f"there is no verb {args[0]}"
        if isinstance(verb, click.Group) and args[1:]:
            _parse(verb, args[1:])
            return
        verb.make_parser(context).parse_args(args=args[1:])


CALLS = sorted(set(_calls()))
MAKES = sorted(set(_makes()))


@pytest.mark.parametrize(("where", "call"), CALLS)
def test_each_call_is_one_that_the_command_line_takes(where: str, call: str) -> None:
    """Each `shipwake …` on a page names a verb there is, and options it has."""
    _parse(shipwake, shlex.split(call))


@pytest.mark.parametrize(("where", "target", "args"), MAKES)
def test_each_target_and_its_arguments_exist(
    where: str, target: str, args: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `make …` on a page names a target, and ARGS that its program takes."""
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    if target == "demo":
        _parse(shipwake, ["demo", *shlex.split(args)])
    if target == "record":
        monkeypatch.setattr(sys, "argv", ["record", "--out", "x", *shlex.split(args)])
        assert arguments().minutes > 0


def test_there_is_something_to_check() -> None:
    """The pages do show commands, so that the tests above are not empty."""
    assert len(CALLS) > 20
    assert len(MAKES) > 5


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")
def test_the_signature_on_the_page_is_a_good_one() -> None:
    """What the page signs with openssl is what a hook takes for signed."""
    page = DOCS / "how-to" / "receive-webhooks.md"
    block = next(b for b in blocks(page) if "openssl" in b.text)
    script = f'curl() {{ printf "%s\\n" "$3" "$5"; }}\n{block.text}'
    said = _bash(script, {"DEPLOY_SECRET": "s3cret", "PATH": "/usr/bin:/bin"})
    header, body = said.splitlines()
    name, _, value = header.partition(": ")

    assert name == "X-Shipwake-Signature"
    assert signed(body.encode(), ["s3cret"], value)


def _bash(script: str, environ: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euc", script], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_front_page_can_be_checked(folder: Path) -> None:
    """The configuration of the front page is one that `shipwake check` calls good."""
    block = next(b for b in blocks(ROOT / "README.md") if b.language == "yaml")
    (folder / "shipwake.yaml").write_text(block.text)
    done = subprocess.run(
        [sys.executable, "-m", "shipwake.cli", "check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "1 services, 1 environments, 2 SLIs" in done.stdout
