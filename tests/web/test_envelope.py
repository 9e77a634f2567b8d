"""What goes around every answer: headers, request ids, metrics, the log."""

import httpx
import pytest
import structlog

from tests.web.site import Site


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/api/v1/slis", "/nothing", "/api"])
def test_every_answer_carries_the_safe_headers(admin: httpx.Client, path: str) -> None:
    """Pages, data and refusals alike forbid foreign scripts, frames and sniffing."""
    headers = admin.get(path).headers
    policy = headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"]


def test_a_request_id_is_kept_where_it_is_harmless(admin: httpx.Client) -> None:
    """The asker's request id comes back, and one that could forge a log line does not."""
    kept = admin.get("/healthz", headers={"X-Request-ID": "build-7.2"})
    made = admin.get("/healthz", headers={"X-Request-ID": "a b\tc"})

    assert kept.headers["x-request-id"] == "build-7.2"
    assert made.headers["x-request-id"] not in ("", "a b\tc")


def test_a_request_is_one_line_without_secrets(here: Site) -> None:
    """The log has one line a request, with its route and caller, and nothing of its query or token."""
    client = here.client("read")
    with structlog.testing.capture_logs() as lines:
        client.get("/api/v1/changes", params={"q": "hush-hush"})
        here.client().get("/sign-in", params={"link": "hush-hush"})

    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["path"], line["status"]) for line in requests] == [
        ("/api/v1/changes", 200),
        ("/sign-in", 200),
    ]
    assert requests[0]["caller"] == "test of read"
    assert "hush" not in str(lines)
    assert client.headers["authorization"].split()[1] not in str(lines)


def test_what_is_logged_on_the_way_has_the_requests_id(here: Site) -> None:
    """A line of the flow that a request led to carries the id that its sender gave."""
    merged = [structlog.contextvars.merge_contextvars]
    with structlog.testing.capture_logs(processors=merged) as lines:
        told = here.client("changes:write").post(
            "/api/v1/changes",
            json={"service": "checkout", "environment": "production", "id": "logged"},
            headers={"X-Request-ID": "build-42"},
        )

    assert told.is_success, told.text
    found = {line["event"]: line["request"] for line in lines if "request" in line}
    assert found == {"announced": "build-42", "request": "build-42"}


def test_metrics_count_by_route_not_by_path(here: Site) -> None:
    """Requests for any number of ids are one series."""
    client = here.client("read")
    for number in range(3):
        client.get(f"/api/v1/changes/none-{number}")
    page = client.get("/metrics").text

    assert 'route="/api/v1/changes/{id:path}",status="404"' in page
    assert "none-1" not in page
    assert 'shipwake_queue_oldest_seconds{queue="looks"} ' in page
    assert "process_resident_memory_bytes" in page


def test_answers_are_packed_for_whoever_reads_that(admin: httpx.Client) -> None:
    """Long answers are compressed where the asker says that it can unpack them."""
    packed = admin.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    plain = admin.get("/openapi.json", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_health_needs_no_key_and_tells_nothing(here: Site) -> None:
    """/healthz answers anybody with two words about itself."""
    told = here.client().get("/healthz")

    assert told.json().keys() == {"status", "version"}
    assert here.client().head("/healthz").status_code == 200
