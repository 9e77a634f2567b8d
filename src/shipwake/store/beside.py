"""Write a file beside its place and move it there when it is whole; refuses to replace anything unasked."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shipwake.domain import BadInputError
from shipwake.store.errors import NotWrittenError

OURS_ALONE = 0o600


@contextmanager
def beside(path: Path, *, force: bool = False) -> Iterator[Path]:
    """An empty file in a private folder beside `path`, which takes its place when the block ends, mode 0600.

    What the block raises leaves `path` as it was, and nothing beside it. Raises BadInputError for a
    place that cannot be meant, and NotWrittenError where it cannot be written.
    """
    refuse(path, force=force)
    folder = _private(path)
    try:
        part = folder / path.name
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OURS_ALONE))
        yield part
        _settle(part)
        refuse(path, force=force)
        part.replace(path)
        _settle(path.absolute().parent)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse(path: Path, *, force: bool) -> None:
    """Raise BadInputError where no file may be written."""
    parent = path.absolute().parent
    if not parent.is_dir():
        message = f"the folder {parent} does not exist; make it, or give another file"
        raise BadInputError(message, where=str(path))
    try:
        there = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(there.st_mode):
        message = "this is a folder, a link or a device; give the name of a file"
        raise BadInputError(message, where=str(path))
    if not force:
        message = "this file is there already; give another name, or --force to replace it"
        raise BadInputError(message, where=str(path))


def not_written(path: Path, error: Exception) -> NotWrittenError:
    """What to say of a failure to write."""
    said = getattr(error, "strerror", None) or str(error)
    message = f"{path} could not be written ({said}); nothing is left of it: make room, or give another place"
    return NotWrittenError(message)


def _private(path: Path) -> Path:
    try:
        made = tempfile.mkdtemp(prefix=f".{path.name[:100]}.", dir=path.absolute().parent)
    except OSError as error:
        raise not_written(path, error) from error
    return Path(made)


def _settle(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, would outlive a power cut."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
