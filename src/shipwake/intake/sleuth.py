"""Sleuth's API: deploys, manual changes, imports and incidents as its clients register them, and its own webhook.

The forms are those of Sleuth's manual ("Sleuth API", "Webhook action") and of what its command line sends.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shipwake.config import Adapter, Field, Setting, read
from shipwake.domain import ChangeKind, Event, Facts, Heard, Person, Says
from shipwake.intake import RefusedError, UnreadableError
from shipwake.intake.fields import (
    SECRETS,
    content_key,
    fields_of,
    first_line,
    linked,
    registration,
    secrets_of,
    sha,
    source_of,
    text,
    web_address,
    when,
)
from shipwake.wire.sign import hmac_sha256_hex, same

MOST_ROWS = 500
LEEWAY = timedelta(minutes=5)
PATH = re.compile(r"/api/1/deployments/[^/]+/([^/]+)(?:/[^/]+/([^/]+))?/(\w+)")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
NO_FILES = ("ignored",)
"""What Sleuth's command line names when it registers what was live before its first deploy."""


def _impacts(setting: Field) -> Mapping[str, str]:
    return {str(number): read.text(entry) for number, entry in setting.entries().items()}


SETTINGS = (
    *SECRETS,
    Setting("impacts", _impacts, "The SLI that each number of a metric impact source stands for."),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery with its fields: `target` is the slug in its path, `name` that of an incident's source."""

    heard: Heard
    fields: Mapping[str, object]
    target: str
    name: str

    @property
    def service(self) -> str:
        """Our name of the target, where the server knew one."""
        return self.heard.headers.get(":service", "")

    @property
    def environment(self) -> str:
        """Our name of it where the server knew one, else the sender's."""
        return self.heard.headers.get(":environment", "") or text(self.fields, "environment")

    def moment(self, key: str = "date") -> datetime:
        """The time under `key`, without a zone in UTC; when it was received where there is none."""
        if (stated := self.fields.get(key)) in (None, ""):
            return self.heard.received
        found, doubted = when(stated, self.heard.received)
        if doubted:
            raise UnreadableError(
                f"read {str(stated)[:80]!r}; send ISO 8601 such as 2026-02-03T10:00:00Z, "
                "from the year 2000 to a day from now",
                where=key,
            )
        return found

    def people(self, *keys: str) -> tuple[Person, ...]:
        """The e-mail addresses under these keys; raises UnreadableError for what is none."""
        found = {key: email for key in keys if (email := text(self.fields, key))}
        for key, email in found.items():
            if not EMAIL.fullmatch(email):
                raise UnreadableError(f"read {email[:80]!r}; send an e-mail address", where=key)
        return tuple(Person(email=email) for email in dict.fromkeys(found.values()))

    def event(self, says: Says, moment: datetime, words: str, facts: Facts) -> Event:
        """The event that this delivery is."""
        where = f" in {facts.environment}" if facts.environment else ""
        return Event(
            source=source_of(self.heard),
            key=content_key(self.heard, header="idempotency-key"),
            says=says,
            at=moment,
            received=self.heard.received,
            text=f"{words}{where}",
            facts=facts,
        )


@dataclass(frozen=True, slots=True)
class Sleuth:
    """Its API, where the server has checked the key; at a hook its outgoing webhook, which the API key signs."""

    secrets: tuple[str, ...] = field(repr=False)

    def verify(self, heard: Heard) -> None:
        """Raise RefusedError unless Sleuth signed the body, within the last minutes."""
        if not self.secrets:
            raise RefusedError("this hook has no secret; show a token with the scope changes:write")
        told, stamp = (heard.headers.get(f"x-sleuth-{n}", "") for n in ("signature", "timestamp"))
        signed = f"v0:{stamp}:".encode() + heard.body
        right = [same(f"v0={hmac_sha256_hex(s, signed)}", told) for s in self.secrets if s]
        if not any(right):
            raise RefusedError("X-SLEUTH-SIGNATURE is not this body's; set Sleuth's API key here")
        sent, doubted = when(stamp, heard.received)
        if doubted or abs(heard.received - sent) > LEEWAY:
            raise RefusedError("X-SLEUTH-TIMESTAMP is not of these minutes; set the clocks right")

    def events(self, heard: Heard) -> Sequence[Event]:
        """One event a registration, one a row of an import."""
        found = PATH.fullmatch(heard.headers.get(":path", ""))
        target, name, what = map(text, found.groups("") if found else ("", "", ""))
        return READERS.get(what, _webhook)(Told(heard, fields_of(heard), target, name))


def _deploy(told: Told) -> Sequence[Event]:
    revision = sha(told.fields, "sha")
    if not revision:
        shown = text(told.fields, "sha", longest=80)
        message = f"read {shown!r}; send a commit's hash, whole or at least 7 digits of it"
        raise UnreadableError(message, where="sha")
    touched = registration.paths(told.fields)
    first = touched == NO_FILES
    included = registration.commits(told.fields, told.heard.received)
    requests = registration.pull_requests(told.fields)
    headline = next((c.title for c in included if c.sha == revision), "")
    facts = Facts(
        service=told.service or told.target,
        environment=told.environment,
        revision=revision,
        title=requests[0].title if len(requests) == 1 else headline,
        authors=told.people("email"),
        commits=included,
        links=(*registration.links(told.fields.get("links")), *requests),
        tags=registration.tags(told.fields.get("tags"), touched),
        paths=() if first else touched,
        judge=not first,
    )
    branch = text(told.fields, "branch", longest=100)
    words = f"deploy of {facts.service} {revision[:7]}{f' from {branch}' if branch else ''}"
    return [told.event(Says.LIVE, told.moment(), words, facts)]


def _manual(told: Told) -> Sequence[Event]:
    name = text(told.fields, "name")
    if not name:
        raise UnreadableError("Name is required.")
    facts = Facts(
        kind=ChangeKind.MANUAL,
        service=told.service,
        environment=told.environment,
        title=name,
        authors=told.people("author", "email"),
        tags=registration.tags(told.fields.get("tags")),
    )
    described = first_line(told.fields, "description")
    words = f"{name!r}{f' ({described})' if described else ''} done by hand to {told.target}"
    return [told.event(Says.LIVE, told.moment(), words, facts)]


def _incident(told: Told) -> Sequence[Event]:
    """Kept as it was told; no change is made of it."""
    state = text(told.fields, "type", longest=80)
    if state not in ("triggered", "resolved", "reopened"):
        allowed = "allowed: triggered, resolved, reopened"
        raise UnreadableError(f"read {state!r}; {allowed}", where="type")
    begun, ended = told.moment(), told.moment("ended_date")
    if told.fields.get("ended_date") and ended < begun:
        raise UnreadableError("it lies before date", where="ended_date")
    title = text(told.fields, "title") or text(told.fields, "id") or told.name
    links = linked("issue", title, web_address(told.fields, "url"), text(told.fields, "id"))
    facts = Facts(service=told.service, environment=told.environment, title=title, links=links)
    words = f"incident {title!r} {state}, kept but not tied to changes yet: {told.target}"
    return [told.event(Says.CONTEXT, begun, words, facts)]


def _import(told: Told) -> Sequence[Event]:
    """One deploy a row, known but not judged."""
    sent = told.fields.get("csv_file")
    written = sent.decode("utf-8-sig", "replace") if isinstance(sent, bytes) else str(sent or "")
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(written.splitlines()) if row]
    except csv.Error as error:
        raise UnreadableError(f"it is no CSV ({error})", where="csv_file") from None
    if not rows or not {"sha", "date"} <= set(rows[0]):
        raise UnreadableError("send a file whose first line is sha,date", where="csv_file")
    if len(rows) > MOST_ROWS + 1:
        message = f"it has {len(rows) - 1} deploys; send at most {MOST_ROWS} at a time"
        raise UnreadableError(message, where="csv_file")
    named = (dict(zip(rows[0], row, strict=False)) for row in rows[1:])
    return [_row(told, number, row) for number, row in enumerate(named, start=2)]


def _row(told: Told, number: int, row: Mapping[str, str]) -> Event:
    revision, (moment, doubted) = sha(row, "sha"), when(row.get("date"), told.heard.received)
    if not revision or doubted:
        raise UnreadableError("write a hash and an ISO 8601 time", where=f"csv_file, row {number}")
    service = told.service or told.target
    facts = Facts(service=service, environment=told.environment, revision=revision, judge=False)
    event = told.event(Says.LIVE, moment, f"deploy of {service} {revision[:7]} imported", facts)
    return replace(event, key=f"{service}/{facts.environment}/{revision}/{moment.isoformat()}")


def _webhook(told: Told) -> Sequence[Event]:
    """What Sleuth itself tells of a deploy; nothing where it is not of a commit."""
    service, revision = text(told.fields, "changeSource", "slug"), sha(told.fields, "revision")
    if not service:
        raise UnreadableError("there is no slug; is this Sleuth's webhook?", where="changeSource")
    if not revision:
        return ()
    email, name = text(told.fields, "author", "email"), text(told.fields, "name")
    moment, environment = told.moment("on"), text(told.fields, "environment", "slug")
    facts = Facts(
        # It tells of a deploy again when its health changes, maybe after the next one.
        thread=f"sleuth:{service}:{environment}:{revision}:{moment.isoformat()}",
        service=service,
        environment=environment,
        revision=revision,
        title="" if revision.startswith(name.lower()) else name,
        authors=(Person(email=email),) if email else (),
    )
    health = text(told.fields, "health", longest=40) or "no health"
    words = f"Sleuth tells of {service} {revision[:7]}: {health}"
    return [told.event(Says.LIVE, moment, words, facts)]


READERS = {
    "register_deploy": _deploy,
    "register_manual_deploy": _manual,
    "import_deploys": _import,
    "register_impact": _incident,
}


def connect(adapter: Adapter) -> Sleuth:
    """Sleuth's API, and its webhook where the adapter has secrets."""
    return Sleuth(secrets_of(adapter))
