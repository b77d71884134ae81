"""Splits a difference of two ACLs into grants: what was passed on, and what hangs on what.

REVOKE … CASCADE takes along what a grantee has passed on (manual: REVOKE). What the file wants of
that is granted by the owner first, so that nobody loses it for an instant.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace

from jwtroles.kinds.acl import Acl, Grant, Right
from jwtroles.kinds.base import Change


def split(
    kind: str, _key: Hashable, before: Acl | None, after: Acl | None
) -> Iterable[Change[Grant]]:
    """Split a difference of two ACLs of one object into its grants.

    What hangs on the GRANT OPTION of another comes before what it hangs on.
    """
    old = before.rights if before else {}
    new = after.rights if after else {}
    acl = before or after
    assert acl is not None  # noqa: S101
    losing = {
        key
        for key, right in old.items()
        if right.passed_on and right.option != frozenset() and _loses_option(right, new.get(key))
    }
    granted: set[tuple[str, str]] = set()
    keys = old.keys() | new.keys()
    for key in sorted(keys, key=lambda key: (-len(old[key].hangs_on) if key in old else 0, key)):
        if old.get(key) == new.get(key):
            continue
        have, want = (
            Grant(acl.object, *key, rights[key], acl.owner) if key in rights else None
            for rights in (old, new)
        )
        if have is not None and before is not None and have.right.hangs_on:
            givers = {role for role, privilege in losing if privilege == key[1]}
            taken = have.right.grantors & givers & before.alone
            have = replace(have, right=replace(have.right, taken=taken))
        if have is not None and key in losing:
            below = tuple(_below(have, old, new, granted))
            granted |= {(one.grantee, one.privilege) for one in below}
            have = replace(have, below=below)
        yield Change(kind, (acl.object, *key), have, want)


def _loses_option(old: Right, new: Right | None) -> bool:
    if new is None or new.option is None:
        return new is None
    return old.option is None or bool(old.option - new.option)


def _below(
    grant: Grant,
    old: Mapping[tuple[str, str], Right],
    new: Mapping[tuple[str, str], Right],
    granted: Iterable[tuple[str, str]],
) -> Iterable[Grant]:
    """Yield what the file wants, is there, and hangs on a grant."""
    for key, right in sorted(old.items(), key=lambda item: item[0]):
        wanted = new.get(key)
        if wanted is None or key[1] != grant.privilege or key in granted:
            continue
        if grant.grantee in right.hangs_on and (right.columns is None) <= (wanted.columns is None):
            kept = right.columns if wanted.columns is None else wanted.columns & right.columns  # type: ignore[operator]
            if kept is None or kept:
                yield replace(grant, grantee=key[0], right=replace(wanted, columns=kept))
