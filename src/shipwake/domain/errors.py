"""The one root of every error shipwake raises on purpose; it refuses to be raised without saying what to do."""


class ShipwakeError(Exception):
    """Something shipwake was asked to do cannot be done; the message says what was read and what to do next.

    `permanent` tells a retry loop whether trying the same again can ever help.
    """

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent


class BadInputError(ShipwakeError):
    """What was sent is not what is asked for: says where, what was read, what is allowed."""

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class NaiveTimeError(BadInputError):
    """A time without a zone was given: send RFC 3339 with an offset, such as 2026-02-03T10:00:00Z."""


class NotFoundError(ShipwakeError):
    """The thing asked for does not exist here: check the id, or list what there is."""
