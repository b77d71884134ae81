"""What a specification says of what others made: policies as they are, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from jwtroles.errors import Place
from jwtroles.frozen import frozen
from jwtroles.names import QName, parse_qname
from jwtroles.spec.token_model import empty
from jwtroles.spec.word import Word


@frozen
class StatedPolicy:
    """One entry of `policies:` a policy with the name that it has in the database.

    Attributes:
        tables: names and globs of the tables that have it; `except_` is taken out.
        to: whom it is for, by the names of the catalog; PUBLIC for everybody.
        for_: the command: `all`, `select`, `insert`, `update` or `delete`.
        using, check: the two conditions; a policy may lack either.
    """

    name: Word
    tables: tuple[Word, ...]
    to: tuple[Word, ...]
    except_: tuple[Word, ...] = ()
    for_: Word = Word("all")
    restrictive: bool = False
    using: Word | None = None
    check: Word | None = None
    place: Place | None = field(default=None, compare=False)


@frozen
class StandingPolicy:
    """`policy` of a floor: the policy that it is in a database that jwtroles does not mark.

    Attributes:
        name: how it is called on each table; `{table}` in it stands for the table's name.
        names: tables and partitions on which it is called otherwise.
        permissive: whether it is a floor because no other policy of its tables gives rows.
        check: whether its condition stands a second time, as WITH CHECK.
        partitions: whether the partitions of its tables have it too.
        to: whom it is for; () for everybody.
    """

    name: Word
    permissive: bool = False
    check: bool = False
    partitions: bool = True
    to: tuple[Word, ...] = ()
    names: Mapping[Word, Word] = field(default_factory=empty)
    place: Place | None = field(default=None, compare=False)

    def called(self, table: QName) -> Word:
        """Return its name on a table."""
        apart = (name for word, name in self.names.items() if parse_qname(word) == table)
        return next(apart, Word(self.name.replace(TABLE_NAME, table.name), self.name.place))


TABLE_NAME = "{table}"
"""What stands for the name of a table in the name of a floor's policy."""


@frozen
class Keep:
    """One entry of `keep:`, something that the file does not say and that stays as it is.

    Attributes:
        words: how it is called, such as `policy` and `name`.
        until: the last day on which it is kept.
    """

    words: Mapping[str, Word]
    reason: Word
    until: date | None = None
    place: Place | None = field(default=None, compare=False)
