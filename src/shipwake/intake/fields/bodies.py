"""Raw bodies to decoded JSON, and what tells one delivery from another; refuses nesting without end."""

import hashlib
from urllib.parse import parse_qs

import msgspec

from shipwake.domain import Heard
from shipwake.intake import UnreadableError

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


def json_of(heard: Heard, *, form_field: str = "") -> object:
    """The decoded body; of a form, its `form_field`. Raises UnreadableError that says what was read instead."""
    body = heard.body
    content_type = heard.headers.get("content-type", "").partition(";")[0].strip().lower()
    if form_field and content_type == FORM:
        body = _field(body, form_field)
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise UnreadableError(
            "the body is nested without end; send plain JSON", where="body"
        ) from None
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise UnreadableError(
            f"the body is no JSON ({error}); send application/json in UTF-8", where="body"
        ) from None


def _field(body: bytes, name: str) -> bytes:
    try:
        values = parse_qs(body.decode("ascii"), max_num_fields=MOST_FIELDS, errors="strict").get(
            name
        )
    except ValueError as error:
        raise UnreadableError(
            f"the form cannot be read ({error}); send JSON instead", where="body"
        ) from None
    if not values:
        raise UnreadableError(f"the form has no field {name!r}; send JSON instead", where="body")
    return values[0].encode()


def content_key(heard: Heard, *, header: str = "") -> str:
    """What makes this delivery the same as another: the sender's id for it, else its bytes."""
    told = heard.headers.get(header, "").strip() if header else ""
    return told[:200] or hashlib.sha256(heard.body).hexdigest()
