"""Rights of one database as another one is to have them: what it has not, it cannot give."""

from __future__ import annotations

from dataclasses import replace

from jwtroles import codes
from jwtroles.kinds.acl import Acl, Right
from jwtroles.kinds.mirror import Abroad, Mirror
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.names import PUBLIC, QName
from jwtroles.versions import MAINTAIN


def abroad(acl: Acl, abroad: Abroad) -> Acl:
    """Return rights on an object by its other name, and on new objects of a role by the role's."""
    ref = acl.object
    if ref.cls == "database":
        old, new = abroad.database
        name = QName("", new) if ref.name.name == old else ref.name
        return replace(acl, object=replace(ref, name=name))
    if ref.cls == "default":
        return replace(acl, object=replace(ref, arguments=abroad.roles.role(ref.arguments)))
    return acl


def mirrored(source: Acl | None, target: Acl | None, mirror: Mirror) -> Acl | None:
    """Take the rights of the source on an object that both have.

    In a schema that is not managed nothing is ever given: there, rights are only taken away.
    """
    found = source if source is not None else target
    assert found is not None  # noqa: S101 - one of them is there
    ref, grantees = found.object, {grantee for grantee, _ in found.rights} - {PUBLIC}
    if source is None:
        if _there(ref, mirror) or ref in mirror.going:
            return None
        mirror.leaves(_called(ref), *grantees)
        return target
    owner = _owner(ref, mirror)
    if owner is None:
        mirror.lacks(_called(ref), *grantees)
        return target
    rights = {
        key: part
        for key, right in source.rights.items()
        if key[0] != owner and (part := _part(ref, key, right, mirror)) is not None
    }
    managed = ref.name.name in mirror.target.schemas or ref in mirror.coming
    if ref.cls == "schema" and not managed:
        had = target.rights if target is not None else {}
        rights = {key: right for key, right in rights.items() if key in had}
    return Acl(ref, rights, owner) if rights else None


def level(source: Acl | None, target: Acl | None, roles: frozenset[str]) -> Acl | None:
    """Take the rights of the source, but those of some roles as they are here."""
    found = source if source is not None else target
    if found is None:
        return None
    if found.object.cls == "default" and found.object.arguments in roles:
        return target
    rights = {k: r for k, r in (source.rights if source else {}).items() if k[0] not in roles}
    rights |= {k: r for k, r in (target.rights if target else {}).items() if k[0] in roles}
    return replace(found, rights=rights) if rights else None


def declared(
    source: Acl | None,
    target: Acl | None,
    there: Acl | None,
    here: Acl | None,
    _faithful: bool,  # noqa: FBT001 - each right is compared by itself
) -> Acl | None:
    """Leave each right that the file gives in one of the two alone as the target has it."""
    found = next((one for one in (source, target, here) if one is not None), None)
    if found is None:
        return None
    rights, kept, theirs, ours = (
        dict(one.rights) if one is not None else {} for one in (source, target, there, here)
    )
    for key in theirs.keys() | ours.keys():
        one, other = theirs.get(key), ours.get(key)
        wanted = rights.get(key)
        if one is None or other is None:
            wanted = kept.get(key)
        elif one != other and wanted == one:
            wanted = other
        if wanted is None:
            rights.pop(key, None)
        else:
            rights[key] = wanted
    return replace(found, rights=rights) if rights else None


def _there(ref: ObjectRef, mirror: Mirror) -> bool:
    """Tell whether the source has an object, so that its having no right on it says something."""
    if ref.cls == "default":
        return ref.arguments in mirror.source.roles
    return ref in mirror.source.owners


def _owner(ref: ObjectRef, mirror: Mirror) -> str | None:
    if ref.cls != "default":
        return mirror.owner(ref)
    schema = ref.name.schema
    there = not schema or ObjectRef("schema", QName(schema, schema)) in mirror.target.owners
    return ref.arguments if there and mirror.has_role(ref.arguments) else None


def _part(ref: ObjectRef, key: tuple[str, str], right: Right, mirror: Mirror) -> Right | None:
    """Return what of a right the target can give."""
    grantee, privilege = key
    if grantee != PUBLIC and not mirror.has_role(grantee):
        mirror.lacks(f"role {grantee}", grantee)
        return None
    if privilege == "MAINTAIN" and mirror.target.version < MAINTAIN:
        message = f"{grantee} may maintain {ref} in {mirror.source.label}; "
        message += f"{mirror.target.label} has no such privilege before PostgreSQL 17"
        mirror.note(codes.NO_MAINTAIN, message)
        return None
    known = mirror.target.columns.get(ref.name)
    if right.columns is None or known is None or ref.cls != "table":
        return right
    for column in sorted(right.columns - known):
        mirror.lacks(f"column {ref}.{column}", grantee)
    columns = right.columns & known
    option = right.option & known if right.option is not None else None
    return replace(right, columns=columns, option=option) if columns else None


def _called(ref: ObjectRef) -> str:
    """Return an object with its class: `table app.invoices`."""
    if ref.cls != "default":
        return f"{ref.cls.replace('_', ' ')} {ref}"
    schema = f" in a schema {ref.name.schema}" if ref.name.schema else ""
    return f"role {ref.arguments} that makes {ref.name.name.lower()}{schema}"
