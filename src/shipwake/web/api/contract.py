"""The parts of the OpenAPI document that the shapes give: what a route takes, tells and refuses."""

from typing import Any

import msgspec

from shipwake.web import backtest_shapes, problem, shapes

REF = "#/components/schemas/{name}"
REFUSED = {
    400: "What was sent cannot be read; `detail` says what was read, where, and what is allowed.",
    401: "Neither a right signature nor a token with the scope.",
    404: "There is no such thing here; `detail` says where to look.",
    413: "The body is larger than `max_body`.",
    429: "Too many at once; try again later.",
    503: "Not now; `detail` says why, and `Retry-After` when to ask again.",
}

REFUSAL = {
    "content": {
        "application/problem+json": {"schema": {"$ref": REF.format(name=problem.Problem.__name__)}}
    }
}


def schema(shape: object) -> dict[str, Any]:
    """The JSON schema of a shape; what it is made of stands under `components`."""
    (found,), _ = msgspec.json.schema_components([shape], ref_template=REF)
    return found


def tells(
    shape: object, *statuses: int, media: str = "application/json"
) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: its shape under each 2xx of `statuses`, a problem under each other."""
    good = {"content": {media: {"schema": schema(shape)}}}
    return {
        status: {"description": REFUSED[status], **REFUSAL}
        if status in REFUSED
        else {"description": "Done.", **good}
        for status in statuses
    }


def sends(shape: object, *, example: object = None) -> dict[str, Any]:
    """For a route's `openapi_extra`: the body it takes."""
    content: dict[str, Any] = {"schema": schema(shape)}
    if example is not None:
        content["example"] = example
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def components() -> dict[str, Any]:
    """The schemas of every shape, by name."""
    there = {**vars(shapes), **vars(backtest_shapes)}
    known = [s for s in there.values() if isinstance(s, type) and issubclass(s, shapes.Shape)]
    _, found = msgspec.json.schema_components([*known, problem.Problem], ref_template=REF)
    del found[shapes.Shape.__name__]
    return found
