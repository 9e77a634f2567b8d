"""How an adapter is configured: its kind, its name, and the keys that its own module describes."""

from collections.abc import Callable

from shipwake.config import kinds, read
from shipwake.config.field import Field, closest, listed
from shipwake.config.kinds import BrokenKindError, UnknownKindError
from shipwake.config.model import Adapter
from shipwake.config.table import Setting, Table

KIND = Setting(
    "kind", read.text, "Which adapter: a file of its room, or a third party's.", required=True
)
NAME = Setting(
    "name", read.text, "What it is called elsewhere in this file; its kind where absent."
)
ROUTES = (
    Setting(
        "environments",
        read.list_of(read.text),
        "Tell only of changes in these environments; absent: of all.",
    ),
)
COMMON: dict[str, tuple[Setting, ...]] = {"tell": ROUTES}
"""Keys that every adapter of a room has, read by the flow."""


def adapter(room: str) -> Callable[[Field], Adapter]:
    """A reader of one adapter of `room`."""

    def read_one(field: Field) -> Adapter:
        entries = field.entries()
        if "kind" not in entries:
            Table((KIND,))(Field({}, field.path, field.document, field.line))
        kind = read.text(entries["kind"])
        try:
            module = kinds.load(room, kind)
        except UnknownKindError:
            raise entries["kind"].wrong(_kinds_allowed(room, kind)) from None
        except BrokenKindError as error:
            raise entries["kind"].wrong(f"a kind that can be loaded: {error}") from error
        own: tuple[Setting, ...] | None = getattr(module, "SETTINGS", None)
        if own is None:
            own = tuple(Setting(n, read.anything, "") for n in entries if n not in ("kind", "name"))
        table = Table((KIND, NAME, *COMMON.get(room, ()), *own), getattr(module, "CHECKS", ()))
        values = table(field)
        return Adapter(kind=values.pop("kind"), name=values.pop("name", kind), settings=values)

    return read_one


def adapters(room: str, field: Field, *, by_kind: bool = False) -> tuple[Adapter, ...]:
    """All adapters of a section; names are unique (with `by_kind`, within their kind)."""
    key = (lambda a: (a.kind, a.name)) if by_kind else (lambda a: a.name)
    return read.list_of(adapter(room), key=key)(field)


def needs_query(kind: str) -> bool:
    """Whether a source of this kind must be told what to ask; False where nothing of the kind is known."""
    try:
        return bool(getattr(kinds.load("sources", kind), "NEEDS_QUERY", True))
    except (UnknownKindError, BrokenKindError):
        return False


def _kinds_allowed(room: str, kind: str) -> str:
    names = kinds.known(room)
    return f"{listed(names)}{closest(kind, names)}"
