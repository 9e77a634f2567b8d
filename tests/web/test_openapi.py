"""The description of the API says what the server does."""

import re
from typing import Any

import httpx
import pytest

from shipwake.intake.fields.change import CHANGE, PERSON


@pytest.fixture(scope="module")
def document(admin: httpx.Client) -> dict[str, Any]:
    """The document that the server gives."""
    found: dict[str, Any] = admin.get("/openapi.json").json()
    return found


def _references(value: object) -> set[str]:
    text = str(value)
    return set(re.findall(r"#/components/schemas/(\w+)", text))


def test_every_reference_leads_to_a_schema(document: dict[str, Any]) -> None:
    """No schema is referred to that the document does not hold."""
    assert _references(document) - document["components"]["schemas"].keys() == set()


def test_every_operation_says_what_it_tells_and_refuses(document: dict[str, Any]) -> None:
    """Each operation has a summary, a success with a schema, and its refusals as problems."""
    faults = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            good = [r for status, r in operation["responses"].items() if status.startswith("2")]
            bad = [r for status, r in operation["responses"].items() if status.startswith("4")]
            if not (
                operation.get("summary")
                and good
                and all(c.get("schema") for r in good for c in r["content"].values())
                and all("application/problem+json" in r["content"] for r in bad)
                and "422" not in operation["responses"]
            ):
                faults.append(f"{method} {path}")

    assert faults == []


def test_sleuths_routes_say_in_whose_form_they_refuse(document: dict[str, Any]) -> None:
    """Each of Sleuth's operations tells its own form of a refusal beside ours, and no other operation does."""
    forms = {
        (path, media)
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for status, told in operation["responses"].items()
        if not status.startswith("2")
        for media in told["content"]
    }
    own = {(path, media) for path, media in forms if media != "application/problem+json"}
    sleuth = {p for p in document["paths"] if p.startswith("/api/1/")}

    assert len(sleuth) > 4
    assert own == {("/graphql", "application/json"), *((path, "text/plain") for path in sleuth)}


def test_the_fixed_paths_are_there(document: dict[str, Any]) -> None:
    """The paths that others build on exist with their methods."""
    assert {
        (method, path) for path, methods in document["paths"].items() for method in methods
    } >= {
        ("post", "/api/v1/changes"),
        ("get", "/api/v1/changes"),
        ("get", "/api/v1/changes/{id}"),
        ("get", "/api/v1/changes/{id}/verdicts"),
        ("get", "/api/v1/changes/{id}/replies"),
        ("post", "/api/v1/changes/{id}/replies"),
        ("post", "/api/v1/samples"),
        ("post", "/hooks/{kind}"),
        ("post", "/hooks/{kind}/{source}"),
        ("get", "/gate"),
        ("get", "/api/v1/slis"),
        ("get", "/api/v1/slis/{name}"),
        ("get", "/api/v1/stream"),
        ("get", "/healthz"),
        ("get", "/metrics"),
    }


def test_the_page_about_it_needs_no_other_host(admin: httpx.Client) -> None:
    """The page for people names every path and loads nothing from elsewhere."""
    page = admin.get("/api").text

    assert "POST /api/v1/samples" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "<script" not in page


def test_a_shape_says_what_its_words_mean(document: dict[str, Any]) -> None:
    """The five words and the kinds are listed in the document."""
    schemas = document["components"]["schemas"]

    assert set(schemas["Health"]["enum"]) == {
        "healthy",
        "improved",
        "ailing",
        "unhealthy",
        "unknown",
    }
    assert "never edited" in schemas["Verdict"]["description"]


def test_what_may_be_told_of_a_change_is_what_is_read(document: dict[str, Any]) -> None:
    """The document lists the very keys that the reader of our own form takes."""
    schemas = document["components"]["schemas"]

    assert set(schemas["NewChange"]["properties"]) == {key.name for key in CHANGE.settings}
    assert set(schemas["NewPerson"]["properties"]) == {key.name for key in PERSON.settings}


def test_a_wrong_method_is_told_every_right_one(admin: httpx.Client) -> None:
    """405 lists all methods of a path, also where several routes share it."""
    told = admin.delete("/api/v1/changes")

    assert told.headers["allow"] == "GET, POST"
