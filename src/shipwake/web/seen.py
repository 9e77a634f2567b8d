"""At its start a server notes in the audit log which settings are others than when one started last; never a value."""

from shipwake.config import changed, digests
from shipwake.flow import River
from shipwake.store import Deed

MOST = 20


def note_settings(river: River) -> list[str]:
    """What changed, noted and remembered; empty where nothing did. The first start only remembers."""
    now = digests(river.config)
    with river.store.write() as tx:
        before = tx.audit.settings()
        other = changed(before, now)
        if not other:
            return []
        more = f" and {len(other) - MOST} more" if len(other) > MOST else ""
        about = f"{', '.join(other[:MOST])}{more}" if before else f"{len(now)} settings, first seen"
        tx.audit.saw(now)
        tx.audit.add(Deed(who="server", what="settings changed", about=about, via="shipwake serve"))
    return other
