"""Sleuth's slugs and our names: which service, environment or SLI a slug means, and what is live there now."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from shipwake.config import Config
from shipwake.flow import River
from shipwake.store import Stored, Tx

OTHER = re.compile(r"[^a-z0-9_-]")
DEFAULT = "production"
"""What Sleuth's command line calls the environment when it is told none."""
RECENT = 20
LONGEST = 200
AHEAD = timedelta(days=2)


def slug(name: str) -> str:
    """Lower case, spaces to hyphens, other signs dropped."""
    plain = unicodedata.normalize("NFKD", name.strip().lower())
    return OTHER.sub("", "-".join(plain.split()))


def clean(name: str) -> str:
    """Without what a database or a page cannot hold, and no longer than a name is."""
    return "".join(sign for sign in name[:LONGEST] if sign.isprintable()).strip()


def meant(read: str, names: Iterable[str]) -> str:
    """The first of our names that this slug stands for; empty where there is none."""
    wanted = slug(read)
    return next((name for name in names if wanted and slug(name) == wanted), "")


def service(config: Config, read: str) -> str:
    """Our service of that slug; empty where it is not configured."""
    return config.service_for(read, "") or meant(read, (s.name for s in config.services))


def environment(config: Config, read: str) -> str:
    """Our environment of that slug, the first one for none; what was read where it is not configured."""
    names = [e.name for e in config.environments]
    if not read:
        return names[0] if names else DEFAULT
    return config.environment_for(read) or meant(read, names) or read


def live(river: River, tx: Tx, deployment: str, environment_name: str) -> Stored | None:
    """The newest change of a deployment there that has a revision, by our names or those mapped on the page."""
    here = service(river.config, deployment) or tx.mappings.get("service", deployment) or ""
    there = river.config.environment_for(environment_name)
    there = there or tx.mappings.get("environment", environment_name) or ""
    if not (here and there):
        return None
    newest = tx.changes.latest(here, there, river.clock.now() + AHEAD, limit=RECENT)
    return next((stored for stored in newest if stored.change.revision), None)
