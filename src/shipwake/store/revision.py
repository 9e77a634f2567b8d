"""When two names of a revision mean the same: whole or short hash, with or without the repository's name."""

import re

SHORT, SURE = 7, 12
"""Characters of a hash that senders show, and that are enough to tell repositories apart."""
_HASH = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)


def stem(revision: str) -> str:
    """What to index: the first seven characters of a commit's hash, or the whole of any other name."""
    return revision[:SHORT].lower() if _HASH.fullmatch(revision) else revision


def same_revision(one: str, other: str, repository: str, other_repository: str) -> bool:
    """Whether both name the same revision; a short hash stands for the whole one."""
    if not one or not other or stem(one) != stem(other):
        return False
    hashes = bool(_HASH.fullmatch(one) and _HASH.fullmatch(other))
    short, whole = sorted((one.lower(), other.lower()), key=len)
    if one != other and not (hashes and whole.startswith(short)):
        return False
    if repository and other_repository:
        return repository.casefold() == other_repository.casefold()
    return hashes and len(short) >= SURE
