"""What the description of the API says of Sleuth's routes: what a registration holds, what is answered and refused."""

from typing import Any

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


def takes(shape: dict[str, Any], *, media: str = "application/json") -> dict[str, Any]:
    """For a route: the body it takes, `Success`, and refusals as a sentence, or as a problem if asked for."""
    refused = {"content": {**TEXT, **REFUSAL["content"]}}
    statuses = {status: {"description": REFUSED[status], **refused} for status in (400, 404, 413)}
    body = {"required": True, "content": {media: {"schema": shape}}}
    return {
        "responses": {200: {"description": SUCCESS, "content": TEXT}, **statuses},
        "openapi_extra": {"requestBody": body},
    }
