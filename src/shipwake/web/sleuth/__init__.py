"""Sleuth's API under its own paths, so that its clients move by a new address; refuses nothing that they may send.

`Front` stands before the door and turns Sleuth's ways of showing a key into ours.
"""

from shipwake.web.sleuth import deploys, graph, impact
from shipwake.web.sleuth.contract import refuses
from shipwake.web.sleuth.front import Front

routers = (deploys.router, impact.router, graph.router)

__all__ = ["Front", "refuses", "routers"]
