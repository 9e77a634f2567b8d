"""Slack's words for why it did not do something: which of them pass, and what each asks for; no word is guessed."""

PASSES = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
}
GONE = {"message_not_found", "cant_update_message"}
INVITE = "invite the app there with /invite, and check `channel`"
TOKEN = "install the app again and set `token` to its new bot token"  # noqa: S105 - words
HELP = {
    "users_not_found": "nobody in this workspace has that e-mail address; correct it, or set `channel`",
    "channel_not_found": INVITE,
    "not_in_channel": INVITE,
    "is_archived": "the channel is archived; set `channel` to another",
    "restricted_action": "an administrator allows no posts there; set `channel` to another",
    "messages_tab_disabled": "switch on the Messages tab under App Home in the app's settings",
    "edit_window_closed": "let apps edit their messages, in the workspace's settings",
    "msg_too_long": "this is a mistake of ours; report it with the change's id",
    "msg_blocks_too_long": "this is a mistake of ours; report it with the change's id",
    "invalid_blocks": "this is a mistake of ours; report it with the change's id",
    "missing_scope": "add the scope under OAuth & Permissions, and install the app again",
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), TOKEN
    ),
}
