"""Slack's own client, quiet and held to one address; it refuses redirects, along which urllib would send the token."""

import logging
from email.message import Message
from typing import IO, Any, cast
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener


class _NoRedirects(HTTPRedirectHandler):
    """What redirects is an answer like any other that is no success."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """None, so that nothing else is asked."""


def web_client(token: str, url: str, timeout_s: float) -> Any:  # noqa: ANN401 - a WebClient of slack_sdk
    """The Web API at `url` for that token; no retries of its own, since the loop has them."""
    from slack_sdk import WebClient  # noqa: PLC0415 - 0.2 s that only users of Slack pay

    class Held(WebClient):
        """Sends as its parent does, but through an opener that follows nothing."""

        def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
            opener = build_opener(HTTPSHandler(context=self.ssl), _NoRedirects())
            with opener.open(req, timeout=self.timeout) as answer:
                charset = answer.headers.get_content_charset() or "utf-8"
                body = answer.read().decode(charset)
            return {"status": answer.status, "headers": answer.headers, "body": body}

    # The SDK logs what it sends and receives: words, addresses and places of people.
    silent = logging.getLogger("shipwake.slack_sdk")
    silent.setLevel(logging.CRITICAL)
    # It says int, and hands it to urllib, which takes parts of a second.
    made = Held(
        token, base_url=url, timeout=cast("int", timeout_s), retry_handlers=[], logger=silent
    )
    # Its own reading of HTTPS_PROXY knows no NO_PROXY; urllib's, which it falls back to, does.
    made.proxy = None
    return made
