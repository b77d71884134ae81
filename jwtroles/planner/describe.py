"""What a change is about, in a few words: `policy jr_floor on app.invoices`.

For messages and for changes that no section of a report has a form for. Names stand as they are;
whoever prints them makes them visible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jwtroles.kinds.acl import Grant
    from jwtroles.kinds.base import Change


def describe(change: Change[Any]) -> str:
    """Return the object of a change as a person knows it."""
    words = _WORDS.get(change.kind)
    if words is not None:
        return words(change.subject)
    key = change.key if isinstance(change.key, tuple) else (change.key,)
    return " ".join([change.kind.replace("_", " "), *map(str, key)])


def roles_of(change: Change[Any]) -> tuple[str, ...]:
    """Return the roles whose access a change is about, in name order; none for what nobody has."""
    about = _ROLES.get(change.kind, lambda _: ())
    return tuple(sorted(about(change.subject)))


def object_of(change: Change[Any]) -> str:
    """Return the object of the database that a change is on, as the file names it, or ''."""
    about = _OBJECTS.get(change.kind, lambda _: "")
    return about(change.subject)


def grant_words(grant: Grant) -> str:
    """Return a grant as `update (note, total) on app.invoices for member`."""
    columns = grant.right.columns
    listed = f" ({', '.join(sorted(columns))})" if columns is not None else ""
    what = _ON.get(grant.object.cls, "{}").format(grant.object)
    if grant.object.cls == "default":
        what = default_words(grant)
    return f"{grant.privilege.lower()}{listed} on {what} for {grant.grantee}"


def default_words(grant: Grant) -> str:
    """Return what default privileges are about: `new tables of app_owner in schema app`."""
    name = grant.object.name
    schema = f" in schema {name.schema}" if name.schema else ""
    return f"new {name.name.lower()} of {grant.object.arguments}{schema}"


_ON = {
    "type": "type {}",
    "schema": "schema {}",
    "database": "database {}",
    "large_object": "large object {}",
    "sequence": "sequence {}",
    "function": "function {}",
    "procedure": "procedure {}",
}


def _point(number: int) -> str:
    return _BASE_POINTS.get(number, f"key {number}")


_BASE_POINTS = {-1: "the base point of P-256", -2: "the base point of edwards25519"}

_WORDS: dict[str, Callable[[Any], str]] = {
    "role": lambda role: f"role {role.name}",
    "login_setting": lambda one: f"setting {one.name} of {one.role}, stored with it",
    "membership": lambda one: f"membership of {one.member} in {one.role}",
    "own_schema": lambda _: "schema jwtroles",
    "own_table": lambda table: f"table {table.qname}",
    "function": lambda function: f"function {function.name}({function.arguments})",
    "view": lambda view: f"view {view.name}",
    "table_security": lambda security: f"row security of {security.table}",
    "policy": lambda policy: f"policy {policy.name} on {policy.table}",
    "acl": grant_words,
    "ticket_secret": lambda one: "secret of tickets" + ("" if one.here else " of another database"),
    "curve_multiple": lambda one: f"multiples of {_point(one.point)}",
    "key_pad": lambda one: f"secret of key {one.id}" if one.id else "secrets that nobody can tell",
    "signing_key": lambda key: f"key {key.kid or key.id} of {key.issuer}",
    "issuer": lambda issuer: f"issuer {issuer.issuer}",
    "claim_role": lambda row: f"mapping rule {row.position}",
    "role_setting": lambda row: f"setting {row.name} of {row.role}",
}

_ROLES: dict[str, Callable[[Any], Iterable[str]]] = {
    "role": lambda role: (role.name,),
    "membership": lambda one: (one.member,),
    "policy": lambda policy: policy.roles,
    "acl": lambda grant: (grant.grantee,),
    "claim_role": lambda row: (row.role,),
    "role_setting": lambda row: (row.role,),
}

_OBJECTS: dict[str, Callable[[Any], str]] = {
    "own_schema": lambda _: "jwtroles",
    "own_table": lambda table: str(table.qname),
    "function": lambda function: f"{function.name}({function.arguments})",
    "view": lambda view: str(view.name),
    "table_security": lambda security: str(security.table),
    "policy": lambda policy: str(policy.table),
    "acl": lambda grant: str(grant.object),
}
