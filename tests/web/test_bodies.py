"""What is sent to the server: its size, its compression, its signature."""

import gzip
import hashlib
import hmac
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from shipwake.config import parse
from tests.flow.town import SETTINGS
from tests.web.site import Site, site

LIMIT = 20_000
HOOK = 'hooks: [{kind: github, name: acme, secret: "${GITHUB_SECRET}"}]\n'
PING = b'{"zen": "Keep it logically awesome.", "hook_id": 1}'


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that takes small bodies only, and listens to a signed hook."""
    made = parse(SETTINGS + HOOK, name="narrow.yaml", environ={"GITHUB_SECRET": "hush"})
    with site(Path(tmp_path_factory.mktemp("narrow")), replace(made, max_body=LIMIT)) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(narrow: Site) -> httpx.Client:
    """A client that may push samples and tell of changes."""
    return narrow.client("samples:write", "changes:write")


def _push(client: httpx.Client, body: object, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/v1/samples", content=body, headers=named)  # type: ignore[arg-type]


def test_a_body_beyond_the_limit_is_refused_by_its_announced_length(client: httpx.Client) -> None:
    """A body that says it is too long is answered 413 with both sizes."""
    told = _push(client, b"x" * (LIMIT + 1))

    assert told.status_code == 413
    assert str(LIMIT) in told.json()["detail"]
    assert str(LIMIT + 1) in told.json()["detail"]


def test_a_body_beyond_the_limit_is_refused_while_it_is_read(client: httpx.Client) -> None:
    """A body of unknown length is cut off at the limit with 413."""

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    assert _push(client, endless()).status_code == 413


def test_a_bomb_does_not_go_off(client: httpx.Client) -> None:
    """A small body that unpacks to more than the limit is answered 413."""
    bomb = gzip.compress(b"[" + b" " * 50 * LIMIT + b"]")

    assert len(bomb) < LIMIT
    assert _push(client, bomb, content_encoding="gzip").status_code == 413


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_compressed_bodies_are_read(client: httpx.Client, encoding: str, pack: object) -> None:
    """Each allowed Content-Encoding is unpacked before it is decoded."""
    assert callable(pack)

    assert _push(client, pack(b"[]"), content_encoding=encoding).json() == {
        "stored": 0,
        "left_out": {},
    }


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not gzip"),
        ("gzip", gzip.compress(b"[]")[:-4]),
        ("gzip", b""),
        ("deflate", b"\x78\x9c broken"),
        ("br", b"[]"),
    ],
)
def test_broken_or_unknown_compression_is_a_clear_400(
    client: httpx.Client, encoding: str, body: bytes
) -> None:
    """What cannot be unpacked is answered 400 that says what is wrong with it."""
    told = _push(client, body, content_encoding=encoding)

    assert told.status_code == 400, told.text
    assert told.headers["content-type"] == "application/problem+json"


def _signed(body: bytes, secret: bytes = b"hush") -> dict[str, str]:
    return {
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
        "X-GitHub-Event": "ping",
        "X-GitHub-Delivery": hashlib.sha256(body).hexdigest()[:32],
    }


def test_a_signed_delivery_needs_no_token(narrow: Site) -> None:
    """A delivery with the right signature is heard without any key of ours."""
    told = narrow.client().post("/hooks/github/acme", content=PING, headers=_signed(PING))

    assert told.status_code == 202, told.text
    assert told.json()["title"] == "Heard"


def test_the_same_delivery_twice_is_one(narrow: Site) -> None:
    """A delivery that comes again gets the same answer and the same number."""
    first, again = (
        narrow.client().post("/hooks/github/acme", content=PING, headers=_signed(PING))
        for _ in range(2)
    )

    assert first.json() == again.json()


@pytest.mark.parametrize(
    "headers", [{}, _signed(PING, b"wrong"), {"X-Hub-Signature-256": "sha256="}]
)
def test_a_wrong_signature_is_refused_and_nothing_is_kept(
    narrow: Site, headers: dict[str, str]
) -> None:
    """A delivery that is not signed with our secret is answered 401 and leaves only a count."""
    body = b'{"zen": "forged"}'
    told = narrow.client().post("/hooks/github/acme", content=body, headers=headers)

    assert told.status_code == 401
    assert told.headers["content-type"] == "application/problem+json"
    with narrow.river.store.read() as tx:
        assert all(kept.heard.body != body for kept in tx.heard.pending(100))


def test_a_token_stands_for_a_signature(narrow: Site, client: httpx.Client) -> None:
    """Our own plain form has no signature: it is heard with a token and refused without."""
    sent = {"id": "t1", "service": "checkout", "environment": "production", "title": "by hook"}

    assert client.post("/hooks/plain", json=sent).status_code == 202
    assert narrow.client().post("/hooks/plain", json=sent).status_code == 401
    assert narrow.client("read").post("/hooks/plain", json=sent).status_code == 401


def test_an_unknown_hook_says_which_exist(narrow: Site) -> None:
    """A delivery to a hook that is not configured is answered 404 that lists those that are."""
    told = narrow.client().post("/hooks/gitlab", content=b"{}")

    assert told.status_code == 404
    assert "/hooks/github/acme" in told.json()["detail"]


def test_a_packed_delivery_is_verified_on_what_it_holds(narrow: Site) -> None:
    """A delivery that was compressed on its way is verified and kept as it was before that."""
    packed = gzip.compress(PING)
    headers = {**_signed(PING), "Content-Encoding": "gzip"}

    assert narrow.client().post("/hooks/github/acme", content=packed, headers=headers).is_success
