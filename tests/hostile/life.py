"""One real server's whole life with secrets everywhere, before other sides that say back all that they were told."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx

from live.loopback import listening
from scripts.reference.access_matrix import places
from shipwake.app import compose
from shipwake.config import load
from shipwake.domain import Event, Facts, Health, Notice, Says
from shipwake.flow import announce
from shipwake.web import keys
from shipwake.web.application import make
from shipwake.wire.clock import SystemClock
from shipwake.wire.sign import hmac_sha256_hex, signature
from tests.cli.calls import call
from tests.hostile import talks, whispers
from tests.stop.running import SOURCE, free_port, silent
from tests.web.provider import provider
from tests.wire.mail import taking_mail

LONG = os.environ.get("SECRETS") == "long"
SOURCES = ("refuses", "basic", "garbled", "says", "silent", "closed", "talks")
CHANNELS = ("slack", "webhook", "email", "apprise")
IN_ADDRESSES = ("WEBHOOK_KEY", "SILENT_KEY", "CLOSED_KEY", "APPRISE_KEY", "PATH_KEY")
NAMES = (
    "PROM_TOKEN", "PROM_PASSWORD", "PROM_HEADER", "GITHUB_TOKEN", "SLACK_TOKEN", "WEBHOOK_SECRET", "MAIL_PASSWORD",
    "OIDC_SECRET", "GITHUB_NEW", "GITHUB_OLD", "SLACK_SIGNING", "PLAIN_SECRET", "SLEUTH_KEY", "TALKS_TOKEN",
    "TEXT_TOKEN", "SAYS_TOKEN",
)  # fmt: skip
LATIN = (
    "PROM_HEADER", "PROM_TOKEN", "SLACK_TOKEN", "GITHUB_TOKEN", "MAIL_PASSWORD", "TALKS_TOKEN", "TEXT_TOKEN",
    "SAYS_TOKEN",
)  # fmt: skip
"""What goes into headers, or a mail server's ASCII."""
CONFIG = """
database: sqlite:///{folder}/here.db
port: {port}
url: http://127.0.0.1:{port}
log: json
log_level: debug
services: [{{name: checkout, repository: acme/checkout}}]
environments: [{{name: production}}]
sources:
  - {{name: refuses, kind: prometheus, url: "{echo}/prom/${{PATH_KEY}}", token: "${{PROM_TOKEN}}", timeout: 2s}}
  - {{name: basic, kind: prometheus, url: "{echo}/basic", username: bob, password: "${{PROM_PASSWORD}}",
     headers: {{X-Scope-OrgID: "${{PROM_HEADER}}"}}, timeout: 2s}}
  - {{name: garbled, kind: prometheus, url: "{echo}/text", token: "${{TEXT_TOKEN}}", timeout: 2s}}
  - {{name: says, kind: prometheus, url: "{echo}/says", token: "${{SAYS_TOKEN}}", timeout: 2s}}
  - {{name: silent, kind: prometheus, url: "http://127.0.0.1:{silent}/${{SILENT_KEY}}", timeout: 200ms}}
  - {{name: closed, kind: prometheus, url: "http://127.0.0.1:1/${{CLOSED_KEY}}", timeout: 200ms}}
  - {{name: talks, kind: talks, token: "${{TALKS_TOKEN}}"}}
slis:
{slis}
hooks:
  - {{name: github, kind: github, secrets: ["${{GITHUB_NEW}}", "${{GITHUB_OLD}}"]}}
  - {{name: slack, kind: slack, secret: "${{SLACK_SIGNING}}"}}
  - {{name: plain, kind: plain, secret: "${{PLAIN_SECRET}}"}}
  - {{name: sleuth, kind: sleuth, secret: "${{SLEUTH_KEY}}"}}
lookup:
  - {{name: github, kind: github, url: "{echo}/github", token: "${{GITHUB_TOKEN}}", timeout: 2s}}
tell:
  - {{name: slack, kind: slack, url: "{echo}/slack/", token: "${{SLACK_TOKEN}}"}}
  - {{name: webhook, kind: webhook, url: "{echo}/hook?key=${{WEBHOOK_KEY}}", secret: "${{WEBHOOK_SECRET}}"}}
  - {{name: email, kind: email, host: 127.0.0.1, port: {mail}, tls: none, username: bob,
     password: "${{MAIL_PASSWORD}}", from: shipwake@example.com}}
  - {{name: apprise, kind: apprise, urls: ["${{APPRISE_URL}}"]}}
sign_in: {{issuer: "{provider}", client_id: shipwake, client_secret: "${{OIDC_SECRET}}"}}
"""


@dataclass
class Life:
    """What was hidden, and all that came out: by the name of each place."""

    folder: Path
    url: str
    hidden: dict[str, str]
    environ: dict[str, str]
    emitted: dict[str, bytes] = field(default_factory=dict)
    answers: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    """What the other sides were sent: to see that the secrets were in fact used."""
    tokens: dict[str, str] = field(default_factory=dict)
    walked: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """What the process has written so far."""
        return (self.folder / "log.txt").read_text(errors="replace")

    def note(self, answer: httpx.Response) -> None:
        """Keep an answer, headers and all, but the cookie that is meant for this browser alone."""
        answer.read()
        headers = [b": ".join(h) for h in answer.headers.raw if h[0].lower() != b"set-cookie"]
        self.answers.append(b"\n".join([*headers, answer.content]))
        self.statuses.append(answer.status_code)

    def client(self, **headers: str) -> httpx.Client:
        """A client whose every answer is kept."""
        noted = {"response": [self.note]}
        return httpx.Client(base_url=self.url, headers=headers, event_hooks=noted, timeout=20)


def _echoing(life: Life) -> type[BaseHTTPRequestHandler]:
    class Echo(BaseHTTPRequestHandler):
        """Refuses everything, and repeats what it was sent in its refusal."""

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            whole = f"{self.path}\n{self.headers}\n".encode() + body
            life.asked.append(whole)
            told = f"refused: {self.path} {self.headers['authorization']} {self.headers}"
            stated = {
                "ok": False,
                "status": "error",
                "errorType": "bad_data",
                "error": told,
                "message": told,
            }
            said = json.dumps(stated).encode()
            status = 200 if self.path.startswith(("/slack", "/text", "/says")) else 403
            if self.path.startswith("/text"):
                said = told.encode()
            self.send_response(401 if self.path.startswith("/prom") else status)
            self.send_header("X-Refused", str(self.headers["authorization"]))
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Echo


def _secrets() -> dict[str, str]:
    made = {name: whispers.awkward() for name in NAMES}
    made |= {name: made[name].replace("é", "") for name in LATIN}
    return made | {name: whispers.plain() for name in IN_ADDRESSES}


@contextmanager
def living(folder: Path) -> Iterator[Life]:
    """The server, until the block ends; then its output and its files are read."""
    port = free_port()
    hidden = _secrets()
    life = Life(folder, f"http://127.0.0.1:{port}", hidden, {})
    with ExitStack() as open_:
        echo, answer = open_.enter_context(listening())
        answer(_echoing(life))
        refusal = {"auth": f"535 5.7.8 no, not {hidden['MAIL_PASSWORD']}"}
        there = {
            "echo": echo,
            "silent": open_.enter_context(silent()),
            "mail": open_.enter_context(taking_mail(refusal)).port,
            "provider": open_.enter_context(provider(SystemClock())).url,
        }
        apprise = f"json://{echo.partition('://')[2]}/{hidden['APPRISE_KEY']}"
        talks.lay(folder)
        life.environ = {
            **hidden,
            "APPRISE_URL": apprise,
            "PYTHONPATH": f"{SOURCE}{os.pathsep}{folder}",
            "SHIPWAKE_CONFIG": str(folder / "shipwake.yaml"),
        }
        slis = "\n".join(
            f"  - {{name: of {name}, service: checkout, environment: production, step: 60s, "
            f"source: {name}, better: lower{'' if name == 'push' else ', query: up'}}}"
            for name in (*SOURCES, "push")
        )
        text = CONFIG.format(folder=folder, port=port, slis=slis, **there)
        (folder / "shipwake.yaml").write_text(text)
        _prepare(life)
        with _process(life, "serve") as process:
            _answering(life, process)
            yield life
            process.terminate()
            process.wait(30)
        life.emitted["output"] = (folder / "log.txt").read_bytes()
        life.emitted["answers"] = whispers.joined(life.answers)


def _prepare(life: Life) -> None:
    """A change whose looks are due, words that wait for every channel, tokens, and a link to sign in by."""
    river = compose(load(life.folder / "shipwake.yaml", life.environ))
    try:
        now = SystemClock().now()
        facts = Facts(
            id="c1", service="checkout", environment="production", title="r1", revision="0f3c5a7e9b",
            repository="acme/checkout",
        )  # fmt: skip
        at = now - 10 * river.config.watch.unit
        event = Event(
            source="test", key="c1", says=Says.LIVE, at=at, received=now, text="", facts=facts
        )
        announce(river, event)
        for channel in CHANNELS:
            notice = Notice(
                change="c1", recipient="alice@example.com", channel=channel, revision=1, health=Health.HEALTHY,
                lines=("fine",), at=now, url=f"{life.url}/changes/c1",
            )  # fmt: skip
            with river.store.write() as tx:
                tx.outbox.put(notice)
        life.tokens = {
            "ADMIN": keys.new_token(river, "whole", ["admin", "read", "changes:write"]),
            "LINK": keys.new_link(river).partition("link=")[2],
        }
        life.walked = [p.path for p in places(make(river)) if "GET" in p.access]
    finally:
        river.close()


@contextmanager
def _process(life: Life, *args: str) -> Iterator[subprocess.Popen[bytes]]:
    environ = {**os.environ, **life.environ}
    with (
        (life.folder / "log.txt").open("ab") as out,
        subprocess.Popen(
            [sys.executable, "-m", "shipwake.cli", *args],
            env=environ, cwd=life.folder, stdout=out, stderr=subprocess.STDOUT,
        ) as process,
    ):  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def _answering(life: Life, process: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        assert process.poll() is None, life.log
        with suppress(httpx.TransportError):
            return httpx.get(f"{life.url}/healthz/live").is_success
        return False

    until(answers, "it answers", 120)


def until(holds: object, what: str, patience_s: float = 40) -> None:
    """Wait until it holds."""
    end = time.monotonic() + patience_s
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, f"not seen: {what}"
        time.sleep(0.05)


def deliveries(life: Life) -> Mapping[str, int]:
    """Deliveries of every sender, well and wrongly signed, of what can be read and what cannot; the answers."""
    hidden, stamp = life.hidden, str(int(time.time()))
    said: dict[str, int] = {}
    with life.client() as client:
        for body in (b'{"zen": "x"}', b"{broken"):
            slack = hmac_sha256_hex(hidden["SLACK_SIGNING"], f"v0:{stamp}:".encode() + body)
            sleuth = hmac_sha256_hex(hidden["SLEUTH_KEY"], f"v0:{stamp}:".encode() + body)
            right = {
                "github": {"X-Hub-Signature-256": signature(body, hidden["GITHUB_OLD"]), "X-GitHub-Event": "ping"},
                "plain": {"X-Shipwake-Signature": signature(body, hidden["PLAIN_SECRET"])},
                "slack": {"X-Slack-Signature": f"v0={slack}", "X-Slack-Request-Timestamp": stamp},
                "sleuth": {"X-Sleuth-Signature": f"v0={sleuth}", "X-Sleuth-Timestamp": stamp},
            }  # fmt: skip
            for kind, headers in right.items():
                said[f"{kind} {body!r}"] = client.post(
                    f"/hooks/{kind}", content=body, headers=headers
                ).status_code
                wrong = {name: value[:-1] + "x" for name, value in headers.items()}
                said[f"{kind} wrong {body!r}"] = client.post(
                    f"/hooks/{kind}", content=body, headers=wrong
                ).status_code
        for token in (life.tokens["ADMIN"], "shipwake_nobody-made-this-one"):
            opens = {"Authorization": f"Bearer {token}", "Cookie": f"x={token}", "X-Api-Key": token}
            body = b'{"service": "checkout", "environment": "production", "revision": "4f2a9c1"}'
            said[f"token {token[:12]}"] = client.post(
                "/hooks/plain", content=body, headers=opens
            ).status_code
            form = {"sha": "4f2a9c1aa", "environment": "production", "api_key": token}
            path = "/api/1/deployments/acme/checkout/register_deploy"
            client.post(path, data=form)
            client.post(path, json=form)
            client.post(path, files={name: (None, value) for name, value in form.items()})
    return said


def walk(life: Life) -> int:
    """Every path that GET has, by nobody, by a wrong and a right token, and by a browser; samples, and a sign-in."""
    right = {"Authorization": f"Bearer {life.tokens['ADMIN']}"}
    wrong = {"Authorization": f"Bearer {life.tokens['ADMIN']}x"}
    asked = 0
    with life.client(**right) as admin, life.client(**wrong) as stranger, life.client() as browser:
        samples = {"sli": "of push", "samples": [[int(time.time()) // 60 * 60 - 60, 1.0]]}
        for client in (admin, stranger):
            client.post("/api/v1/samples", json=samples)
            client.post("/api/v1/samples", content=b"{broken")
        browser.post(
            "/sign-in", data={"link": life.tokens["LINK"]}, headers={"Accept": "text/html"}
        )
        life.tokens["SESSION"] = next(iter(browser.cookies.values()))
        for path in life.walked:
            if path.endswith("/stream"):
                continue
            where = path.replace("/changes/x", "/changes/c1").replace("/slis/x", "/slis/of refuses")
            for client in (admin, browser, stranger):
                client.get(where, headers={"Accept": "text/html, application/json"})
                asked += 1
        for page in (
            "/sources",
            "/sources.json",
            "/heard",
            "/heard.json",
            "/audit",
            "/metrics",
            "/healthz",
        ):
            admin.get(page)
        led = browser.get("/sign-in/provider")
        browser.get(httpx.get(led.headers["location"]).headers["location"])
        browser.get("/sign-in/return", params={"code": "x", "state": "y"})
    return asked


def verbs(life: Life) -> Mapping[str, int]:
    """What a person calls beside it; each verb's words and its end. SECRETS=long calls those that wait, too."""
    wrong, there = life.tokens["ADMIN"] + "x", f"bob:{life.hidden['CLOSED_KEY']}@127.0.0.1:1/x"
    opened = {"SHIPWAKE_URL": life.url, "SHIPWAKE_TOKEN": life.tokens["ADMIN"]}
    called: list[tuple[tuple[str, ...], dict[str, str]]] = [
        (("check",), {}),
        (("backup", "copy.db"), {}),
        (("export", "all.jsonl"), {}),
        (("list",), opened),
        (("list",), {**opened, "SHIPWAKE_TOKEN": wrong}),
        (("doctor",), {"SHIPWAKE_DATABASE": f"mysql://{there}"}),
        (("doctor",), {}),
    ]
    if LONG:
        postgres = {"SHIPWAKE_DATABASE": f"postgresql://{there}"}
        called += [(("audit",), {}), (("check",), postgres), (("doctor",), postgres)]
    ends = {}
    for number, (verb, more) in enumerate(called):
        said = call(*verb, out=None, **{**life.environ, **more})
        life.emitted[f"{number} {verb[0]}"] = (said.out + said.err).encode()
        ends[f"{number} {verb[0]}"] = said.status
    return ends


def files(life: Life) -> None:
    """Every file that it wrote, as bytes."""
    for name in ("here.db", "here.db-wal", "copy.db", "all.jsonl"):
        path = life.folder / name
        if path.exists():
            life.emitted[name] = path.read_bytes()


def damage(life: Life) -> None:
    """Take a table away, so that what comes next fails where nobody foresaw it."""
    with sqlite3.connect(life.folder / "here.db", timeout=20) as held:
        held.execute("DROP TABLE heard_counts")
    held.close()
