"""What a specification says of what others made: policies as they are, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from jwtroles.errors import Place
from jwtroles.frozen import frozen
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
