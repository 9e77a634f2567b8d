"""Who runs a verb, and the note of it in the audit log; a database that has no such table yet is left alone."""

import getpass
from contextlib import suppress

from shipwake.store import Deed, NotMigratedError, Store


def user() -> str:
    """Who runs this, by the name of their account here."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""


def note(store: Store, what: str, about: str, verb: str) -> None:
    """Keep that a verb was run."""
    with suppress(NotMigratedError), store.write() as tx:
        tx.audit.add(Deed(who=user(), what=what, about=about, via=f"shipwake {verb}"))
