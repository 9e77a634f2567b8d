"""The one client: what it tries again, what it refuses, and what it never says."""

import gzip
import traceback
from datetime import timedelta
from typing import Any

import pytest

from shipwake.wire.clock import monotonic
from shipwake.wire.http import CallError, Client, json_body, retry_after, secrets_of
from tests.wire.server import serving

SECRET = "hunter2hunter2"


def _client(to: str, **settings: Any) -> Client:  # noqa: ANN401 - the client's own settings
    return Client(to, timeout_s=0.3, secrets=(SECRET,), **settings)


def test_an_answer_is_given_back() -> None:
    """Status, headers in lower case and the body arrive, and the request says who asks."""
    with (
        serving({"json": {"a": 1}, "headers": {"X-More": "b"}}) as server,
        _client(server.url) as client,
    ):
        answer = client.request("GET", f"{server.url}/x", params={"q": "a b"})

    assert (answer.status, answer.json(), answer.headers["x-more"]) == (200, {"a": 1}, "b")
    assert server.asked[0].path == "/x?q=a+b"
    assert server.asked[0].headers["user-agent"].startswith("shipwake/")


@pytest.mark.parametrize(
    "passing", [{"status": 503}, {"status": 429}, {"status": 500}, {"drop": True}]
)
def test_a_passing_failure_is_tried_again(passing: dict[str, Any]) -> None:
    """A read that failed for a reason that passes succeeds at the second try."""
    with serving(passing, {"text": "ok"}) as server, _client(server.url) as client:
        assert client.request("GET", server.url).body == b"ok"
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_lasting_failure_is_not_tried_again(status: int) -> None:
    """An answer that will not change is permanent and asked for once."""
    with (
        serving({"status": status, "text": "no such thing"}) as server,
        _client(server.url) as client,
        pytest.raises(CallError, match="no such thing") as caught,
    ):
        client.request("GET", server.url)
    assert (caught.value.permanent, caught.value.status, len(server.asked)) == (True, status, 1)


def test_after_three_tries_it_gives_up_for_now() -> None:
    """A failure that stays is reported as passing, with its status."""
    with (
        serving({"status": 502}) as server,
        _client(server.url) as client,
        pytest.raises(CallError) as caught,
    ):
        client.request("GET", server.url)
    assert (caught.value.permanent, caught.value.status, len(server.asked)) == (False, 502, 3)


@pytest.mark.parametrize(
    ("answer", "sent"), [({"status": 500}, 1), ({"drop": True}, 1), ({"status": 429}, 3)]
)
def test_what_may_have_happened_is_not_sent_twice(answer: dict[str, Any], sent: int) -> None:
    """A POST is repeated only where the answer says that nothing was done."""
    with (
        serving(answer) as server,
        _client(server.url) as client,
        pytest.raises(CallError) as caught,
    ):
        client.request("POST", server.url, content=b"{}")
    assert (len(server.asked), caught.value.permanent) == (sent, False)


def test_a_repeatable_post_is_sent_again() -> None:
    """The caller may say that sending the same twice does no harm."""
    with serving({"status": 500}, {}) as server, _client(server.url) as client:
        client.request("POST", server.url, content=b"{}", repeatable=True)
    assert [a.body for a in server.asked] == [b"{}", b"{}"]


def test_a_short_wait_is_obeyed() -> None:
    """Retry-After within the patience is waited for."""
    began = monotonic()
    with (
        serving({"status": 429, "headers": {"Retry-After": "0.4"}}, {}) as server,
        _client(server.url) as client,
    ):
        client.request("GET", server.url)
    assert monotonic() - began >= 0.4


def test_a_long_wait_is_handed_on() -> None:
    """Retry-After beyond the patience ends the tries at once, and the caller learns how long to wait."""
    with (
        serving({"status": 429, "headers": {"Retry-After": "77"}}) as server,
        _client(server.url) as client,
        pytest.raises(CallError) as caught,
    ):
        client.request("GET", server.url)
    assert (caught.value.retry_after, len(server.asked)) == (timedelta(seconds=77), 1)


def test_a_wait_may_stand_in_other_headers() -> None:
    """A system that asks for patience in headers of its own is obeyed, and the caller sees all that it said."""
    with (
        serving({"status": 429, "headers": {"X-Reset": "55"}}) as server,
        _client(server.url, waits=lambda said: timedelta(seconds=float(said["x-reset"]))) as client,
        pytest.raises(CallError) as caught,
    ):
        client.request("GET", server.url)
    assert (caught.value.retry_after, len(server.asked)) == (timedelta(seconds=55), 1)
    assert caught.value.headers["x-reset"] == "55"


def test_what_did_not_change_is_an_answer() -> None:
    """To a question that names what is known already, 304 is an answer and no redirect."""
    with (
        serving({"status": 304, "headers": {"ETag": "a"}}) as server,
        _client(server.url) as client,
    ):
        answer = client.request("GET", server.url, headers={"If-None-Match": "a"})
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", "a")
    assert server.asked[0].headers["if-none-match"] == "a"


def test_silence_ends_in_time() -> None:
    """A server that never answers costs the timeout, and the failure is passing."""
    began = monotonic()
    with (
        serving({"hang": True}) as server,
        _client(server.url, attempts=1) as client,
        pytest.raises(CallError, match=r"no answer in 0\.3 s") as caught,
    ):
        client.request("GET", server.url)
    assert not caught.value.permanent
    assert monotonic() - began < 2


def test_nobody_listens() -> None:
    """A refused connection is a passing failure."""
    with serving() as server:
        url = server.url
    with _client(url, attempts=1) as client, pytest.raises(CallError) as caught:
        client.request("GET", url)
    assert not caught.value.permanent


def test_redirects_are_not_followed() -> None:
    """A redirect is a permanent failure that names the host, not the path."""
    elsewhere = {"status": 302, "headers": {"Location": f"https://elsewhere.example/{SECRET}"}}
    with (
        serving(elsewhere) as server,
        _client(server.url) as client,
        pytest.raises(CallError, match=r"https://elsewhere\.example;") as caught,
    ):
        client.request("GET", server.url)
    assert caught.value.permanent
    assert SECRET not in str(caught.value)


def test_an_answer_that_unfolds_without_end_is_refused() -> None:
    """Compressed answers count by what they unfold to."""
    bomb = gzip.compress(bytes(70 * 1024 * 1024)).decode("latin-1")
    with (
        serving({"raw": bomb, "headers": {"Content-Encoding": "gzip"}}) as server,
        _client(server.url) as client,
        pytest.raises(CallError, match="larger"),
    ):
        client.request("GET", server.url)


@pytest.mark.parametrize("url", ["http://", "nonsense", "http://[::1", "ftp://x/"])
def test_an_address_that_is_none_is_permanent(url: str) -> None:
    """Trying again cannot help where the address itself is wrong."""
    with _client(url, attempts=2) as client, pytest.raises(CallError) as caught:
        client.request("GET", url)
    assert caught.value.permanent


def test_what_is_no_json_says_where_it_came_from() -> None:
    """A page in place of JSON is a permanent failure that shows its beginning."""
    with serving({"text": "<html>Sign in</html>"}) as server, _client(server.url) as client:
        answer = client.request("GET", server.url)
    with pytest.raises(CallError, match="Sign in"):
        answer.json()


def test_no_secret_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Neither errors, tracebacks nor the log of any library hold a secret from address, headers or answer."""
    caplog.set_level("DEBUG")
    headers = {"Authorization": f"Bearer {SECRET}"}
    with (
        serving({"status": 500, "text": f"bad key {SECRET}"}) as server,
        _client(server.url, headers=headers) as client,
        pytest.raises(CallError) as caught,
    ):
        client.request("GET", f"{server.url}/{SECRET}", params={"key": SECRET})
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(client)
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in told
    assert "bad key ***" in told


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("-3", None), ("soon", None), ("", None), ("999999999", 86_400)],
)
def test_retry_after_is_read(header: str, seconds: int | None) -> None:
    """Seconds are taken up to a day, nonsense says nothing."""
    assert retry_after(header) == (None if seconds is None else timedelta(seconds=seconds))


def test_retry_after_may_be_a_date() -> None:
    """A date that has passed asks for no wait."""
    assert retry_after("Fri, 31 Dec 1999 23:59:59 GMT") == timedelta(0)


def test_short_words_are_no_secrets() -> None:
    """Hiding a secret of two letters would only spoil the words."""
    plain = [s for s in secrets_of(["ab", SECRET, SECRET + "x"]) if s.startswith(SECRET)]

    assert plain == [SECRET + "x", SECRET]
    assert secrets_of(["ab"]) == ()


def test_a_secret_is_known_in_every_spelling() -> None:
    """As JSON, an address, a page and base64 spell it; of an address its key and its long steps, and no more."""
    spelled = secrets_of(['a/"&é b'])
    found = secrets_of(["http://bob:hunter22@a.example/api/v1/k3y-in-the-path?key=k3y-at-the-end"])

    assert {'a/\\"&\\u00e9 b', "a%2F%22%26%C3%A9%20b", "a/&quot;&amp;é b", "YS8iJsOpIGI="} <= {
        *spelled
    }
    assert {"hunter22", "k3y-in-the-path", "k3y-at-the-end"} <= {*found}
    assert not {"api", "v1", "a.example", "/api/v1"} & {*found}


def test_an_answer_that_is_no_json_tells_no_secret() -> None:
    """What a failure quotes of an answer that cannot be read is without the secret that the answer repeats."""
    with serving({"text": f"you sent {SECRET} " * 20}) as server:
        client = Client(server.url, secrets=secrets_of([SECRET]))
        with pytest.raises(CallError) as caught:
            client.request("GET", server.url).json()

    assert "you sent ***" in caught.value.message
    assert SECRET[:8] not in caught.value.message


def test_json_is_compact_utf8() -> None:
    """Bodies are written as UTF-8 without blanks, so that a signature is over the bytes that are sent."""
    assert json_body({"a": "ü", "b": [1]}) == '{"a":"ü","b":[1]}'.encode()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://localhost:{port}/x",
        "https://127.0.0.1:{port}/x",
        "http://127.0.0.1/x",
        "http://127.0.0.2:{port}/x",
        "http://127.1:{port}/x",
        "http://127.0.0.1:{port}@elsewhere.example/",
        "http://elsewhere.example/127.0.0.1:{port}",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1:{port}/x",
    ],
)
def test_nothing_but_the_configured_address_is_asked(elsewhere: str) -> None:
    """An address of another scheme, host or port is refused before anything is sent or looked up."""
    with serving() as server, _client(server.url) as client:
        place = elsewhere.format(port=server.url.rpartition(":")[2])
        with pytest.raises(CallError) as caught:
            client.request("GET", place)

    assert caught.value.permanent
    assert server.asked == []


def test_the_configured_address_may_be_written_otherwise() -> None:
    """Letters of another case in host and scheme, or a port that the scheme has anyway, are the same address."""
    with _client("https://Example.com:443/base", attempts=1, patience_s=0) as client:
        built = client._built("GET", "HTTPS://example.COM/x", None, None, None)  # noqa: SLF001

    assert built.url.host == "example.com"
