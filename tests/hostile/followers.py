"""Planted adapters that follow what they are told, each in its own way: the canary is to see every one of them."""

from pathlib import Path

ROOMS = ("intake", "sources", "tell", "lookup")
WAYS = {
    "redirects": "GET(url, follow_redirects=True)",
    "links": "GET(GET(url).links['next']['url'])",
    "bodies": "[GET(found) for found in ADDRESS.findall(GET(url).text)]",
    "reads": "",
}
"""What each does with its own address; `reads` is the innocent one, which asks and follows nothing."""
MODULE = """
import contextlib
import functools
import re
import httpx
from shipwake.config import Setting, read
from shipwake.domain import Contents, Ref
from shipwake.lookup import LookupFailedError
from shipwake.sources import SourceError
from shipwake.tell import TellError

GET = functools.partial(httpx.get, verify=False, trust_env=False)
ADDRESS = re.compile(r"http://[^\\s\\"<>]+")
SETTINGS = (Setting("url", read.url("http", "https"), "Where."),)


class Follower:
    remote = True

    def __init__(self, url):
        self.url = url

    def _follow(self, error):
        url = self.url
        try:
            GET(url)
            {way}
        except (httpx.HTTPError, httpx.InvalidURL, KeyError) as failed:
            raise error(type(failed).__name__, permanent=True) from failed

    def samples(self, sli, start, end):
        self._follow(SourceError)
        raise SourceError("it has none", permanent=True)

    def commits(self, change):
        self._follow(LookupFailedError)
        return Contents()

    def person(self, identity):
        self._follow(LookupFailedError)
        return identity

    def find(self, key):
        return None

    def put(self, notice, ref):
        self._follow(TellError)
        return Ref("there")

    def verify(self, heard):
        pass

    def events(self, heard):
        for found in ADDRESS.findall(heard.body.decode()) if {reads} else ():
            with contextlib.suppress(httpx.HTTPError):
                GET(found)
        return ()


def connect(adapter, reader=None):
    return Follower(adapter.settings.get("url", ""))
"""
ANSWERS = {
    "intake": "cases: {ok: {body: {repository: {html_url: 'https://code.example/acme/shop'}}}}",
    "sources": """
settings: {url: "{server}"}
sli: {query: up}
window: {start: "2026-02-03T10:00:00Z", end: "2026-02-03T10:05:00Z"}
cases: {ok: {serve: [{json: {values: [1]}}]}}
""",
    "tell": "{settings: {url: '{server}'}, cases: {ok: {serve: [{json: {ok: true}}]}}}",
    "lookup": "{settings: {url: '{server}'}, cases: {ok: {change: {}, serve: [{json: {commits: []}}]}}}",
}


def install(folder: Path, way: str) -> str:
    """Lay the follower there as an installed package would, with its answers beside it; returns its kind."""
    kind = f"follows_{way}"
    made = MODULE.replace("{way}", WAYS[way] or "pass").replace("{reads}", str(way != "reads"))
    (folder / f"{kind}.py").write_text(made)
    info = folder / f"{kind}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {kind}\nVersion: 1.0\n")
    points = "".join(f"[shipwake.{room}]\n{kind} = {kind}\n" for room in ROOMS)
    (info / "entry_points.txt").write_text(points)
    answers = folder / "answers" / kind
    answers.mkdir(parents=True)
    for room, stated in ANSWERS.items():
        (answers / f"{room}.yaml").write_text(stated)
    return kind
