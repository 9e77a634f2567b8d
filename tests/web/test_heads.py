"""More headers, longer ones, or bodies of a form that a place does not take: a bounded, clear refusal each."""

import io
import json
import socket

import httpx
import psutil
import pytest

from shipwake.web.head import LONGEST, MOST
from tests.web.site import Site

BOUNDARY = "b" * 30
BEGIN = b"GET /healthz/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
MEGABYTE = 1024 * 1024
ROOM = 24 * MEGABYTE
"""How much this process, in which the server runs too, may grow while megabytes are thrown at it."""
REFUSES = {
    "/api/v1/samples": {400, 413},
    "/api/v1/changes": {400, 413},
    "/hooks/plain": {202, 413},
    "/sign-in": {401},
}
"""Where bodies are sent, and what those are answered that have another form or are too large; a hook keeps any."""


def _said(here: Site, *sent: bytes) -> tuple[int, bytes]:
    """The status and body that raw bytes are answered with; sending ends where the server hangs up."""
    port = here.river.config.port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        try:
            for part in sent:
                line.sendall(part)
        except OSError:
            pass
        answer = b""
        try:
            while part := line.recv(65536):
                answer += part
                if b"\r\n\r\n" in answer and b"}" in answer:
                    break
        except OSError:
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head.split(b" ", 2)[1]) if head else 0), body


def test_usual_heads_are_answered(here: Site) -> None:
    """A head just below the bounds is read."""
    many = b"".join(b"X-%d: y\r\n" % i for i in range(MOST - 10))
    long = b"X-Long: " + b"y" * (LONGEST - 1000) + b"\r\n"

    assert _said(here, BEGIN, many, b"\r\n")[0] == 200
    assert _said(here, BEGIN, long, b"\r\n")[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        pytest.param([b"X-%d: y\r\n" % i for i in range(MOST + 1)], id="too many"),
        pytest.param([b"X-Long: ", *[b"y" * 65536] * 400], id="one that never ends"),
        pytest.param([b"X-L: " + b"y" * 8000 + b"\r\n"] * 3000, id="many that never end"),
        pytest.param([b"X" * 65536] * 400, id="a name that never ends"),
    ],
)
def test_a_head_without_bounds_is_refused(here: Site, head: list[bytes]) -> None:
    """It is answered 431 in words, or hung up on, long before all of it was sent; nothing of it stays in memory."""
    _said(here, BEGIN, b"\r\n")
    before = psutil.Process().memory_info().rss
    status, body = _said(here, BEGIN, *head, b"\r\n")
    grown = psutil.Process().memory_info().rss - before

    assert status in (0, 400, 431)
    if body:
        assert status == 431
        assert str(MOST) in json.loads(body)["detail"]
    assert grown < ROOM
    assert _said(here, BEGIN, b"\r\n")[0] == 200


def test_too_many_headers_are_told_so(here: Site) -> None:
    """Somebody who can still read is told the bounds."""
    status, body = _said(
        here, BEGIN, b"".join(b"X-%d: y\r\n" % i for i in range(MOST + 1)), b"\r\n"
    )

    assert status == 431
    assert json.loads(body)["status"] == 431


def test_an_address_without_end_is_refused(here: Site) -> None:
    """An endless address is refused like a head."""
    assert _said(here, b"GET /?q=", *[b"x" * 65536] * 100)[0] in (0, 431)


def test_trailers_without_end_are_refused(here: Site) -> None:
    """What follows a chunked body has the bounds of a head."""
    begin = b"POST /hooks/plain HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    before = psutil.Process().memory_info().rss
    _said(here, begin, b"X-Long: ", *[b"y" * 65536] * 400)

    assert psutil.Process().memory_info().rss - before < ROOM
    assert _said(here, BEGIN, b"\r\n")[0] == 200


def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"sli": ["a"] * 1000, "at": [1] * 1000, "value": [0.0] * 1000}), out)
    return out.getvalue()


@pytest.mark.parametrize("path", REFUSES)
@pytest.mark.parametrize(
    "kind", ["application/vnd.apache.parquet", "application/octet-stream", "application/json"]
)
def test_parquet_is_taken_nowhere(here: Site, admin: httpx.Client, path: str, kind: str) -> None:
    """A Parquet file is refused in words, or kept unread by a hook, whatever it says it is."""
    told = admin.post(path, content=_parquet(), headers={"Content-Type": kind})
    here.town.work()

    assert told.status_code in REFUSES[path], told.text
    assert told.status_code == 202 or len(told.json()["detail"]) > 20


@pytest.mark.parametrize("path", REFUSES)
def test_parts_without_bounds_are_refused(admin: httpx.Client, path: str) -> None:
    """A body of parts that is too large, has too many, or never ends is refused in words and not unfolded."""
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"; filename="x"\r\n\r\ny\r\n'.encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    before = psutil.Process().memory_info().rss
    told = [admin.post(path, content=part * n, headers=kind) for n in (1, 1001, 20_000)]

    assert {t.status_code for t in told} <= REFUSES[path], [t.text[:200] for t in told]
    assert psutil.Process().memory_info().rss - before < ROOM


def test_parts_of_a_deploy_have_bounds(here: Site, admin: httpx.Client) -> None:
    """Where parts are taken, more than a thousand of them, or an endless head of one, are refused in words."""
    path = "/api/1/deployments/acme/checkout/register_deploy"
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\ny\r\n'
    end = f"--{BOUNDARY}--\r\n"
    many = admin.post(path, content=part * 1001 + end, headers=kind)
    head = part.replace("\r\n\r\n", "\r\nX: " + "y" * 9000 + "\r\n\r\n")
    long = admin.post(path, content=head + end, headers=kind)
    large = admin.post(path, content=b"x" * (here.river.config.max_body + 1), headers=kind)

    assert (many.status_code, long.status_code, large.status_code) == (400, 400, 413)
    assert "parts" in many.text
    assert "head of a part" in long.text
