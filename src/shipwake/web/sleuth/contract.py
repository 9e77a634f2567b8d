"""What the description of the API says of Sleuth's routes: what a registration holds, what is answered and refused."""

from typing import Any

from shipwake.web.answer import JSON
from shipwake.web.api.contract import REFUSAL, REFUSED

SUCCESS = "Success"
TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
WORD = {"type": "string"}
MOMENT = {"type": "string", "description": "ISO 8601; without a zone it is UTC."}
PERSON = {
    "type": "object",
    "properties": dict.fromkeys(("name", "email", "username"), WORD),
}
COMMIT = {
    "type": "object",
    "required": ["revision"],
    "properties": {
        "revision": WORD,
        "message": WORD,
        "author": PERSON,
        "date": MOMENT,
        "files": {"type": "array", "items": WORD},
        "parents": {"type": "array", "items": WORD},
        "url": WORD,
    },
}
TOUCHED = {
    "type": "object",
    "required": ["path"],
    "properties": {
        "path": WORD,
        "additions": {"type": "integer"},
        "deletions": {"type": "integer"},
        "url": WORD,
    },
}
PULL_REQUEST = {
    "type": "object",
    "properties": {"number": {"type": ["integer", "string"]}, "title": WORD, "url": WORD},
}
REGISTRATION: dict[str, Any] = {
    "type": "object",
    "required": ["sha"],
    "properties": {
        "sha": {"type": "string", "description": "The commit that went live, whole or short."},
        "environment": {"type": "string", "description": "Its slug; the first one where absent."},
        "date": MOMENT,
        "branch": WORD,
        "tags": {"type": ["string", "array"], "description": "A list, or text with commas."},
        "ignore_if_duplicate": {"type": ["string", "boolean"]},
        "email": {"type": "string", "description": "The author's."},
        "links": {"type": ["string", "object"], "description": "name=address, or an object."},
        "commits": {"type": "array", "items": COMMIT},
        "files": {"type": "array", "items": TOUCHED},
        "pull_requests": {"type": "array", "items": PULL_REQUEST},
    },
}


ERRORS: dict[str, Any] = {
    "type": "object",
    "required": ["data", "errors"],
    "properties": {
        "data": {"type": "null"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["message"], "properties": {"message": WORD}},
        },
    },
}
"""What GraphQL says where it has no answer: with 200 of a question, with 4xx and 5xx of the call."""
ANSWER: dict[str, Any] = {
    "anyOf": [
        {"type": "object", "required": ["data"], "properties": {"data": {"type": "object"}}},
        ERRORS,
    ]
}
GRAPHQL = "/graphql"
PATHS = ("/api/1/", GRAPHQL)
"""Where Sleuth's clients ask, and how its paths begin."""


def refuses(path: str) -> dict[str, Any]:
    """How a route refuses: with a problem, and Sleuth's in its own form unless a problem is asked for."""
    if not path.startswith(PATHS):
        return REFUSAL
    own = {JSON: {"schema": ERRORS}} if path == GRAPHQL else TEXT
    return {"content": {**own, **REFUSAL["content"]}}


def takes(shape: dict[str, Any], *, media: str = "application/json") -> dict[str, Any]:
    """For a route: the body it takes, `Success`, and refusals as a sentence, or as a problem if asked for."""
    told = refuses(PATHS[0])
    statuses = {status: {"description": REFUSED[status], **told} for status in (400, 404, 413)}
    body = {"required": True, "content": {media: {"schema": shape}}}
    return {
        "responses": {200: {"description": SUCCESS, "content": TEXT}, **statuses},
        "openapi_extra": {"requestBody": body},
    }
