"""Deployments that webhooks may have lost, asked for and put in the webhook's own form, so that one reader reads both.

GitHub does not send a failed delivery again (docs.github.com, "Handling failed webhook deliveries").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from shipwake.domain import BadInputError, Heard, parse_rfc3339
from shipwake.lookup.hosts import github_forms as forms
from shipwake.lookup.hosts.github_calls import Calls
from shipwake.lookup.hosts.memory import Memory
from shipwake.wire.clock import SystemClock
from shipwake.wire.http import json_body

LONGEST_ROLLOUT = timedelta(days=1)
"""How long before a status its deployment may have been asked for."""
MOST_PAGES = 10
FINAL = frozenset({"success", "failure", "error", "inactive"})
UNSAID = frozenset({"inactive"})
"""No webhook is sent of these (docs.github.com, "Webhook events and payloads"), so that a poll says no more."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Poll:
    """The deployments of repositories, as far as they are new; `hook` is the name of the webhook they stand in for."""

    calls: Calls
    hook: str
    _homes: Memory[str, forms.Repository] = field(
        default_factory=lambda: Memory(timedelta(hours=6)), repr=False
    )
    _done: Memory[tuple[int, int], tuple[str, list[forms.Status]]] = field(
        default_factory=lambda: Memory(timedelta(days=2)), repr=False
    )

    def deliveries(self, repository: str, since: datetime) -> Sequence[Heard]:
        """Each status since then as its webhook would have said it, oldest first; raises LookupFailedError."""
        home = self._home(repository)
        received = SystemClock().now()
        found = [
            (_at(status.created_at), status.id, deployment, status)
            for deployment in self._deployments(repository, since)
            for status in self._statuses(repository, home.id, deployment)
            if status.state not in UNSAID and _at(status.created_at) >= since
        ]
        found.sort(key=lambda one: one[:2])
        return [self._heard(home, d, status, received) for _, _, d, status in found]

    def _home(self, repository: str) -> forms.Repository:
        known = self._homes.recall(repository)
        if known:
            return known[0]
        home = self.calls.get(f"/repos/{repository}", forms.Repository, f"repository {repository}")
        return self._homes.keep(repository, home)

    def _deployments(self, repository: str, since: datetime) -> Iterator[forms.Deployment]:
        """The newest first, until they are older than a rollout takes."""
        path, what = f"/repos/{repository}/deployments", f"deployments of {repository}"
        for page in self.calls.pages(path, forms.Deployment, what, most=MOST_PAGES):
            for one in page:
                recent = _at(one.created_at) >= since - LONGEST_ROLLOUT
                if recent or _at(one.updated_at) >= since:
                    yield one
            if page and _at(page[-1].created_at) < since - LONGEST_ROLLOUT:
                return

    def _statuses(
        self, repository: str, home: int, deployment: forms.Deployment
    ) -> list[forms.Status]:
        """All statuses of one deployment; one that is over is asked again only when GitHub says that it was touched."""
        known = self._done.recall((home, deployment.id))
        if known and known[0][0] == deployment.updated_at:
            return known[0][1]
        path = f"/repos/{repository}/deployments/{deployment.id}/statuses"
        what = f"statuses of a deployment of {repository}"
        pages = self.calls.pages(path, forms.Status, what, most=MOST_PAGES)
        found = [status for page in pages for status in page]
        if any(status.state in FINAL for status in found):
            self._done.keep((home, deployment.id), (deployment.updated_at, found))
        return found

    def _heard(
        self,
        home: forms.Repository,
        deployment: forms.Deployment,
        status: forms.Status,
        received: datetime,
    ) -> Heard:
        """Holds nothing that changes later, so that the same status is the same delivery at every poll."""
        lasting = msgspec.structs.replace(
            deployment, updated_at=deployment.created_at, payload=_payload(deployment.payload)
        )
        body = {
            "action": "created",
            "deployment_status": msgspec.to_builtins(status),
            "deployment": msgspec.to_builtins(lasting),
            "repository": msgspec.to_builtins(home),
        }
        headers = {
            "content-type": "application/json",
            "x-github-event": "deployment_status",
            "x-github-delivery": f"poll-{home.id}-{deployment.id}-{status.id}",
        }
        return Heard(
            kind="github",
            source=self.hook,
            headers=headers,
            body=json_body(body),
            received=received,
        )


def _payload(stated: Any) -> Any:  # noqa: ANN401 - whatever was deployed with
    """What the sender put beside it; GitHub gives it as it was sent, which may be JSON in a text."""
    if not (isinstance(stated, str) and stated.lstrip().startswith("{")):
        return stated
    try:
        return msgspec.json.decode(stated)
    except (msgspec.MsgspecError, RecursionError):
        return stated


def _at(stated: str) -> datetime:
    """A time of GitHub's; long ago where it is none."""
    try:
        return parse_rfc3339(stated)
    except BadInputError:
        return LONG_AGO
