"""The talk's troubles and their innocent doubles, as data; refuses to say when they come."""

from __future__ import annotations

from dataclasses import dataclass

PARTNER_FLAG = "partner-recommendations"
FOOTER_FLAG = "new-footer"


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of change: where it may happen, how people call it, and whom it touches.

    `touches` names indicators; `{service}` in them is the service that changed.
    """

    name: str
    kind: str
    services: tuple[str, ...]
    truth: str
    phrase: str
    title: str
    touches: tuple[str, ...] = ()
    trait: str = ""
    undo: str = ""  # title of the change that takes it back; empty means it stays


TROUBLES = (
    Story(
        "bulky_import",
        "deploy",
        ("front", "mail"),
        "harmful",
        "an import grows memory by 40 %",
        "Know the streets of a postcode",
        ("{service} memory",),
        "bulky_import",
        "roll back",
    ),
    Story(
        "busy_import",
        "deploy",
        ("front", "checkout"),
        "harmful",
        "an import burns CPU on every request",
        "Give requests friendly names in the log",
        ("{service} cpu", "{service} latency"),
        "busy_import",
        "roll back",
    ),
    Story(
        "loud_mail",
        "deploy",
        ("mail",),
        "harmful",
        "a third of the mail lands in spam",
        "Write warmer order mails",
        ("mail delivered",),
        "loud_mail",
        "roll back",
    ),
    Story(
        "slow_query",
        "deploy",
        ("checkout",),
        "harmful",
        "a query that no index answers",
        "Count products that are alike",
        ("checkout latency", "checkout cpu", "front latency"),
        "slow_query",
        "roll back",
    ),
    Story(
        "failing",
        "deploy",
        ("front", "checkout"),
        "harmful",
        "three requests in a hundred fail",
        "Tidy up the reading of references",
        ("{service} errors", "front errors"),
        "failing",
        "roll back",
    ),
    Story(
        "ramp",
        "flag",
        ("front",),
        "harmful",
        "a flag ramped 10, 50, 100 %: from 50 % on the partner cannot keep up",
        PARTNER_FLAG,
        ("front latency",),
        undo=f"{PARTNER_FLAG} off",
    ),
    Story(
        "index",
        "database",
        ("checkout",),
        "harmful",
        "an index that was needed is dropped",
        "Drop index stock_by_sku, nobody seems to use it",
        ("checkout latency", "checkout cpu", "front latency"),
        undo="Create index stock_by_sku again",
    ),
    Story(
        "pool",
        "infrastructure",
        ("checkout",),
        "harmful",
        "the connection pool moved to a smaller, slower place",
        "Move the connection pool to the shared proxy",
        ("checkout latency", "front latency"),
        undo="Move the connection pool back",
    ),
)
PLAIN = Story(
    "plain",
    "deploy",
    ("front", "checkout", "mail"),
    "harmless",
    "a plain deploy with its warm-up",
    "",
)
BOT = Story(
    "bot",
    "deploy",
    ("front",),
    "harmless",
    "a plain deploy; a bot sends five bad requests just after it",
    "",
)
FLAG = Story("flag", "flag", ("front",), "harmless", "a flag without effect", FOOTER_FLAG)
SPIKE = Story(
    "spike",
    "external",
    ("front",),
    "harmless",
    "the newsletter brings four times the visitors, with the same share of errors",
    "Newsletter sent to all customers",
)
IMPROVEMENT = Story(
    "improvement",
    "deploy",
    ("checkout",),
    "improved",
    "a cache makes the dearest query cheap",
    "Keep what is bought together for a while",
    ("checkout latency", "checkout cpu", "front latency"),
    "pair_cache",
)
ANALYZE = Story(
    "analyze",
    "database",
    ("checkout",),
    "harmless",
    "statistics of the tables refreshed",
    "Analyze the catalogue",
)
LARGER_POOL = Story(
    "larger_pool",
    "infrastructure",
    ("checkout",),
    "harmless",
    "a pool that was large enough grows",
    "Grow the connection pool from 8 to 12",
)
HARMLESS = (
    *(PLAIN, PLAIN, PLAIN, PLAIN),
    *(BOT, FLAG, SPIKE, IMPROVEMENT, ANALYZE, LARGER_POOL),
)
SPARE = (PLAIN, PLAIN, PLAIN, PLAIN)  # fills what time is left at the end

PLAIN_TITLES = {
    "front": (
        "Round the corners of the order button",
        "Say how many pieces are left in words",
        "Sort the menu by season",
        "Shorten the page titles",
        "Translate the address form",
        "Update the pictures of the lamps",
        "Make the search box wider",
        "Explain the return policy in one sentence",
        "Fix a typing error on the start page",
        "Use the new logo",
        "Label the form fields for screen readers",
    ),
    "checkout": (
        "Rename the shelves of warehouse three",
        "Log the order number once",
        "Round prices half up",
        "Accept blanks around a postcode",
        "Bump the validation library",
        "Split the order module in two",
        "Name the columns in every statement",
        "Remove a dead branch from the tax rules",
        "Cover the voucher rules with tests",
        "Close the month on the first day",
    ),
    "mail": (
        "Greet customers by their first name",
        "Add the opening hours to the footer",
        "Use the new address of the office",
        "Bump the template library",
        "Write dates the local way",
        "Drop the fax number",
        "Keep the mail log for thirty days",
        "Name the sender after the shop",
        "Check the spelling of the letters",
        "Send the receipt as text as well",
    ),
}
