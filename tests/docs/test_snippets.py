"""Every YAML and JSON block on a page is one that the program takes, or one that it gives."""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
import yaml

from shipwake.config import SECTIONS, SETTINGS, Config, parse
from shipwake.domain import parse_rfc3339
from shipwake.intake import plain_event
from shipwake.intake.fields import CHANGE
from shipwake.web import shapes
from tests.docs.pages import DOCS, Block, in_language

NOW = parse_rfc3339("2026-03-03T00:00:00Z")
OURS = {*SECTIONS, *(s.name for s in SETTINGS)}
VARIABLE = re.compile(r"\$\{(\w+)\}")
BODY = re.compile(r"(?:-d|BODY=) ?'(\{.*?\})'", re.DOTALL)
GIVEN = ({"stored", "left_out"}, shapes.Pushed), ({"data"}, shapes.Gate)


def _is_ours(block: Block) -> bool:
    read = yaml.safe_load(block.text)
    return isinstance(read, Mapping) and bool(OURS & read.keys())


def _configured(text: str) -> Config:
    return parse(text, name="page", environ=dict.fromkeys(VARIABLE.findall(text), "secret"))


SETTINGS_BLOCKS = [b for b in in_language("yaml") if _is_ours(b)]
JSON_BLOCKS = in_language("json")
SENT = [(b, body) for b in in_language("sh", "console", "") for body in BODY.findall(b.text)]


def _documents(text: str) -> list[Any]:
    """The block as one JSON document, else as one a line."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _take(document: Any, *, strict: bool) -> None:  # noqa: ANN401  whatever JSON holds
    """Let the program read the document by the form that its keys tell."""
    if isinstance(document, list):
        for one in document:
            _take(one, strict=strict)
        return
    keys = set(document)
    if keys == {"sli", "samples"}:
        msgspec.convert(document, shapes.Samples)
        return
    for mark, shape in GIVEN:
        if keys == mark and (shape is not shapes.Gate or "ok" in document["data"]):
            msgspec.convert(document, shape)
            return
    if strict or keys <= {s.name for s in CHANGE.settings}:
        plain_event(document, received=NOW)


@pytest.mark.parametrize("block", SETTINGS_BLOCKS, ids=str)
def test_each_configuration_is_taken(block: Block) -> None:
    """Each YAML block with keys of ours is a configuration without a mistake."""
    assert _configured(block.text).database


@pytest.mark.parametrize("block", JSON_BLOCKS, ids=str)
def test_each_document_is_taken_or_given(block: Block) -> None:
    """Each JSON block can be read; one in our forms is taken by the code that reads that form."""
    for document in _documents(block.text):
        _take(
            document,
            strict=block.page.is_relative_to(DOCS / "how-to") and "github" not in block.page.stem,
        )


@pytest.mark.parametrize(
    ("block", "body"), SENT, ids=lambda x: str(x) if isinstance(x, Block) else ""
)
def test_each_body_that_curl_sends_is_taken(block: Block, body: str) -> None:
    """Each literal body in a shell block is one that the address takes."""
    _take(json.loads(body), strict=True)


def test_the_schedule_on_the_page_is_the_default() -> None:
    """The looks that `watching` shows are those of a configuration that says nothing."""
    page = DOCS / "explain" / "watching.md"
    shown = next(b for b in SETTINGS_BLOCKS if b.page == page)

    assert _configured(shown.text).watch == _configured("").watch


def test_there_is_something_to_check() -> None:
    """The pages do have blocks of each sort, so that the tests above are not empty."""
    assert len(SETTINGS_BLOCKS) > 5
    assert len(JSON_BLOCKS) > 5
    assert len(SENT) > 2
