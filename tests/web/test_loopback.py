"""Without any key, on loopback: everything is open to this machine, and to no page of another site."""

from collections.abc import Iterator

import httpx
import pytest

from tests.web.site import Site, site


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with auth: none."""
    with site(tmp_path_factory.mktemp("bare"), auth="none") as made:
        yield made


@pytest.fixture(scope="module")
def client(bare: Site) -> httpx.Client:
    """A client without any key."""
    return bare.client()


@pytest.mark.parametrize("path", ["/api/v1/slis", "/metrics", "/openapi.json", "/changes", "/"])
def test_no_key_is_asked_for(client: httpx.Client, path: str) -> None:
    """Everything can be read without a token or session."""
    assert client.get(path, follow_redirects=True).status_code == 200


def test_programs_may_write(client: httpx.Client) -> None:
    """A program on this machine tells of changes and delivers to a hook that has no secret."""
    sent = {"id": "b1", "service": "checkout", "environment": "production"}

    assert client.post("/api/v1/changes", json=sent).status_code == 201
    assert client.post("/hooks/plain", json=sent).status_code == 202


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7447", "10.0.0.1", ""])
def test_a_name_that_points_at_us_is_not_enough(client: httpx.Client, host: str) -> None:
    """A request under a foreign host name, as after DNS rebinding, is refused."""
    told = client.get("/api/v1/slis", headers={"Host": host})

    assert told.status_code == 421
    assert "set url" in told.json()["detail"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:80", "[::1]:7447"])
def test_loopback_has_several_names(client: httpx.Client, host: str) -> None:
    """Each way of naming this machine works."""
    assert client.get("/api/v1/slis", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
@pytest.mark.parametrize("path", ["/api/v1/changes", "/api/v1/samples", "/hooks/plain"])
def test_a_page_of_another_site_cannot_write(
    client: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    """A form or script of another site that the browser sends here is refused."""
    told = client.post(path, content=b"{}", headers={**headers, "Content-Type": "text/plain"})

    assert told.status_code == 403


@pytest.mark.parametrize("host", ["[", "a]b", "::::", "x" * 3000])
def test_an_odd_host_is_refused_without_a_stumble(client: httpx.Client, host: str) -> None:
    """A Host header that is no host is a refusal like any other."""
    assert client.get("/api/v1/slis", headers={"Host": host}).status_code in (400, 421)
