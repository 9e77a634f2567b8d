"""The few pages that need no data: a refusal, and sign-in; they refuse scripts, and work without any style."""

from html import escape
from urllib.parse import urlencode

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title} · shipwake</title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/shipwake.css">
<main class="plain">
<h1>{title}</h1>
{body}
</main>
</html>
"""

HOW_TO_GET_A_LINK = (
    "<p>A sign-in link is printed when the server starts for the first time. "
    "Make another where shipwake runs: <code>shipwake token --sign-in</code></p>"
)


def page(title: str, body: str) -> str:
    """A whole page from a title (text) and a body (HTML whose parts are escaped already)."""
    return PAGE.format(title=escape(title), body=body)


def refusal(title: str, detail: str, *, come_back: str = "") -> str:
    """Why this cannot be shown, and where to go next: to sign in and `come_back`, or to the front page."""
    onward = (
        f'<p><a href="/sign-in?{urlencode({"next": come_back})}">Sign in</a></p>{HOW_TO_GET_A_LINK}'
        if come_back
        else '<p><a href="/">All changes</a></p>'
    )
    return page(title, f"<p>{escape(detail)}</p>\n{onward}")


def sign_in(
    link: str, onward: str, *, through: str = "", leave: str = "", left: bool = False
) -> str:
    """The button that uses a link up; a preview of the link only ever sees this page.

    `through` is the name of a provider to sign in by, `leave` its page to sign out of it too.
    """
    hidden = f'<input type="hidden" name="next" value="{escape(onward)}">'
    if link:
        body = (
            '<form method="post" action="/sign-in">'
            f'<input type="hidden" name="link" value="{escape(link)}">{hidden}'
            "<p>This link works once.</p>"
            '<button type="submit">Sign in here</button></form>'
        )
        return page("Sign in", body)
    body = (
        f'{HOW_TO_GET_A_LINK}<form method="post" action="/sign-in">'
        '<label for="link">Sign-in link</label> '
        f'<input id="link" name="link" autocomplete="off" required>{hidden} '
        '<button type="submit">Sign in</button></form>'
    )
    if through:
        address = f"/sign-in/provider?{urlencode({'next': onward})}"
        way = f'<p><a class="button main" href="{escape(address)}">Sign in with {escape(through)}</a></p>'
        body = f"{way}<details><summary>By a link</summary>{body}</details>"
    if leave:
        body = f'<p>You signed out here. <a href="{escape(leave)}">Sign out of {escape(through)} too</a></p>{body}'
    elif left:
        body = f"<p>You signed out.</p>{body}"
    return page("Sign in", body)
