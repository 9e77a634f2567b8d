"""Whatever is sent to Sleuth's paths, the answer is in Sleuth's form and never a 5xx."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.site import Site
from tests.web.sleuth.calls import DEPLOYS

PATHS = (
    DEPLOYS.format("x"),
    "/api/1/deployments/a/x/register_manual_deploy",
    "/api/1/deployments/a/x/import_deploys",
    "/api/1/deployments/a/b/c/d/register_impact",
    "/api/1/impact/42/register_impact",
    "/graphql",
)
WORDS = (
    "sha",
    "date",
    "tags",
    "links",
    "commits",
    "files",
    "name",
    "type",
    "value",
    "query",
    "api_key",
    "csv_file",
)
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "",
    "multipart/form-data; boundary*=a''%;;=",
)
FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=5)
    ),
    max_leaves=15,
)


def _fine(answer: httpx.Response) -> None:
    assert answer.status_code < 500, (answer.request.url, answer.text)
    expected = "application/json" if answer.request.url.path == "/graphql" else "text/plain"
    assert answer.headers["content-type"].startswith(expected)
    assert answer.text


@pytest.mark.parametrize("path", PATHS)
@FEW
@given(body=st.binary(max_size=200), kind=st.sampled_from(TYPES))
def test_any_bytes_of_any_kind(client: httpx.Client, path: str, body: bytes, kind: str) -> None:
    """Any bytes under any type are answered in Sleuth's form, never by a 5xx."""
    _fine(client.post(path, content=body, headers={"Content-Type": kind}))


@pytest.mark.parametrize("path", PATHS)
@FEW
@given(body=VALUES)
def test_any_json(here: Site, client: httpx.Client, path: str, body: object) -> None:
    """Any JSON with Sleuth's words in it is answered in its form, and what is kept of it can be worked through."""
    _fine(client.post(path, json=body))
    here.town.work()
