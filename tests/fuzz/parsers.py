"""Every parser of what others write, as a function of bytes that may raise only what the parser promises to raise."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl

import msgspec

from shipwake.config import Document, Field, kinds, load, parse, read
from shipwake.domain import BadInputError, Heard, ShipwakeError, parse_rfc3339
from shipwake.domain.instant import from_epoch
from shipwake.intake import Intake, Receipted, connect, fields_of, plain_event, without
from shipwake.replay.folder import read_folder
from shipwake.sources import SourceError, files, promql
from shipwake.sources.promql.witness import witness
from shipwake.store.page import place_of
from shipwake.web.api.samples import Head
from shipwake.web.json_body import decode, document, no_key_twice
from shipwake.web.pages import filters, prose, times
from shipwake.web.sleuth import query
from shipwake.wire import packing
from shipwake.wire.http import retry_after
from tests.contracts.answers import answers, configured

SEEDS = Path(__file__).with_name("seeds")
NOW = datetime(2026, 2, 3, 10, 0, 10, tzinfo=UTC)
LIMIT = 1 << 20
Parser = Callable[[bytes], None]
MEDIA = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
ENCODINGS = ("gzip", "deflate", "zstd", "snappy", "gzip, gzip", "identity")


@cache
def _intake(kind: str) -> Intake:
    stated = answers("intake", kind).get("settings", {})
    return connect(configured("intake", kind, stated, SECRET="a secret", OLD="an older secret"))


def _heard(kind: str, body: bytes, headers: dict[str, str]) -> Heard:
    return Heard(kind=kind, source="acme", headers=headers, body=body, received=NOW)


def _intake_of(kind: str) -> Parser:
    """The first line of the input is the event's name, or the path; then the body."""

    def parser(data: bytes) -> None:
        name, _, body = data.partition(b"\n")
        told = name.decode("latin-1")
        headers = {
            "x-github-event": told,
            "content-type": told if "/" in told[1:] else MEDIA[0],
            ":path": told,
        }
        intake, heard = _intake(kind), _heard(kind, body, headers)
        with suppress(ShipwakeError):
            intake.verify(heard)
        with suppress(BadInputError):
            for event in intake.events(heard):
                # What is kept must be able to be kept: as JSON, in UTF-8.
                msgspec.json.encode(event)
        if hasattr(intake, "receipt"):
            cast("Receipted", intake).receipt(heard).body.encode("utf-8", "surrogatepass")

    return parser


def forms(data: bytes) -> None:
    """Fields of JSON, of a form and of parts."""
    kind = MEDIA[data[0] % len(MEDIA)] if data else MEDIA[0]
    heard = _heard("sleuth", data[1:], {"content-type": kind})
    with suppress(BadInputError):
        fields_of(heard)
    with suppress(BadInputError):
        without(heard, "api_key")


def unpacked(data: bytes) -> None:
    """Compressed bodies."""
    if data:
        with suppress(BadInputError):
            unfolded = packing.unpack(data[1:], ENCODINGS[data[0] % len(ENCODINGS)], LIMIT)
            assert len(unfolded) <= LIMIT


def samples(data: bytes) -> None:
    """Pushed samples, as far as they are read before it is known of which SLI."""
    with suppress(BadInputError):
        heads = decode(data, list[Head] | Head)
        for head in heads if isinstance(heads, list) else [heads]:
            decode(head.samples, list[tuple[float | str, float | None]])
    with suppress(BadInputError):
        no_key_twice(data)
    with suppress(BadInputError):
        document(data, object)


def plain_change(data: bytes) -> None:
    """A change in our own form."""
    with suppress(BadInputError):
        msgspec.json.encode(plain_event(document(data, object), received=NOW))


def config(data: bytes) -> None:
    """shipwake.yaml."""
    with suppress(ShipwakeError):
        parse(data.decode("utf-8", "replace"), name="shipwake.yaml", environ={"A": "secret"})


@cache
def _scratch() -> Path:
    fast = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
    made = tempfile.mkdtemp(prefix="fuzz-", dir=fast if fast.is_dir() else None)
    return Path(made)


def _replay_file(name: str) -> Parser:
    """One file of a replay folder."""

    def parser(data: bytes) -> None:
        folder = _scratch() / name.replace(".", "-")
        folder.mkdir(exist_ok=True)
        file = folder / name
        file.write_bytes(data)
        with suppress(ShipwakeError):
            for rows in files.rows_of(file):
                assert len(rows.codes) == len(rows.times_us)

    return parser


def changes(data: bytes) -> None:
    """changes.jsonl of a replay folder."""
    folder = _scratch() / "changes"
    folder.mkdir(exist_ok=True)
    (folder / "shipwake.yaml").write_text("services: [{name: a}]\n")
    (folder / "changes.jsonl").write_bytes(data)
    with suppress(ShipwakeError):
        read_folder(folder, later=False)


def settings_file(data: bytes) -> None:
    """shipwake.yaml as bytes on the disk."""
    folder = _scratch() / "settings"
    folder.mkdir(exist_ok=True)
    (folder / "shipwake.yaml").write_bytes(data)
    with suppress(ShipwakeError):
        load(folder / "shipwake.yaml", {}, implicit=True)


def graphql(data: bytes) -> None:
    """What Sleuth's command line asks."""
    with suppress(BadInputError):
        query.read(data.decode("utf-8", "surrogateescape"), {"a": 1})


def promql_answer(data: bytes) -> None:
    """What a Prometheus answers."""
    with suppress(SourceError):
        promql.read(data, 100)


def promql_query(data: bytes) -> None:
    """Two queries, of a part and of the whole."""
    part, _, total = data.decode("utf-8", "replace").partition("\n")
    witness(part, total)


def moments(data: bytes) -> None:
    """Instants, spans, shares, rates, sizes, waits and places in a list, in all the forms that people write them in."""
    text = data.decode("utf-8", "surrogateescape")
    read.span(text)
    read.percentage(text)
    retry_after(text)
    field = Field(text, "key", Document("shipwake.yaml", {}), 1, text)
    for reader in (read.rate, read.size(0, 1 << 40), read.url("http"), read.expanded):
        with suppress(ShipwakeError):
            reader(field)
    with suppress(BadInputError):
        parse_rfc3339(text)
    with suppress(BadInputError, ValueError):
        from_epoch(float(text))
    with suppress(BadInputError):
        place_of(text)


def addresses(data: bytes) -> None:
    """The query of a page's address."""
    given = dict(parse_qsl(data.decode("latin-1")))
    with suppress(BadInputError):
        filters.read(given, NOW)


def words(data: bytes) -> None:
    """Words of others on their way into a page: no mark of theirs is markup afterwards."""
    text = data.decode("utf-8", "replace")
    for made in (
        prose.arrows(text),
        prose.coded(text),
        prose.worded(text, "healthy"),
        times.timed(text, NOW),
    ):
        left = str(made)
        for ours in ("<b>", "</b>", "<code>", "</code>", '<span class="healthy">', "</span>"):
            left = left.replace(ours, "")
        assert "<script" not in left.lower()
        assert "<img" not in left.lower()


PARSERS: dict[str, Parser] = {
    **{f"intake-{kind}": _intake_of(kind) for kind in kinds.known("intake")},
    "forms": forms,
    "unpacked": unpacked,
    "samples": samples,
    "plain-change": plain_change,
    "config": config,
    "settings-file": settings_file,
    "changes": changes,
    "samples-csv": _replay_file("samples.csv"),
    "samples-csv-gz": _replay_file("samples.csv.gz"),
    "samples-parquet": _replay_file("samples.parquet"),
    "graphql": graphql,
    "promql-answer": promql_answer,
    "promql-query": promql_query,
    "moments": moments,
    "addresses": addresses,
    "words": words,
}


def seeds(name: str) -> Iterator[bytes]:
    """What a parser begins with: the files of its folder, and, of an intake, the forms that it is held to."""
    folder = SEEDS / name
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield path.read_bytes()
    if name.startswith("intake-"):
        for case in answers("intake", name.removeprefix("intake-")).get("cases", {}).values():
            told = {k.lower(): str(v) for k, v in case.get("headers", {}).items()}
            first = told.get("x-github-event") or told.get(":path") or told.get("content-type", "")
            text = (
                case["text"].encode() if "text" in case else msgspec.json.encode(case.get("body"))
            )
            yield first.encode() + b"\n" + text


def clean() -> None:
    """Take the scratch files away."""
    for path in sorted(_scratch().rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    _scratch().rmdir()
    _scratch.cache_clear()
