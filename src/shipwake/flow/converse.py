"""What people say back of a change: kept and shown beside the verdict, never over it."""

from shipwake.domain import BadInputError, NotFoundError, Reply, ReplyKind
from shipwake.flow.river import River
from shipwake.store import Deed
from shipwake.wire.chance import new_id

LONGEST = 10_000


def converse(
    river: River,
    change_id: str,
    *,
    author: str,
    kind: ReplyKind,
    text: str = "",
    via: str = "page",
    deed: Deed | None = None,
) -> Reply:
    """Keep one reply; raises NotFoundError for an unknown change and BadInputError for an empty or endless comment.

    `deed` says who asked for it, for the audit log.
    """
    text = text.strip()
    if len(text) > LONGEST:
        message = f"the reply has {len(text)} characters; at most {LONGEST} are kept, so shorten it or link to the rest"
        raise BadInputError(message, where="text")
    if kind is ReplyKind.COMMENT and not text:
        message = "the comment is empty; write what you want to say"
        raise BadInputError(message, where="text")
    reply = Reply(
        id=new_id(),
        change=change_id,
        at=river.clock.now(),
        author=author or "somebody",
        kind=kind,
        text=text,
        via=via,
    )
    with river.store.write() as tx:
        if tx.changes.get(change_id) is None:
            message = f"there is no change {change_id!r}; list the changes to find its id"
            raise NotFoundError(message)
        tx.replies.add(reply)
        if deed:
            tx.audit.add(deed)
    return reply
