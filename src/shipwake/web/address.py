"""From where a request comes: the peer, or what a configured proxy says of it; nobody else's word is believed."""

from collections.abc import Collection
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import Request

from shipwake.config import Network

UNKNOWN = "unknown"
MOST_HOPS = 20
HOME_BITS = 64
"""Of an IPv6 address: what is given to one household or machine."""
Address = IPv4Address | IPv6Address


def address_of(request: Request, proxies: Collection[Network]) -> str:
    """The asker's address. X-Forwarded-For is read from its right end, past proxies of ours only."""
    here = _parsed(request.client.host) if request.client else None
    if here is None:
        return UNKNOWN
    told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for hop in reversed(told[-MOST_HOPS:]):
        if not _among(here, proxies):
            break
        before = _parsed(hop)
        if before is None:
            break
        here = before
    return str(here)


def neighbourhood(address: str) -> str:
    """What is limited together: an IPv4 address, or the network of an IPv6 one, which has no end of addresses."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> HOME_BITS << HOME_BITS))
    return address


def _parsed(text: str) -> Address | None:
    """An address as a proxy may write it, with or without brackets and port; IPv4 within IPv6 is IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    with suppress(ValueError):
        found = ip_address(text.partition("%")[0])
        return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
    return None


def _among(address: Address, networks: Collection[Network]) -> bool:
    return any(address.version == n.version and address in n for n in networks)
