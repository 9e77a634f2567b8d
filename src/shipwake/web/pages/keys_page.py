"""All keys, at `/keys`."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from shipwake.web.access import Scope, needs
from shipwake.web.pages.render import data, page
from shipwake.web.pages.shell import shell
from shipwake.web.river import Here

router = APIRouter()
READ = [needs(Scope.READ)]


@dataclass(frozen=True, slots=True)
class Key:
    """One or more keys and what they do."""

    keys: tuple[str, ...]
    does: str


@dataclass(frozen=True, slots=True)
class KeysView:
    """The whole page."""

    keys: tuple[Key, ...]


KEYS = KeysView(
    (
        Key(("/",), "search"),
        Key(("j", "k"), "older and newer: in the list, and from change to change"),
        Key(("Enter",), "open the chosen change"),
        Key(("o",), "the chart: ← and → move a sample, m jumps to the next marker"),
        Key(("c",), "reply"),
        Key(
            ("1", "…", "6"),
            "sections of a change: verdict, how we know, suspects, normals, looks, conversation",
        ),
        Key(("r",), "raw evidence of a change"),
        Key(("m",), "map a name, on the page of what was heard"),
        Key(("e",), "environment"),
        Key(("t",), "times in UTC or in your own zone"),
        Key(("Esc",), "close, or leave a field"),
        Key(("?",), "this page"),
    )
)


@router.get("/keys", dependencies=READ)
def shown(request: Request, river: Here) -> Response:
    """The page."""
    return page("keys.html", shell(request, river, "Keys", room=""), KEYS)


@router.get("/keys.json", dependencies=READ)
def shown_json() -> Response:
    """The same as JSON."""
    return data(KEYS)
