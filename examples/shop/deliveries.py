"""Changes as the signed webhooks they come by; refuses to send them.

GitHub's form follows docs.github.com, "Webhook events and payloads"; the plain form is
shipwake's own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

SECRET = "shipwake-demo"  # noqa: S105  published on purpose: it signs a recording
REPOSITORIES = {"front": 101, "checkout": 102, "mail": 103}
BOT = {"login": "shop-deployer[bot]", "id": 900, "type": "Bot"}
PERSON_IDS = {"Alice": 11, "Bob": 12, "Carol": 13}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it reached us: its time, path, headers and exact body."""

    at: datetime
    path: str
    headers: dict[str, str]
    body: str

    def line(self) -> str:
        """Write it as one line of hooks.jsonl."""
        return json.dumps(
            {"at": precise(self.at), "path": self.path, "headers": self.headers, "body": self.body}
        )


def precise(at: datetime) -> str:
    """RFC 3339 to the millisecond, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(at: datetime) -> str:
    """RFC 3339 to the second, in UTC, cut off as GitHub does."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def sign(body: str, secret: str = SECRET) -> str:
    """Give `sha256=` and the hexadecimal HMAC-SHA256 of the body."""
    return "sha256=" + hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


def email(name: str) -> str:
    """Give the address of one of the example's people."""
    return f"{name.lower()}@example.com"


def plain(at: datetime, change: dict[str, Any]) -> Delivery:
    """Wrap a change in shipwake's own form."""
    body = json.dumps(change, separators=(",", ":"))
    headers = {"Content-Type": "application/json", "X-Shipwake-Signature": sign(body)}
    return Delivery(at, "/hooks/plain", headers, body)


class GitHub:
    """Writes one organisation's deliveries; numbers and identifiers come from the seed."""

    def __init__(self, rng: Generator) -> None:
        """Start numbering deployments, statuses and deliveries."""
        self._rng = rng
        self._last = {"deployment": 4_000, "status": 9_000}

    def _number(self, kind: str) -> int:
        self._last[kind] += int(self._rng.integers(1, 9))
        return self._last[kind]

    def _delivery(
        self, at: datetime, event: str, service: str, content: dict[str, Any]
    ) -> Delivery:
        number = REPOSITORIES[service]
        content["repository"] = {
            "id": number,
            "name": service,
            "full_name": f"acme/{service}",
            "private": True,
            "html_url": f"https://github.com/acme/{service}",
            "default_branch": "main",
            "owner": {"login": "acme", "id": 100, "type": "Organization"},
        }
        body = json.dumps(content, separators=(",", ":"))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/044aadd",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.UUID(bytes=self._rng.bytes(16), version=4)),
            "X-GitHub-Hook-ID": str(500 + number),
            "X-Hub-Signature-256": sign(body),
        }
        return Delivery(at, "/hooks/github", headers, body)

    def push(
        self, at: datetime, service: str, before: str, commits: Sequence[tuple[str, str, str]]
    ) -> Delivery:
        """Commits (sha, author, message), oldest first, pushed to main by the last one's author."""
        written = [commit(at, service, *one) for one in commits]
        pusher = commits[-1][1]
        after = commits[-1][0]
        content = {
            "ref": "refs/heads/main",
            "before": before,
            "after": after,
            "created": False,
            "deleted": False,
            "forced": False,
            "compare": f"https://github.com/acme/{service}/compare/{before[:12]}...{after[:12]}",
            "commits": written,
            "head_commit": written[-1],
            "pusher": {"name": pusher.lower(), "email": email(pusher)},
            "sender": {"login": pusher.lower(), "id": PERSON_IDS[pusher], "type": "User"},
        }
        return self._delivery(at, "push", service, content)

    def deployment(
        self, at: datetime, service: str, revision: str, title: str
    ) -> tuple[Delivery, dict[str, Any]]:
        """Plan a deployment; the second value goes into its statuses."""
        planned = {
            "id": self._number("deployment"),
            "sha": revision,
            "ref": "main",
            "task": "deploy",
            "environment": "production",
            "original_environment": "production",
            "description": title,
            "payload": {},
            "created_at": seconds(at),
            "updated_at": seconds(at),
            "creator": BOT,
            "transient_environment": False,
            "production_environment": True,
        }
        content = {"action": "created", "deployment": dict(planned), "sender": BOT}
        return self._delivery(at, "deployment", service, content), planned

    def status(
        self, at: datetime, heard: datetime, service: str, planned: dict[str, Any], state: str
    ) -> Delivery:
        """Say the deployment's state since `at`; the delivery is heard a little later."""
        run = f"https://github.com/acme/{service}/actions/runs/{planned['id'] * 7}"
        status = {
            "id": self._number("status"),
            "state": state,
            "environment": "production",
            "description": "",
            "target_url": run,
            "log_url": run,
            "environment_url": "",
            "created_at": seconds(at),
            "updated_at": seconds(at),
            "creator": BOT,
        }
        content = {
            "action": "created",
            "deployment_status": status,
            "deployment": dict(planned),
            "sender": BOT,
        }
        return self._delivery(heard, "deployment_status", service, content)


def commit(at: datetime, service: str, sha: str, author: str, message: str) -> dict[str, Any]:
    """Write one commit as a push holds it."""
    who = {"name": author, "email": email(author), "username": author.lower()}
    return {
        "id": sha,
        "tree_id": hashlib.sha1(sha.encode(), usedforsecurity=False).hexdigest(),
        "distinct": True,
        "message": message,
        "timestamp": seconds(at),
        "url": f"https://github.com/acme/{service}/commit/{sha}",
        "author": who,
        "committer": who,
        "added": [],
        "removed": [],
        "modified": [f"{service}/app.py"],
    }
