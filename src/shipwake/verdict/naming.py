"""What a change is called in few characters; refuses to be longer than a locked phone shows."""

from shipwake.domain import Change
from shipwake.verdict.plain import clean

UNNAMED = "this change"


def subject(change: Change, limit: int) -> str:
    """The shortest name a reader knows it by, never empty: "checkout #412", "parallel-quotes"."""
    service = clean(change.service or change.heard_service, limit)
    short = mark(change)
    if service and short and len(service) + len(short) < limit:
        return f"{service} {short}"
    return service or clean(change.name, limit) or UNNAMED


def mark(change: Change) -> str:
    """What tells it from the others of its service: "#412", "9c1e07b"; "" where it has neither."""
    number = next((x.number for x in change.links if x.kind == "pull request" and x.number), "")
    first = change.title.strip().split(" ", 1)[0]
    if number:
        return clean(f"#{number.lstrip('#')}", 12)
    if first.startswith("#") and first[1:].isdigit():
        return clean(first, 12)
    return clean(change.revision[:7], 7)
