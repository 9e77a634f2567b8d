"""One Slack workspace in memory: its people, channels, messages and threads, and how the next calls go wrong."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from live.slack_presses import pressed
from live.slack_rules import faults, shouts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BURST, PER_SECOND = 5, 1.0
TEAM, BOT, BOT_USER = "T0TEAM", "B0BOT", "U0BOT"


@dataclass(frozen=True, slots=True)
class Fault:
    """How one call goes wrong: an answer instead of Slack's, or none; with `done` the call had its effect first."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    hang: bool = False
    done: bool = False


HANG = Fault(hang=True)
POST_THEN_HANG = Fault(hang=True, done=True)


def status(code: int, **headers: str) -> Fault:
    """An HTTP status, such as `status(429, retry_after="30")`."""
    return Fault(code, {name.replace("_", "-").title(): value for name, value in headers.items()})


def error(name: str, **more: str) -> Fault:
    """What Slack answers with status 200: `{"ok": false, "error": name}`."""
    return Fault(body={"ok": False, "error": name, **more})


@dataclass(frozen=True, slots=True)
class Call:
    """One request as received, at `at` (epoch seconds)."""

    method: str
    args: Mapping[str, Any]
    at: float


@dataclass(slots=True)
class Message:
    """A message as it stands; `posted_at` and `edited_at` are the server's epoch seconds."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]
    thread_ts: str = ""
    edits: int = 0
    replies: list[Message] = field(default_factory=list)
    posted_at: float = 0.0
    edited_at: float = 0.0

    def stated(self, *, metadata: bool) -> dict[str, Any]:
        """As Slack's API tells it."""
        told: dict[str, Any] = {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT,
            "text": self.text,
            "ts": self.ts,
            "blocks": self.blocks,
        }
        if self.thread_ts or self.replies:
            told["thread_ts"] = self.thread_ts or self.ts
        if self.edits:
            told["edited"] = {"user": BOT_USER, "ts": self.ts}
        if metadata and self.metadata:
            told["metadata"] = self.metadata
        return told


class RefusedError(Exception):
    """Slack's own word for what is wrong with a call."""


@dataclass(slots=True)
class SlackServer:
    """One workspace: people by e-mail, channels by name, and what was posted there."""

    url: str
    people: Mapping[str, str]
    channels: Mapping[str, str]
    token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    paced: bool = False
    messages: dict[tuple[str, str], Message] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    broken_rules: list[str] = field(default_factory=list)
    shouted: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    _faults: dict[str, list[Fault]] = field(default_factory=dict)
    _direct: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _last: int = 0

    def fail(self, method: str, *answers: Fault) -> None:
        """Let the next calls of `method` go wrong, one after the other; later ones go well again."""
        with self._lock:
            self._faults.setdefault(method, []).extend(answers)

    def named(self, method: str) -> list[Call]:
        """The calls of one method, in the order received."""
        return [call for call in self.calls if call.method == method]

    def forget(self, message: Message) -> None:
        """Delete a message, as a person would."""
        with self._lock:
            del self.messages[message.channel, message.ts]

    def press(
        self, message: Message, action_id: str, user_id: str, *, at: float | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of what Slack sends when this person presses that button now, or `at` (epoch seconds)."""
        names = {user: mail.partition("@")[0] for mail, user in self.people.items()}
        moment = time.time() if at is None else at
        person = {"id": user_id, "username": names.get(user_id, user_id), "team_id": TEAM}
        return pressed(
            message.stated(metadata=True),
            message.channel,
            action_id,
            person,
            secret=self.signing_secret,
            at=moment,
        )

    def note(self, method: str, args: dict[str, Any], broken: list[str]) -> None:
        """Keep a request, and what was wrong with how it came."""
        with self._lock:
            self.calls.append(Call(method, args, time.time()))
            self.broken_rules += [f"{method}: {rule}" for rule in broken]

    def answer(self, method: str, args: dict[str, Any]) -> tuple[Fault | None, dict[str, Any]]:
        """Take one call: how it goes wrong, if so, and what Slack says."""
        with self._lock:
            waiting = self._faults.get(method, [])
            fault = waiting.pop(0) if waiting else self._too_fast(method, args)
            if fault is not None and not fault.done:
                return fault, {}
            do = self._methods().get(method)
            if do is None:
                return fault, self._broken(method, "unknown_method")
            try:
                return fault, {"ok": True, **do(args)}
            except KeyError as missing:
                return fault, self._broken(method, f"invalid_arguments: {missing} is missing")
            except RefusedError as refused:
                return fault, {"ok": False, "error": str(refused)}

    def _broken(self, method: str, rule: str) -> dict[str, Any]:
        self.broken_rules.append(f"{method}: {rule}")
        return {"ok": False, "error": rule.partition(":")[0]}

    def _too_fast(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        """About one message a second and channel, a burst allowed."""
        if not self.paced or method != "chat.postMessage":
            return None
        window = BURST / PER_SECOND
        recent = [
            call
            for call in self.named(method)[:-1]
            if call.args.get("channel") == args.get("channel") and time.time() - call.at < window
        ]
        return status(429, retry_after="1") if len(recent) >= BURST else None

    def _methods(self) -> Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        return {
            "auth.test": lambda _: {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT},
            "users.lookupByEmail": self._by_email,
            "users.info": lambda args: {"user": self._user(args["user"])},
            "conversations.open": self._open,
            "conversations.list": self._list,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.getPermalink": self._permalink,
        }

    def _user(self, user: str) -> dict[str, Any]:
        for email, known in self.people.items():
            if known == user:
                profile = {"email": email, "display_name": email.partition("@")[0]}
                return {
                    "id": user,
                    "name": profile["display_name"],
                    "tz": "UTC",
                    "profile": profile,
                }
        raise RefusedError("user_not_found")

    def _by_email(self, args: dict[str, Any]) -> dict[str, Any]:
        user = self.people.get(args["email"].lower())
        if user is None:
            raise RefusedError("users_not_found")
        return {"user": self._user(user)}

    def _open(self, args: dict[str, Any]) -> dict[str, Any]:
        user = args["users"]
        self._user(user)
        self._direct.setdefault(user, f"D0{len(self._direct):04}{user[-4:]}")
        return {"channel": {"id": self._direct[user]}}

    def _list(self, args: dict[str, Any]) -> dict[str, Any]:
        listed = [{"id": id, "name": name.lstrip("#")} for name, id in self.channels.items()]
        return _paged(listed, args, "channels")

    def _channel(self, stated: str) -> str:
        """The id of a conversation; a person's id stands for theirs, and a name for its channel."""
        if stated in self.people.values():
            self._open({"users": stated})
        named = {name.lstrip("#"): id for name, id in self.channels.items()}
        found = self._direct.get(stated) or named.get(stated.lstrip("#"), stated)
        if found not in (*self._direct.values(), *self.channels.values()):
            raise RefusedError("channel_not_found")
        return found

    def _history(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._by_id(args)
        found = [m for (where, _), m in self.messages.items() if where == channel]
        found.sort(key=lambda m: m.ts, reverse=True)
        metadata = _true(args.get("include_all_metadata"))
        return _paged([m.stated(metadata=metadata) for m in found], args, "messages")

    def _replies(self, args: dict[str, Any]) -> dict[str, Any]:
        parent = self.messages.get((self._by_id(args), args["ts"]))
        if parent is None:
            raise RefusedError("thread_not_found")
        metadata = _true(args.get("include_all_metadata"))
        told = [m.stated(metadata=metadata) for m in (parent, *parent.replies)]
        return _paged(told, args, "messages")

    def _by_id(self, args: dict[str, Any]) -> str:
        """Only posting takes a name or a person; all else wants a conversation's id."""
        found = self._channel(args["channel"])
        if found != args["channel"]:
            raise RefusedError("channel_not_found")
        return found

    def _checked(self, method: str, args: dict[str, Any]) -> None:
        """Note each broken rule; Slack refuses by name, but shows wrong marks as they are."""
        broken = faults(args)
        self.shouted += shouts(args)
        self.broken_rules += [f"{method}: {rule}" for rule in broken]
        named = [rule.partition(":")[0] for rule in broken if re.match("[a-z]+_[a-z_]+:", rule)]
        if named:
            raise RefusedError(named[0])

    def _post(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(args["channel"])
        self._checked("chat.postMessage", args)
        now = time.time()
        self._last = max(self._last + 1, int(now * 1e6))
        message = Message(
            channel=channel,
            ts=f"{self._last // 1_000_000}.{self._last % 1_000_000:06}",
            text=args["text"],
            blocks=args.get("blocks") or [],
            metadata=args.get("metadata") or {},
            thread_ts=args.get("thread_ts") or "",
            posted_at=now,
        )
        if message.thread_ts:
            parent = self.messages.get((channel, message.thread_ts))
            if parent is None:
                self.broken_rules.append(f"chat.postMessage: no thread {message.thread_ts}")
                raise RefusedError("thread_not_found")
            parent.replies.append(message)
        else:
            self.messages[channel, message.ts] = message
        return {"channel": channel, "ts": message.ts, "message": message.stated(metadata=True)}

    def _update(self, args: dict[str, Any]) -> dict[str, Any]:
        message = self.messages.get((self._by_id(args), args["ts"]))
        if message is None:
            raise RefusedError("message_not_found")
        self._checked("chat.update", args)
        message.text = args["text"]
        message.blocks = args.get("blocks") or []
        message.metadata = args.get("metadata", message.metadata) or {}
        message.edits += 1
        message.edited_at = time.time()
        return {"channel": message.channel, "ts": message.ts, "text": message.text}

    def _permalink(self, args: dict[str, Any]) -> dict[str, Any]:
        place = (self._by_id(args), args["message_ts"])
        if place not in self.messages:
            raise RefusedError("message_not_found")
        return {"permalink": f"https://team.example/archives/{place[0]}/p{place[1]}"}


def _true(stated: object) -> bool:
    return stated in (True, "1", "true", 1)


def _paged(found: list[dict[str, Any]], args: Mapping[str, Any], key: str) -> dict[str, Any]:
    start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 999)
    rest = start + limit < len(found)
    return {
        key: found[start : start + limit],
        "has_more": rest,
        "response_metadata": {"next_cursor": str(start + limit) if rest else ""},
    }
