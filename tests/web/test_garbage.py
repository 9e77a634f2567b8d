"""Whatever is sent, the answer is never a 5xx, and every refusal is problem+json."""

import socket

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.site import Site

WRITES = ("/api/v1/changes", "/api/v1/samples", "/api/v1/changes/x/replies", "/hooks/plain")
READS = (
    "/api/v1/changes",
    "/api/v1/changes/{}",
    "/api/v1/slis/{}",
    "/gate",
    "/api/v1/changes/{}/verdicts",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("id", "sli", "samples", "at", "kind", "authors", "exposure", "text"))
            | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)
FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _fine(response: httpx.Response) -> None:
    assert response.status_code < 500, (response.request.url, response.text)
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        told = response.json()
        assert {"type", "title", "status", "detail"} <= told.keys()
        assert told["status"] == response.status_code
        assert len(told["detail"]) > 10


@pytest.mark.parametrize("path", WRITES)
@FEW
@given(body=st.binary(max_size=200))
def test_any_bytes(admin: httpx.Client, path: str, body: bytes) -> None:
    """Any bytes at all."""
    _fine(admin.post(path, content=body))


@pytest.mark.parametrize("path", WRITES)
@FEW
@given(body=JSON)
def test_any_json(admin: httpx.Client, path: str, body: object) -> None:
    """Any JSON, with our keys in it."""
    _fine(admin.post(path, json=body))


@pytest.mark.parametrize("path", READS)
@FEW
@given(name=st.text(), params=st.dictionaries(st.text(), st.text(), max_size=3), value=st.text())
def test_any_address(
    admin: httpx.Client, path: str, name: str, params: dict[str, str], value: str
) -> None:
    """Any path and any parameters, known and unknown."""
    from urllib.parse import quote

    known = ("service", "environment", "revision", "q", "cursor", "since", "author", "limit")
    path = path.format(quote(name.encode("utf-8", "surrogatepass"), safe=""))
    coded = {
        k.encode("utf-8", "surrogatepass"): v.encode("utf-8", "surrogatepass")
        for k, v in {**params, **dict.fromkeys(known, value)}.items()
    }
    _fine(admin.get(path, params=coded))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/v1/changes"),
        ("PATCH", "/gate"),
        ("OPTIONS", "/api/v1/samples"),
        ("PROPFIND", "/healthz"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/api/v1/changes/%00"),
        ("GET", "/api/v1/slis/%ff%fe"),
        ("GET", "/static/../../../etc/passwd"),
        ("GET", "/static/%2e%2e/%2e%2e/answer.py"),
        ("GET", "/heard.json?cursor=999999999999999999999999999999"),
        ("POST", "/hooks/../admin"),
        ("POST", "/hooks/%00/x"),
    ],
)
def test_odd_methods_and_paths(admin: httpx.Client, method: str, path: str) -> None:
    """Methods and paths that do not exist are refused as a problem."""
    response = admin.request(method, path)
    assert response.status_code >= 400 or method == "OPTIONS"
    _fine(response)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz HTTP/1.1\r\nHost: [\r\n\r\n",
        b"POST /hooks/plain HTTP/1.1\r\nHost: x:y\r\nOrigin: http://[\r\nContent-Length: 0\r\n\r\n",
        b"POST /hooks/plain HTTP/1.1\r\nHost: x\r\nOrigin: http://[\r\nContent-Length: 0\r\n\r\n",
        b"FOO /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: shipwake_session=\xff;;=;\r\n\r\n",
        b"GET /api/v1/slis HTTP/1.1\r\nHost: x\r\nCookie: shipwake_session=\x80\r\n\r\n",
        b"POST /hooks/plain HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        (
            b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded"
            b"\r\nContent-Length: 6\r\n\r\nlink=\xff"
        ),
        b"GET /?\xff=%ff HTTP/1.1\r\nHost: x\r\nX-Request-ID: a b\r\n\r\n",
    ],
)
def test_raw_bytes_on_the_wire(here: Site, sent: bytes) -> None:
    """Headers and bodies that no client library would send are refused too."""
    with socket.create_connection(("127.0.0.1", here.river.config.port), timeout=5) as line:
        line.sendall(sent)
        answer = line.recv(65536)

    status = int(answer.split(b" ", 2)[1])
    assert status < 500, answer
