"""GitHub's webhooks: deployments are changes; pushes, merged pull requests and runs say what is in them.

The forms are those of docs.github.com, "Webhook events and payloads". A deployment's creator is mostly a bot, so the
authors come from commits and pull requests.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from shipwake.config import Adapter, Setting, Table, one_of_keys, read
from shipwake.domain import Event, Facts, Heard, Says
from shipwake.intake import UnreadableError
from shipwake.intake.fields import (
    SECRETS,
    Body,
    Delivery,
    at,
    commits,
    delivery_of,
    first_line,
    items,
    linked,
    paths,
    person,
    require_signature,
    secrets_of,
    sha,
    text,
    web_address,
    when,
)

WORKFLOW = Table(
    (
        Setting("workflow", read.text, "A glob of the workflow's name or path.", required=True),
        Setting("environment", read.text, "Where its success puts the commit live.", required=True),
        Setting("branch", read.text, "A glob of the branch it must run on."),
    )
)
PUSH = Table(
    (
        Setting("ref", read.text, "A glob such as refs/heads/main or refs/tags/v*.", required=True),
        Setting("environment", read.text, "Where such a push is live at once.", required=True),
    )
)
SETTINGS = (
    *SECRETS,
    Setting("workflows", read.list_of(WORKFLOW), "Workflow runs that are deploys."),
    Setting("pushes", read.list_of(PUSH), "Pushes that are deploys."),
)
CHECKS = (one_of_keys("secret", "secrets"),)
SAYS = {
    **dict.fromkeys(("in_progress", "queued", "pending", "waiting"), Says.STARTED),
    **dict.fromkeys(("failure", "error"), Says.FAILED),
    "success": Says.LIVE,
    "inactive": Says.ENDED,
}
SIGNATURE = "X-Hub-Signature-256"
FAILED_RUNS = ("failure", "cancelled", "timed_out", "startup_failure")


@dataclass(frozen=True, slots=True)
class GitHub:
    """One webhook, or several with secrets of their own."""

    secrets: tuple[str, ...] = field(repr=False)
    workflows: Sequence[Mapping[str, str]] = ()
    pushes: Sequence[Mapping[str, str]] = ()

    def verify(self, heard: Heard) -> None:
        """Raise RefusedError unless the raw body is signed by one of the secrets."""
        require_signature(heard, self.secrets, SIGNATURE)

    def events(self, heard: Heard) -> Sequence[Event]:
        """At most one event a delivery; none for what is of no use here."""
        name = heard.headers.get("x-github-event", "")
        if not name:
            raise UnreadableError("there is no X-GitHub-Event header; is this GitHub?")
        reader = self._readers().get(name)
        if reader is None:
            return ()
        told = delivery_of(heard, name, key_header="x-github-delivery", form_field="payload")
        event = reader(told)
        return () if event is None else (event,)

    def _readers(self) -> Mapping[str, Callable[[Delivery], Event | None]]:
        return {
            "ping": _ping,
            "deployment": _deployment,
            "deployment_status": _deployment_status,
            "push": self._push,
            "pull_request": _pull_request,
            "workflow_run": self._workflow_run,
        }

    def _push(self, delivery: Delivery) -> Event | None:
        body, ref = delivery.body, text(delivery.body, "ref")
        # The hash of an annotated tag is the tag's own; its commit is the head.
        head = sha(body, "head_commit", "id") or sha(body, "after")
        if at(body, "deleted") is True or not sha(body, "after") or not head:
            return None
        target = next((p["environment"] for p in self.pushes if fnmatchcase(ref, p["ref"])), "")
        included = commits(body, delivery.heard.received)
        headline = first_line(body, "head_commit", "message")
        facts = _facts(
            delivery,
            thread=_thread(delivery, "push", head) if target else "",
            environment=target,
            revision=head,
            previous_revision=sha(body, "before"),
            title="" if headline.startswith("Merge ") else headline,
            commits=included,
            links=linked("page", "Compare", web_address(body, "compare")),
            tags=(ref.removeprefix("refs/tags/"),) if ref.startswith("refs/tags/") else (),
            paths=paths(body),
        )
        words = f"push of {len(included)} commits to {ref}, now {head[:7]}"
        # A commit's own time may be days old: what counts is when it was pushed.
        pushed = at(body, "repository", "pushed_at")
        return delivery.event(Says.LIVE if target else Says.CONTEXT, pushed, words, facts)

    def _workflow_run(self, delivery: Delivery) -> Event | None:
        run = delivery.table("workflow_run")
        name = text(run, "name") or text(run, "path")
        action, conclusion = text(delivery.body, "action"), text(run, "conclusion")
        target = self._target(run)
        if not target and action != "completed":
            return None
        says = _run_says(action, conclusion) if target else Says.CONTEXT
        facts = _facts(
            delivery,
            thread=_thread(delivery, "run", text(run, "id")) if target else "",
            environment=target,
            revision=sha(run, "head_sha"),
            links=linked("build", f"{name}: {conclusion or action}", web_address(run, "html_url")),
        )
        moment = at(run, "updated_at") or at(run, "run_started_at") or at(run, "created_at")
        return delivery.event(says, moment, f"run of {name} {conclusion or action}", facts)

    def _target(self, run: Body) -> str:
        """The environment that this run deploys to; empty where it is no deploy."""
        names = filter(None, (text(run, "name"), text(run, "path")))
        of_branch = [
            w for w in self.workflows if fnmatchcase(text(run, "head_branch"), w.get("branch", "*"))
        ]
        if text(run, "event") == "pull_request":
            return ""
        meant = (w for name in names for w in of_branch if fnmatchcase(name, w["workflow"]))
        return next((w["environment"] for w in meant), "")


def _facts(delivery: Delivery, **known: Any) -> Facts:  # noqa: ANN401 - the fields of Facts
    return Facts(repository=text(delivery.body, "repository", "full_name"), **known)


def _thread(delivery: Delivery, *parts: str) -> str:
    """What ties the events of one rollout; empty where GitHub left its ids out."""
    whole = ("github", text(delivery.body, "repository", "id"), *parts)
    return ":".join(whole) if all(whole) else ""


def _ping(delivery: Delivery) -> Event:
    hook = text(delivery.body, "hook_id")
    now = delivery.heard.received.isoformat()
    return delivery.event(Says.PING, now, f"hook {hook} is connected", _facts(delivery))


def _rollout(delivery: Delivery, deployment: Body, environment: str, **known: Any) -> Facts:  # noqa: ANN401
    """The facts of a deployment. Its `ref` is a branch or tag and no revision."""
    task = text(deployment, "task")
    transient = "transient" if at(deployment, "transient_environment") is True else ""
    return _facts(
        delivery,
        thread=_thread(delivery, text(deployment, "id")),
        service=text(deployment, "payload", "service"),
        environment=environment or text(deployment, "environment"),
        revision=sha(deployment, "sha"),
        tags=tuple(filter(None, (task.removeprefix("deploy").strip(":"), transient))),
        **known,
    )


def _deployment(delivery: Delivery) -> Event:
    deployment = delivery.table("deployment")
    facts = _rollout(delivery, deployment, "")
    words = f"deployment of {facts.revision[:7]} to {facts.environment} is asked for"
    return delivery.event(Says.STARTED, at(deployment, "created_at"), words, facts)


def _deployment_status(delivery: Delivery) -> Event:
    status, deployment = delivery.table("deployment_status"), delivery.table("deployment")
    state = text(status, "state").lower()
    says = SAYS.get(state, Says.CONTEXT)
    moment = at(status, "created_at") or at(status, "updated_at")
    began, doubted = when(at(deployment, "created_at"), delivery.heard.received)
    log = web_address(status, "log_url") or web_address(status, "target_url")
    page = web_address(status, "environment_url")
    facts = _rollout(
        delivery,
        deployment,
        text(status, "environment"),
        started_at=None if doubted else began,
        links=linked("build", "Log", log) + linked("page", "Environment", page),
    )
    words = f"deployment of {facts.revision[:7]} to {facts.environment} is {state or 'in no state'}"
    if state not in SAYS:
        words += ", a state that is not known here"
    event = delivery.event(says, moment, words, facts)
    if says is Says.ENDED:
        return replace(event, facts=replace(facts, ended_at=event.at))
    return event


def _pull_request(delivery: Delivery) -> Event | None:
    pull = delivery.table("pull_request")
    # An open pull request has a merge_commit_sha too, of a merge that was only tried.
    if text(delivery.body, "action") != "closed" or at(pull, "merged") is not True:
        return None
    number, title = text(pull, "number"), first_line(pull, "title")
    author = person(at(pull, "user"))
    labels = (text(label, "name") for label in items(pull, "labels", most=100))
    facts = _facts(
        delivery,
        revision=sha(pull, "merge_commit_sha"),
        title=title,
        authors=(author,) if author else (),
        links=linked("pull request", title, web_address(pull, "html_url"), number),
        tags=tuple(filter(None, labels)),
    )
    words = f"pull request #{number} merged: {title}"
    return delivery.event(Says.CONTEXT, at(pull, "merged_at"), words, facts)


def _run_says(action: str, conclusion: str) -> Says:
    if action != "completed":
        return Says.STARTED
    if conclusion == "success":
        return Says.LIVE
    return Says.FAILED if conclusion in FAILED_RUNS else Says.CONTEXT


def connect(adapter: Adapter) -> GitHub:
    """GitHub's form, verified by the adapter's secrets."""
    return GitHub(
        secrets_of(adapter),
        adapter.settings.get("workflows", ()),
        adapter.settings.get("pushes", ()),
    )
