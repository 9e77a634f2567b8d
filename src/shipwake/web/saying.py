"""Who speaks of a change: whoever may write of its service, under their own name where a provider vouches for it."""

from fastapi import Request

from shipwake.flow import River
from shipwake.web.access import Scope, allow, caller_of


def speaker(request: Request, river: River, change_id: str, called: str = "") -> str:
    """The author of a reply to that change; raises 403 where the caller may not write of its service."""
    caller = caller_of(request)
    with river.store.read() as tx:
        stored = tx.changes.get(change_id)
    if stored is not None:
        allow(request, Scope.CHANGES_WRITE, stored.change.service)
    return caller.name if caller.person else called or caller.name
