"""What Slack refuses in a message, in its own terms: docs.slack.dev on Block Kit, metadata and mrkdwn; no taste."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_BLOCKS, MOST_IN_BLOCKS = 50, 13_200
SECTION, FALLBACK, BUTTON_TEXT, BUTTON_VALUE = 3000, 40_000, 75, 2000
ACTION_ID, BLOCK_ID, ADDRESS = 255, 255, 3000
ELEMENTS = {"actions": 25, "context": 10}
ENTITY = re.compile(
    r"<(?:https?://[^<>|\s]+|mailto:[^<>|\s]+|@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^[A-Z0-9]+"
    r"|!(?:here|channel|everyone)|!date\^\d+\^[^<>|]+)(?:\|[^<>]*)?>"
)
ESCAPE = re.compile(r"&(?:amp|lt|gt);")
SHOUT = re.compile(r"<!(?:here|channel|everyone)[|>]|<!subteam\^")
TYPED_SHOUT = re.compile(r"(?<![\w.])@(?:here|channel|everyone)\b")


def faults(args: Mapping[str, Any]) -> list[str]:
    """Each rule that a message breaks."""
    return [*_text_faults(args), *_block_faults(args.get("blocks")), *_metadata_faults(args)]


def shouts(args: Mapping[str, Any]) -> list[str]:
    """What in a message would ring for a whole channel; Slack allows it."""
    found = SHOUT.findall(str(args.get("text", "")))
    if args.get("link_names") or args.get("parse") == "full":
        found += TYPED_SHOUT.findall(str(args.get("text", "")))
    for stated in _texts(args.get("blocks")):
        written = str(stated.get("text", ""))
        found += SHOUT.findall(written)
        if stated.get("type") == "mrkdwn" and stated.get("verbatim") is not True:
            found += TYPED_SHOUT.findall(written)
    return found


def _text_faults(args: Mapping[str, Any]) -> Iterator[str]:
    text = args.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "no_text: `text` is missing, which notifications and screen readers need"
        return
    if len(text) > FALLBACK:
        yield f"msg_too_long: `text` has {len(text)} characters"
    yield from _mrkdwn_faults("text", text)


def _mrkdwn_faults(where: str, text: str) -> Iterator[str]:
    """`<`, `>` and `&` stand for nothing but links, mentions, dates and their own escapes."""
    bare = ESCAPE.sub("", ENTITY.sub("", text))
    if found := re.search("[<>&]", bare):
        yield f"{where}: an unescaped {found[0]} in {bare[max(found.start() - 20, 0) :][:60]!r}"


def _block_faults(blocks: object) -> Iterator[str]:
    if blocks is None:
        return
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield "invalid_blocks: `blocks` is no list of objects"
        return
    if len(blocks) > MOST_BLOCKS:
        yield f"invalid_blocks: {len(blocks)} blocks"
    size = sum(len(str(stated.get("text", ""))) for stated in _texts(blocks))
    if size > MOST_IN_BLOCKS:
        yield f"msg_blocks_too_long: {size} characters in all blocks"
    named = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(named)) < len(named):
        yield f"invalid_blocks: a block_id twice among {named}"
    for number, block in enumerate(blocks):
        if len(str(block.get("block_id", ""))) > BLOCK_ID:
            yield f"invalid_blocks: a block_id of more than {BLOCK_ID} characters"
        yield from _one_block_faults(f"blocks[{number}]", block)


def _one_block_faults(where: str, block: Mapping[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind == "section":
        yield from _text_object_faults(f"{where}.text", block.get("text"), SECTION)
    elif kind in ELEMENTS:
        elements = block.get("elements")
        if not isinstance(elements, list) or not 0 < len(elements) <= ELEMENTS[kind]:
            yield f"invalid_blocks: {where}.elements must be 1 to {ELEMENTS[kind]}"
            return
        for number, element in enumerate(elements):
            inner = f"{where}.elements[{number}]"
            if kind == "context":
                yield from _text_object_faults(inner, element, SECTION)
            else:
                yield from _button_faults(inner, element)
        ids = [e.get("action_id") for e in elements if kind == "actions"]
        if len(set(ids)) < len(ids):
            yield f"invalid_blocks: {where} has an action_id twice among {ids}"
    elif kind != "divider":
        yield f"invalid_blocks: {where} is of an unknown type {kind!r}"


def _button_faults(where: str, button: Mapping[str, Any]) -> Iterator[str]:
    if button.get("type") != "button":
        yield f"invalid_blocks: {where} is no button"
    yield from _text_object_faults(f"{where}.text", button.get("text"), BUTTON_TEXT, plain=True)
    for key, most in (("value", BUTTON_VALUE), ("action_id", ACTION_ID), ("url", ADDRESS)):
        stated = button.get(key, "x")
        if not isinstance(stated, str) or not 0 < len(stated) <= most:
            yield f"invalid_blocks: {where}.{key} must be a text of 1 to {most} characters"
    if "action_id" not in button:
        yield f"invalid_blocks: {where} has no action_id"
    if button.get("style", "primary") not in ("primary", "danger"):
        yield f"invalid_blocks: {where}.style is {button['style']!r}"
    if "url" in button and not _is_address(str(button["url"])):
        yield f"invalid_blocks: {where}.url is no address: {button['url']!r}"


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    clean = re.fullmatch(r"[!-~]+", url) and not re.search(r'[<>"|]', url)
    return bool(clean) and parts.scheme in ("http", "https") and bool(parts.hostname)


def _text_object_faults(
    where: str, stated: object, most: int, *, plain: bool = False
) -> Iterator[str]:
    if not isinstance(stated, dict):
        yield f"invalid_blocks: {where} is no text object"
        return
    kind, text = stated.get("type"), stated.get("text")
    if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        yield f"invalid_blocks: {where} is of type {kind!r}"
    if not isinstance(text, str) or not 0 < len(text) <= most:
        yield f"invalid_blocks: {where} must have 1 to {most} characters"
    elif kind == "mrkdwn":
        yield from _mrkdwn_faults(where, text)
    if "verbatim" in stated and kind != "mrkdwn":
        yield f"invalid_blocks: {where} is verbatim, which only mrkdwn can be"


def _metadata_faults(args: Mapping[str, Any]) -> Iterator[str]:
    metadata = args.get("metadata")
    if metadata is None or metadata == {}:
        return
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        yield "invalid_metadata_format: it must have event_type and event_payload, and nothing else"
        return
    if not re.fullmatch(r"[A-Za-z][\w.]{0,254}", str(metadata["event_type"])):
        yield f"invalid_metadata_format: the event_type {metadata['event_type']!r}"
    if not isinstance(metadata["event_payload"], dict):
        yield "invalid_metadata_format: event_payload must be an object"


def _texts(blocks: object) -> Iterator[Mapping[str, Any]]:
    """Every text object in every block."""
    for block in blocks if isinstance(blocks, list) else []:
        held = (
            [block.get("text"), *(block.get("elements") or [])] if isinstance(block, dict) else []
        )
        for one in held:
            if not isinstance(one, dict):
                continue
            yield one["text"] if isinstance(one.get("text"), dict) else one
