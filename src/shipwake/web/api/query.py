"""Query parameters that a route does not know, or that come twice, are refused: a misspelt filter must not show all."""

from collections import Counter

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from shipwake.domain import BadInputError


async def _only_known(request: Request) -> None:
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = {field.alias for field in route.dependant.query_params}
    sent = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in sent.items():
        if name not in known:
            allowed = ", ".join(sorted(known)) or "none"
            raise BadInputError(
                f"there is no parameter {name[:80]!r} here; allowed: {allowed}", where="query"
            )
        if count > 1:
            raise BadInputError(
                f"the parameter {name!r} comes {count} times; send it once", where="query"
            )


ONLY_KNOWN = Depends(_only_known)
"""For a router's `dependencies`."""
