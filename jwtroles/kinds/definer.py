"""What views, queries and the verifier's functions share: a role of ours makes and owns them.

The owner is a NOLOGIN role without members. It creates its object itself, which takes CREATE on
the schema for the length of the transaction (manual: CREATE FUNCTION, CREATE VIEW, ALTER … OWNER).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jwtroles.kinds.base import Context, Need, Origin, Phase, Statement
from jwtroles.names import OWN_SCHEMA, QName, ident


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
    own = name.schema == OWN_SCHEMA  # a lookup, whose role keeps USAGE there to grant it
    calls = not own and any(f"{OWN_SCHEMA}." in statement.sql for statement in body)
    phase = Phase.LOOKUPS if own else Phase.DEFINERS
    schema_owner = context.own_role if own else context.schema_owners.get(name.schema, "")

    def lent(privilege: str, schema: str, owned_by: str) -> tuple[Statement, Statement]:
        """Return the loan of a privilege and its end, both by the schema's owner."""
        ours = schema == OWN_SCHEMA
        words = f"{privilege} ON SCHEMA {ident(schema)}"
        give, take = f"GRANT {words} TO {ident(owner)}", f"REVOKE {words} FROM {ident(owner)}"
        loan = Statement(
            give,
            phase,
            as_role=owned_by if ours else None,
            needs=() if ours else (Need("owner", owned_by, f"schema {schema}"),),
            origin=origin,
            note="for this transaction",
            about=owner,
        )
        return loan, replace(loan, sql=take, note="")

    loans = [lent("CREATE", name.schema, schema_owner)]
    loans += [lent("USAGE", OWN_SCHEMA, context.own_role)] if calls else []
    yield from (loan for loan, _ in loans)
    yield from body
    yield from (end for _, end in reversed(loans))


def renamed(subject: str, name: QName, owner: str, context: Context, origin: Origin) -> Statement:
    """Return ALTER … RENAME, which takes the owner's rights and CREATE on the schema."""
    schema_owner = context.schema_owners.get(name.schema, "")
    needs = (Need("owner", owner, str(name)), Need("owner", schema_owner, f"schema {name.schema}"))
    sql = f"ALTER {subject} RENAME TO {ident(name.name)}"
    return Statement(sql, Phase.RENAME, needs=needs, origin=origin)


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
