"""What views, queries and the verifier's functions share: a role of ours makes and owns them.

The owner is a NOLOGIN role without members. It creates its object itself, which takes CREATE on
the schema for the length of the transaction (manual: CREATE FUNCTION, CREATE VIEW, ALTER … OWNER).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jwtroles.kinds.base import Context, Need, Origin, Phase, Statement
from jwtroles.kinds.own_schema import NAME as OWN_SCHEMA
from jwtroles.names import QName, ident


def with_create_right(
    name: QName, owner: str, body: Iterable[Statement], context: Context, origin: Origin
) -> Iterable[Statement]:
    """Wrap statements that `owner` runs in the loan of CREATE on the schema.

    And of USAGE on ours, where they name an accessor: what is stored needs it no more.
    """
    body = tuple(replace(statement, about=owner, slots=4) for statement in body)
    if owner == context.own_role or all(s.sql.startswith("COMMENT ON ") for s in body):
        yield from body
        return
    calls = any(f"{OWN_SCHEMA}." in statement.sql for statement in body)
    schema, role = ident(name.schema), ident(owner)
    needs = (Need("owner", context.schema_owners.get(name.schema, ""), f"schema {name.schema}"),)

    def lend(sql: str, *, as_role: str | None = None, needs: tuple[Need, ...] = ()) -> Statement:
        note = "for this transaction" if sql.startswith("GRANT") else ""
        return Statement(
            sql,
            Phase.DEFINERS,
            as_role=as_role,
            needs=needs,
            origin=origin,
            note=note,
            about=owner,
        )

    ours = context.own_role
    yield lend(f"GRANT CREATE ON SCHEMA {schema} TO {role}", needs=needs)
    if calls:
        yield lend(f"GRANT USAGE ON SCHEMA {OWN_SCHEMA} TO {role}", as_role=ours)
    yield from body
    if calls:
        yield lend(f"REVOKE USAGE ON SCHEMA {OWN_SCHEMA} FROM {role}", as_role=ours)
    yield lend(f"REVOKE CREATE ON SCHEMA {schema} FROM {role}", needs=needs)


def drop(sql: str, name: QName, phase: Phase, context: Context) -> Statement:
    """Return a DROP; whoever owns the schema may drop what stands in it (manual: DROP FUNCTION)."""
    if name.schema == OWN_SCHEMA:
        return Statement(sql, phase, as_role=context.own_role)
    owner = context.schema_owners.get(name.schema, "")
    return Statement(sql, phase, needs=(Need("owner", owner, f"schema {name.schema}"),))


def own_again(subject: str, name: QName, owners: tuple[str, str], phase: Phase) -> Statement:
    """Return ALTER … OWNER TO, which takes the rights of both, the old owner and the new one."""
    needs = tuple(Need("owner", owner, str(name)) for owner in owners)
    return Statement(f"ALTER {subject} OWNER TO {ident(owners[1])}", phase, needs=needs)
