"""The server of the tests of the web, for the fuzzing of its API."""

from tests.web.conftest import admin, here

__all__ = ["admin", "here"]
