"""The types of `databases:` the ways to say which databases an environment has."""

from __future__ import annotations

from dataclasses import field

from jwtroles.errors import Place
from jwtroles.frozen import frozen
from jwtroles.spec.word import Word


@frozen
class ListedDatabases:
    """`databases: […]`: each is a libpq URL, a service name or `${VARIABLE}`, not expanded."""

    urls: tuple[Word, ...]


@frozen
class ServerDatabases:
    """`databases: {on: …, like: …}`: those of one server whose names are as a glob says.

    Attributes:
        on: the address of any database of the server; the others are reached in the same way.
        like: names or globs of databases.
        except_: names or globs of those that are left out.
    """

    on: Word
    like: tuple[Word, ...]
    except_: tuple[Word, ...] = ()
    place: Place | None = field(default=None, compare=False)


@frozen
class AskedDatabases:
    """`databases: {from: …, query: …}`: a query whose rows are connection strings, each a secret.

    Attributes:
        from_: the address of the database that knows them.
        query: a SELECT of one column.
    """

    from_: Word
    query: Word
    place: Place | None = field(default=None, compare=False)


Databases = ListedDatabases | ServerDatabases | AskedDatabases
