"""What a failed question to Prometheus means, and what to do about it; refuses to hide what the server said."""

import json
import re

from shipwake.sources import SourceError
from shipwake.wire.http import CallError

PASSING = frozenset({"timeout", "canceled", "internal", "unavailable", "too_many_requests"})
"""Error types after which the same question may be answered."""
TYPE = re.compile(r'"errorType"\s*:\s*"(\w+)"')
WORDS = re.compile(r'"error"\s*:\s*"((?:[^"\\]|\\.)*)')
OVERLOADED = (
    "it has too much to do, or the query takes longer than `timeout`: a recording rule is quicker"
)
TOO_LARGE = "larger than"
UNREACHED = "is it running, and the query quick enough for `timeout`?"
HINTS = {
    "bad_data": "correct the query in the SLI",
    "execution": "correct the query, or let it read less; a recording rule can",
    "timeout": OVERLOADED,
    "canceled": OVERLOADED,
    "unavailable": OVERLOADED,
}
BY_STATUS = {
    400: HINTS["bad_data"],
    401: "set `token`, or `username` and `password`",
    403: "this key may not read that: set another `token`, or the tenant's name under `headers`",
    404: "there is no query API at `url`: does it lack a path, such as /prometheus?",
    405: "it must be asked by POST: let `url` lead past what refuses that",
    413: "let the query be shorter",
    422: HINTS["execution"],
    429: "it limits how often it is asked: lower `parallel`, or raise its limit",
    502: "the proxy before it does not reach it",
    503: OVERLOADED,
    504: OVERLOADED,
}


def hint(error_type: str) -> str:
    """What to do about an error of this type, in words."""
    return HINTS.get(error_type, "look into the server's log")


def failed(error: CallError) -> SourceError:
    """The call's failure as the source's."""
    if error.status is None:
        # So many megabytes are many series: forgetting to add them up is the one way there.
        todo = "does the query lack a sum(…)?" if TOO_LARGE in error.message else UNREACHED
        message = (
            error.message if error.permanent and todo is UNREACHED else f"{error.message}; {todo}"
        )
    else:
        said = _said(error.message)
        answered = f"answered {error.status}: {said}" if said else error.message
        todo = BY_STATUS.get(error.status, "")
        message = f"{answered}; {todo}" if todo else answered
    return SourceError(message, permanent=error.permanent, retry_after=error.retry_after)


def _said(message: str) -> str:
    """The error's own words out of the JSON that a message quotes, which may be cut off."""
    found = WORDS.search(message) if TYPE.search(message) else None
    if found is None:
        return ""
    try:
        return str(json.loads(f'"{found[1]}"'))
    except ValueError:
        return found[1]
