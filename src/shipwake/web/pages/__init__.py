"""The pages: each a view made from one read of the store, a template that only shows it, and the same view as JSON."""

from fastapi import APIRouter

from shipwake.flow import River
from shipwake.web.pages import (
    audit_page,
    backtest_page,
    change_page,
    heard_page,
    keys_page,
    list_page,
    sli_pages,
    sources_page,
)


def router(river: River) -> APIRouter:  # noqa: ARG001 - each route asks for the river of its own request
    """All pages; to be included last, since the path of a change takes what is left below it."""
    pages = APIRouter(include_in_schema=False)
    first = (
        list_page,
        heard_page,
        sources_page,
        sli_pages,
        backtest_page,
        keys_page,
        audit_page,
    )
    for module in (*first, change_page):
        pages.include_router(module.router)
    return pages
