"""A private PostgreSQL server for the demo, for tests and for `--database embedded`.

It listens on a Unix socket in a folder of this user's and on nothing else, and it is shared by
all processes of the user. :func:`default_server` is that one; :meth:`EmbeddedServer.private` is
one that lives as long as a `with` block, for work that creates roles. :func:`server_of` belongs to
one environment of a file, and :func:`start_loaded` fills it.
"""

from jwtroles.embedded.loaded import server_of, start_loaded
from jwtroles.embedded.scratch import scratch_database
from jwtroles.embedded.server import EmbeddedServer, default_server

__all__ = ["EmbeddedServer", "default_server", "scratch_database", "server_of", "start_loaded"]
