"""Who does what, as the audit log keeps it, from a request."""

from starlette.requests import Request

from shipwake.flow import River
from shipwake.store import Deed
from shipwake.web.access import Caller


def deed(request: Request, what: str, about: str = "", *, who: str = "") -> Deed:
    """The caller of a request does this; `who` where nobody is known yet."""
    state = request.scope["state"]
    caller = state.get("caller")
    known = caller.name if isinstance(caller, Caller) else ""
    via = caller.via if isinstance(caller, Caller) else ""
    return Deed(who=who or known, what=what, about=about, via=via, address=state.get("address", ""))


def note(river: River, done: Deed) -> None:
    """Keep a deed that nothing else is written with."""
    with river.store.write() as tx:
        tx.audit.add(done)
