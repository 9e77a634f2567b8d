"""Every adapter of a room: what it is for, and the keys of its own."""

import ast
import inspect

from scripts.reference.page import sentences
from scripts.reference.settings import rows
from shipwake.config import Setting, kinds

TITLES = {
    "intake": "Senders: what shipwake hears",
    "sources": "Sources: where samples come from",
    "lookup": "Look-ups: who and what is in a change",
    "tell": "Channels: where words are put",
}


def text(room: str) -> str:
    """One heading an adapter, under the name that `kind:` takes."""
    return "\n".join(_adapter(room, kind) for kind in kinds.known(room))


def _adapter(room: str, kind: str) -> str:
    module = kinds.load(room, kind)
    says = sentences(ast.get_docstring(ast.parse(inspect.getsource(module))))
    own: tuple[Setting, ...] = getattr(module, "SETTINGS", ())
    keys = rows(own) if own else "It has no keys of its own.\n"
    return f"## {kind}\n\n{says}\n\n{keys}"
