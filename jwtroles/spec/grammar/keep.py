"""`keep:` what the file does not say and leaves as it is."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from jwtroles.spec.grammar.terms import ROLE, TABLE, TEXT
from jwtroles.spec.model import COMMANDS, UNGOVERNED, Word
from jwtroles.spec.naming import Name
from jwtroles.spec.records import Field, Record
from jwtroles.spec.shapes import ByForm, ListOf, Made
from jwtroles.spec.stated_model import Keep
from jwtroles.spec.words import Choice, Day, Text

if TYPE_CHECKING:
    from jwtroles.errors import Place

PRIVILEGES = (
    *COMMANDS,
    *UNGOVERNED,
    "usage",
    "execute",
    "create",
    "connect",
    "temporary",
)


ATTRIBUTES = ("login", "inherit", "createdb", "connection_limit")
"""Attributes of a role that a file may leave as they are; others reach around row security."""


OPTION = "grant_option"
"""The attribute of a grant."""


def _keep(
    *,
    reason: Word,
    place: Place,
    until: date | None = None,
    privilege: tuple[Word, ...] = (),
    **words: Word,
) -> tuple[Keep, ...]:
    """Return an entry for each privilege of a list: each keeps something by itself, or nothing."""
    if not privilege:
        return (Keep(words, reason, until, place),)
    first: tuple[str, ...] = ("grant", "to")
    head = {key: words.pop(key) for key in first if key in words}
    places = (place,) if len(privilege) == 1 else (one.place for one in privilege)
    return tuple(
        Keep({**head, "privilege": one, **words}, reason, until, where)
        for one, where in zip(privilege, places, strict=True)
    )


_PRIVILEGE = Choice("a privilege", PRIVILEGES)

KEEP: Record[tuple[Keep, ...]] = Record(
    "an entry of `keep`",
    _keep,
    (
        Field("policy", TABLE),
        Field("name", Name("the name of a policy")),
        Field("grant", Text("an object, such as app.tags or `schema app`")),
        Field("to", ROLE),
        Field(
            "privilege",
            ByForm(
                "a privilege or a list of privileges",
                text=Made(_PRIVILEGE, lambda _key, word: (word,)),
                items=ListOf(_PRIVILEGE, "a list of privileges"),
            ),
        ),
        Field("membership", ROLE),
        Field("of", ROLE),
        Field("role", ROLE),
        Field("attribute", Choice("an attribute of a role or a grant", (*ATTRIBUTES, OPTION))),
        Field("setting", Text("the name of a setting")),
        Field("reason", TEXT, required=True),
        Field("until", Day()),
    ),
    one_of=("policy", "grant", "membership", "role", "setting"),
)

KEEPS = Made(
    ListOf(KEEP, "a list of what stays as it is"),
    lambda _key, entries: tuple(chain.from_iterable(entries)),
)
