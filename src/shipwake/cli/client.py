"""Talk to a running server from the command line: where it is, who asks, and what its errors mean in words."""

import os
from typing import Any

import click
import httpx

from shipwake.domain import BadInputError, ShipwakeError

Json = Any
"""Whatever a JSON document may be."""
DEFAULT_URL = "http://127.0.0.1:7447"


class Server:
    """A shipwake server at SHIPWAKE_URL, spoken to with the token in SHIPWAKE_TOKEN until the verb ends."""

    def __init__(self, url: str = "") -> None:
        self.url = (url or os.environ.get("SHIPWAKE_URL", DEFAULT_URL)).rstrip("/")
        token = os.environ.get("SHIPWAKE_TOKEN", "")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=30)
        click.get_current_context().call_on_close(self._http.close)

    def get(self, path: str, **params: str) -> Json:
        """The JSON at `path`; raises with the server's own words where it refuses."""
        return self._read("GET", path, params=params)

    def post(self, path: str, body: Json) -> Json:
        """Send JSON to `path` and return its answer."""
        return self._read("POST", path, json=body)

    def _read(self, method: str, path: str, **how: Json) -> Json:
        try:
            answer = self._http.request(method, path, **how)
        except httpx.HTTPError as error:
            message = f"{self.url} does not answer ({error}); start it with `shipwake serve`, or set SHIPWAKE_URL"
            raise ShipwakeError(message, permanent=False) from error
        if answer.is_success:
            return answer.json()
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> ShipwakeError:
    try:
        problem = answer.json()
        words = f"{problem.get('title', answer.status_code)}: {problem.get('detail', '')}".rstrip(
            ": "
        )
    except ValueError:
        words = f"the server answered {answer.status_code}"
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        words += " (set SHIPWAKE_TOKEN; `shipwake token NAME --scope read` makes one)"
    if answer.is_client_error:
        return BadInputError(words)
    return ShipwakeError(words, permanent=False)


server_option = click.option(
    "--server", default="", help="Where shipwake runs; SHIPWAKE_URL, else this machine."
)
