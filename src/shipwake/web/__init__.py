"""Hooks, API, pages and gate over the flow and the store; writes through the flow alone, keys excepted."""

from shipwake.web.access import Scope
from shipwake.web.application import make
from shipwake.web.beside import beside
from shipwake.web.documents import describe
from shipwake.web.keys import new_link, new_token, revoke
from shipwake.web.serve import serve

__all__ = ["Scope", "beside", "describe", "make", "new_link", "new_token", "revoke", "serve"]
