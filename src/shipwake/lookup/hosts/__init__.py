"""What look-ups at code hosts share: people behind addresses, what titles mention, what was asked before."""

from shipwake.lookup.hosts.memory import Memory
from shipwake.lookup.hosts.mentions import first_line, issue_keys, issues_closed, pull_number
from shipwake.lookup.hosts.people import unmasked

__all__ = [
    "Memory",
    "first_line",
    "issue_keys",
    "issues_closed",
    "pull_number",
    "unmasked",
]
