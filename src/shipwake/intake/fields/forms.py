"""Bodies that are a set of fields: JSON, a form, or parts (RFC 7578), read alike; refuses what is none of them."""

from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import parse_qs, parse_qsl, urlencode

import msgspec

from shipwake.domain import Heard
from shipwake.intake import UnreadableError
from shipwake.intake.fields.bodies import FORM, json_of

PARTS = "multipart/form-data"
MOST_FIELDS = 1000
LONGEST_HEAD = 8192
Part = tuple[str, bool, bytes, bytes]
"""Its field's name, whether it is a file, its content, and all of it as it was sent."""


def fields_of(heard: Heard) -> dict[str, object]:
    """The fields by name: JSON as decoded, a form's as text (several of one name as a list), a part's file as bytes.

    A body that begins as JSON is JSON whatever its type says, since that is what curl sends without a header.
    """
    kind = _kind(heard)
    if kind == PARTS:
        found: dict[str, object] = {}
        for name, is_file, content, _ in _parts(heard):
            found[name] = content if is_file else content.decode("utf-8", "replace")
        return found
    if kind == FORM:
        return {name: v[0] if len(v) == 1 else v for name, v in _form(heard).items()}
    stated = json_of(heard)
    if not isinstance(stated, Mapping):
        raise UnreadableError(
            f"read {type(stated).__name__}; send an object of fields", where="body"
        )
    return dict(stated)


def without(heard: Heard, name: str) -> tuple[str, Heard]:
    """The text of one field (empty where there is none), and the delivery as it would be had it not been sent."""
    found = fields_of(heard)
    if name not in found:
        return "", heard
    value = found.pop(name)
    kind = _kind(heard)
    if kind == PARTS:
        boundary = b"--" + _boundary(heard)
        kept = [raw for part_name, _, _, raw in _parts(heard) if part_name != name]
        body = b"".join(boundary + raw + b"\r\n" for raw in kept) + boundary + b"--\r\n"
    elif kind == FORM:
        pairs = parse_qsl(heard.body.decode("utf-8", "replace"), keep_blank_values=True)
        body = urlencode([(key, text) for key, text in pairs if key != name]).encode()
    else:
        body = msgspec.json.encode(found)
    return (value.strip() if isinstance(value, str) else ""), replace(heard, body=body)


def _kind(heard: Heard) -> str:
    told = heard.headers.get("content-type", "").partition(";")[0].strip().lower()
    return "" if told == FORM and heard.body.lstrip()[:1] in (b"{", b"[") else told


def _form(heard: Heard) -> dict[str, list[str]]:
    try:
        return parse_qs(
            heard.body.decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise UnreadableError(
            f"the form cannot be read ({error}); send JSON instead", where="body"
        ) from None


def _boundary(heard: Heard) -> bytes:
    head = Message()
    head["content-type"] = " ".join(heard.headers.get("content-type", "").split())
    try:
        return (head.get_boundary() or "").encode("ascii")
    except (UnicodeError, ValueError, LookupError):
        return b""


def _parts(heard: Heard) -> list[Part]:
    """Every part between the boundaries; raises UnreadableError where they are not closed."""
    boundary = _boundary(heard)
    body, cut = b"\r\n" + heard.body, b"\r\n--" + boundary
    pieces = body.split(cut, MOST_FIELDS + 2) if boundary else []
    if len(pieces) - 2 > MOST_FIELDS:
        raise UnreadableError(f"there are more than {MOST_FIELDS} parts; send fewer", where="body")
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 - what is before, and the end
        raise UnreadableError(
            "the parts have no boundary, or are cut off; send them whole, or send JSON",
            where="body",
        )
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, _, content = piece.partition(b"\r\n\r\n")
    if len(head) > LONGEST_HEAD:
        raise UnreadableError("the head of a part is too long", where="body")
    try:
        told = message_from_bytes(head.strip() + b"\r\n\r\n")
        named = told.get_param("name", "", header="content-disposition")
        name = collapse_rfc2231_value(named) if named else ""
        return name, told.get_filename() is not None, content, piece
    except (MessageError, UnicodeError, ValueError, LookupError, TypeError) as error:
        raise UnreadableError(
            f"the head of a part cannot be read ({error}); send JSON instead", where="body"
        ) from None
