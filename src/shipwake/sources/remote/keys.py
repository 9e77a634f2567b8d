"""Keys that sources on a network have in common: address, headers, credentials; refuses what would reach nobody."""

import base64
import re
from collections.abc import Iterable, Mapping

from shipwake.config import Field, Mistake, MistakesError, Secret, gathering, read
from shipwake.sources import SourceError

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
"""A header's name (RFC 9110, 5.6.2)."""
VISIBLE = re.compile(r"[\x20-\x7e]*")
"""What a header's value may safely hold."""


def address(field: Field) -> str:
    """An http address with its path, without a slash at its end; raises MistakesError where it has parameters."""
    found = read.url("http", "https")(field)
    if "?" in found or "#" in found:
        raise field.wrong("an address without ? and #, to which the API's own path is added")
    return found.rstrip("/").removesuffix("/api/v1").rstrip("/")


def texts(field: Field) -> dict[str, str]:
    """A table of texts; `true`, `false` and numbers are taken as they are spelled."""
    mistakes: list[Mistake] = []
    found: dict[str, str] = {}
    for name, entry in field.entries().items():
        with gathering(mistakes):
            spelled = isinstance(entry.value, bool | int | float) and entry.spelled
            found[name] = spelled or read.expanded(entry)
    if mistakes:
        raise MistakesError(mistakes)
    return found


def headers(field: Field) -> dict[str, str | Secret]:
    """A table of headers; a value with `${NAME}` in it is a Secret."""
    mistakes: list[Mistake] = []
    found: dict[str, str | Secret] = {}
    for name, entry in field.entries().items():
        with gathering(mistakes):
            if not NAME.fullmatch(name):
                raise entry.wrong("a header's name, such as X-Scope-OrgID", read=repr(name))
            value = read.expanded(entry)
            found[name] = Secret(value) if read.VARIABLE.search(str(entry.value)) else value
    if mistakes:
        raise MistakesError(mistakes)
    return found


def one_credential(entries: Mapping[str, Field]) -> Iterable[Mistake]:
    """A token, or a username with its password."""
    there = {name for name in ("username", "password", "token") if name in entries}
    if "token" in there and len(there) > 1:
        yield entries["token"].mistake("a token, or username and password", read="both")
    elif len(there) == 1 and "token" not in there:
        (alone,) = there
        other = "password" if alone == "username" else "username"
        yield entries[alone].mistake(f"{other} beside it", read=f"{alone} alone")


def opened_by(settings: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    """The headers to send, and what in them is secret; raises SourceError where a value cannot be a header's."""
    told = settings.get("headers") or {}
    values = dict(told.items()) if isinstance(told, Mapping) else {}
    secrets = [v.reveal() for v in values.values() if isinstance(v, Secret)]
    sent = {name: v.reveal() if isinstance(v, Secret) else str(v) for name, v in values.items()}
    token, password = settings.get("token"), settings.get("password")
    if isinstance(token, Secret):
        secrets.append(token.reveal())
        sent["Authorization"] = f"Bearer {token.reveal()}"
    if isinstance(password, Secret):
        pair = f"{settings.get('username', '')}:{password.reveal()}"
        encoded = base64.b64encode(pair.encode()).decode()
        secrets += [password.reveal(), encoded]
        sent["Authorization"] = f"Basic {encoded}"
    for name, value in sent.items():
        if not VISIBLE.fullmatch(value):
            raise SourceError(
                f"the header {name} would hold a line break or a letter beyond ASCII; correct it",
                permanent=True,
            )
    return sent, secrets
