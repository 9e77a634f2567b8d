"""The log: what it shows and what it hides, from our own lines and those of libraries."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shipwake.config import Secret
from shipwake.wire.log import configure

SECRET = "hunter2hunter2"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def _lines(**settings: Any) -> tuple[io.StringIO, structlog.stdlib.BoundLogger]:  # noqa: ANN401
    stream = io.StringIO()
    configure(stream=stream, hide=[SECRET], **settings)
    return stream, structlog.get_logger("shipwake.test")


def test_a_line_is_json_with_time_and_level() -> None:
    """Each line is one JSON object with its ids."""
    stream, log = _lines(json=True)
    log.info("looked", change="c1", slis=3)
    line = json.loads(stream.getvalue())

    assert (line["event"], line["change"], line["slis"], line["level"]) == (
        "looked",
        "c1",
        3,
        "info",
    )
    assert line["timestamp"].endswith("Z")


def test_the_level_holds() -> None:
    """What is below the level is not written."""
    stream, log = _lines(json=True, level="warning")
    log.info("chatter")
    log.warning("mind this")

    assert "chatter" not in stream.getvalue()
    assert "mind this" in stream.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_hidden_wherever_they_stand(as_json: bool) -> None:
    """Known secrets, values under telling keys, and what looks like a secret never reach the stream."""
    stream, log = _lines(json=as_json)
    event = f"sent with {SECRET}"
    log.info(
        event,
        authorization="abc-def",
        url="https://ada:swordfish@db/x?token=opensesame&q=1",
        header="Bearer opensesame",
        nested={"api_key": "swordfish", "list": [f"x{SECRET}"], "bytes": SECRET.encode()},
        secret=Secret("swordfish"),
        token_of_ours="shipwake_" + "a" * 43,
    )
    written = stream.getvalue()

    assert "sent with ***" in written
    assert "q=1" in written
    assert not [s for s in (SECRET, "swordfish", "opensesame", "abc-def", "aaaaaa") if s in written]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_hides_secrets_too(as_json: bool) -> None:
    """An exception's words are cleaned, and values of local variables are not shown."""
    stream, log = _lines(json=as_json)
    local = "only-a-local-variable"
    try:
        int(SECRET)
    except ValueError:
        log.exception("failed", size=len(local))
    written = stream.getvalue()

    assert "'***'" in written
    assert SECRET not in written
    assert local not in written.replace('local = "only-a-local-variable"', "")


def test_lines_of_libraries_are_cleaned_too() -> None:
    """What a library logs by the standard way goes the same way."""
    stream, _ = _lines(json=True)
    logging.getLogger("some.library").warning("GET /sign-in?link=%s", SECRET)
    line = json.loads(stream.getvalue())

    assert line["event"] == "GET /sign-in?link=***"
    assert line["logger"] == "some.library"


def test_a_line_stays_one_line() -> None:
    """A line break in a value from outside cannot fake a line of its own."""
    stream, log = _lines(json=True)
    log.info("heard", title='a\n{"event": "fake"}')

    assert stream.getvalue().count("\n") == 1
