"""Policies as the file states them: each once, for all tables that have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.decompile.draft import Choices, Kept, Key, StatedDraft
from jwtroles.decompile.patterns import patterns
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from jwtroles.decompile.found import Found
    from jwtroles.kinds.policy import Policy
    from jwtroles.names import QName


@frozen
class Stated:
    """The policies of a file, tables with row security alone and those it binds the owner of.

    `kept` is what the file cannot say.
    """

    policies: tuple[StatedDraft, ...]
    row_security: tuple[str, ...]
    force_row_security: tuple[str, ...]
    kept: tuple[Kept, ...]


def key_of(policy: Policy) -> Key:
    """Return what two policies have in common that the file states once."""
    roles = tuple(sorted(policy.roles))
    shape = (policy.name, policy.permissive, policy.command, roles)
    return (*shape, policy.using, policy.check)


def conditions_of(key: Key) -> tuple[str, ...]:
    """Return the conditions of the policies that have a key."""
    *_, using, check = key
    return tuple(text for text in dict.fromkeys((using, check)) if text is not None)


def stated(
    found: Found,
    choices: Choices,
    floors: Container[Policy],
    said: Callable[[tuple[Key, ...], str], str],
) -> Stated:
    """Return what the file states of row security.

    Args:
        found: the database.
        choices: what the language turned out not to be able to say.
        floors: the policies that floors are.
        said: a condition as PostgreSQL prints it → as the file writes it.
    """
    tables: dict[Key, list[QName]] = {}
    kept: list[Kept] = []
    for policy in (one for one in found.policies if one not in floors):
        key = key_of(policy)
        why = choices.kept_policies.get(key, "")
        if policy.table not in found.secured:
            why = f"row security of {policy.table} is off, so that it does nothing"
        if why:
            words = (("policy", str(policy.table)), ("name", policy.name))
            kept.append(Kept(words, why))
        else:
            tables.setdefault(key, []).append(policy.table)
    drafts = [_draft(key, names, found, said) for key, names in tables.items()]
    left = {one for one in found.secured if not found.structure.relations[one].policies_only}
    left -= {name for names in tables.values() for name in names}
    left -= {policy.table for policy in found.policies if policy in floors}
    relations = found.structure.relations
    forced = {
        one for one in relations if relations[one].forced and not relations[one].policies_only
    }
    order = sorted(drafts, key=lambda one: (one.tables, one.name, one.command, one.to))
    return Stated(tuple(order), _alone(left, found), _alone(forced, found), tuple(kept))


def _alone(tables: set[QName], found: Found) -> tuple[str, ...]:
    """Return tables by globs without exceptions, which have no place here, else by name."""
    words, out = patterns(tables, found)
    return tuple(map(str, sorted(tables))) if out else words


def _draft(
    key: Key,
    names: list[QName],
    found: Found,
    said: Callable[[tuple[Key, ...], str], str],
) -> StatedDraft:
    name, permissive, command, roles, using, check = key
    words, out = patterns(names, found)
    return StatedDraft(
        (key,),
        name,
        words,
        roles,
        out,
        command,
        not permissive,
        None if using is None else said((key,), using),
        None if check is None else said((key,), check),
    )
