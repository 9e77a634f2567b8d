"""Sign-in through an OpenID Connect provider: the provider as we ask it, and what a browser carries meanwhile."""

from shipwake.web.oidc.attempt import Attempt
from shipwake.web.oidc.provider import Provider, Refused, Somebody

__all__ = ["Attempt", "Provider", "Refused", "Somebody"]
