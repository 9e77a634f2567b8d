"""One repository of GitHub in memory: its commits as a graph, pull requests and deployments, in the form of its API."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

FIRST = datetime(2026, 2, 3, 9, tzinfo=UTC)
MOST_FILES = 300


def stamp(at: datetime) -> str:
    """A time as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever an account holds
    """An account; a bot's login ends with `[bot]`."""
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User", **more}


@dataclass(slots=True)
class Repository:
    """`full_name` is `owner/name`; `web` is where people see it; commits lie in the order in which they were made."""

    full_name: str
    id: int = 42
    web: str = "https://github.com"
    commits: dict[str, dict[str, Any]] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def commit(
        self,
        message: str,
        *parents: str,
        login: str = "",
        email: str = "",
        name: str = "",
        files: tuple[str, ...] = (),
    ) -> str:
        """Make a commit; returns its hash."""
        number = len(self.commits)
        sha = hashlib.sha1(f"{self.full_name} {number} {message}".encode()).hexdigest()  # noqa: S324 - as git
        at = stamp(FIRST + timedelta(seconds=number))
        who = {"name": name or login, "email": email, "date": at}
        self.commits[sha] = {
            "sha": sha,
            "commit": {"message": message, "author": who, "committer": who},
            "author": user(login) if login else None,
            "html_url": f"{self.web}/{self.full_name}/commit/{sha}",
            "parents": [{"sha": parent} for parent in parents],
            "files": [{"filename": file, "status": "modified"} for file in files],
        }
        return sha

    def pull(self, number: int, title: str, login: str, *shas: str, **more: Any) -> None:  # noqa: ANN401
        """Say that these commits came by a merged pull request; `more` replaces what it holds."""
        stated = {
            "number": number,
            "title": title,
            "state": "closed",
            "html_url": f"{self.web}/{self.full_name}/pull/{number}",
            "user": user(login),
            "body": None,
            "labels": [],
            "head": {"ref": f"{login}/{number}"},
            "merged_at": stamp(FIRST),
            "merge_commit_sha": shas[-1],
        }
        self.pulls.append({**stated, **more, "shas": shas})

    def deploy(self, sha: str, environment: str, at: datetime, **more: Any) -> int:  # noqa: ANN401
        """Ask for a deployment; returns its id."""
        number = 700 + len(self.deployments)
        stated = {"id": number, "sha": sha, "ref": "main", "task": "deploy", "payload": {}}
        times = {"created_at": stamp(at), "updated_at": stamp(at)}
        who = {"creator": user("deployer[bot]"), "description": "", "environment": environment}
        self.deployments.append({**stated, **times, **who, **more})
        return number

    def status(self, deployment: int, state: str, at: datetime, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say how far a deployment has come; returns the body of the webhook that tells of it."""
        known = self.statuses.setdefault(deployment, [])
        asked = next(d for d in self.deployments if d["id"] == deployment)
        asked["updated_at"] = stamp(at)
        stated = {
            "id": deployment * 10 + len(known),
            "state": state,
            "environment": asked["environment"],
            "created_at": stamp(at),
            "target_url": "",
            "log_url": "",
            "environment_url": "",
            "creator": user("deployer[bot]"),
            **more,
        }
        known.append(stated)
        named = {"id": self.id, "full_name": self.full_name, "default_branch": "main"}
        return {
            "action": "created",
            "deployment_status": stated,
            "deployment": asked,
            "repository": named,
            "sender": user("deployer[bot]"),
        }

    def compare(self, base: str, head: str) -> dict[str, Any]:
        """Everything about two commits, of all pages."""
        before, after = self._reached(base), self._reached(head)
        ahead = [c for sha, c in self.commits.items() if sha in after - before]
        behind = len(before - after)
        words = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
        files = dict.fromkeys(f["filename"] for c in ahead for f in c["files"])
        return {
            "status": words.get((bool(ahead), bool(behind)), "diverged"),
            "html_url": f"{self.web}/{self.full_name}/compare/{base}...{head}",
            "ahead_by": len(ahead),
            "behind_by": behind,
            "total_commits": len(ahead),
            "commits": [{k: v for k, v in c.items() if k != "files"} for c in ahead],
            "files": [{"filename": name} for name in list(files)[:MOST_FILES]],
        }

    def pulls_of(self, sha: str) -> list[dict[str, Any]]:
        """The pull requests that a commit came by."""
        return [{k: v for k, v in p.items() if k != "shas"} for p in self.pulls if sha in p["shas"]]

    def _reached(self, sha: str) -> set[str]:
        found: set[str] = set()
        left = [sha]
        while left:
            at = left.pop()
            if at not in found:
                found.add(at)
                left += [parent["sha"] for parent in self.commits[at]["parents"]]
        return found
