"""Rows of jwtroles' own tables: the claim-to-role mapping, and the settings of roles.

They are diffed row by row like every other object. The tables belong to jwtroles' own role, which
writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any

from jwtroles.frozen import frozen
from jwtroles.kinds.base import NOWHERE, Change, Context, Effect, Origin, Phase, Row, Statement
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.mirror import Abroad, about
from jwtroles.kinds.own_schema import leave_with_schema
from jwtroles.names import OWN_SCHEMA, QName, ident, literal

CLAIM_ROLE = QName(OWN_SCHEMA, "claim_role")
ROLE_SETTING = QName(OWN_SCHEMA, "role_setting")


@frozen
class ClaimRole:
    """A row of jwtroles.claim_role: the first whose conditions all hold decides the role.

    Attributes:
        position: 1 is tried first.
        conditions: JSON text of an array of {claim, path, split, test, value}, keys sorted.
        role: the role that the token becomes.
    """

    position: int
    conditions: str
    role: str
    origin: Origin = field(default=NOWHERE, compare=False)


@frozen
class RoleSetting:
    """A row of jwtroles.role_setting, applied to the transaction when the role is taken.

    ALTER ROLE … SET works at login and not at SET ROLE (manual section 20.1.3), so it is kept here.
    """

    role: str
    name: str
    value: str
    origin: Origin = field(default=NOWHERE, compare=False)


def conditions_text(conditions: Iterable[Mapping[str, Any]]) -> str:
    """Return conditions as JSON text in one form, so that equal conditions are equal texts."""
    return json.dumps(list(conditions), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def parse_claim_role(row: Row) -> Iterable[ClaimRole]:
    """Read a row of claim_role.sql."""
    yield ClaimRole(row["position"], conditions_text(row["conditions"]), row["role"])


def parse_role_setting(row: Row) -> Iterable[RoleSetting]:
    """Read a row of role_setting.sql."""
    yield RoleSetting(row["role"], row["name"], row["value"])


def _insert(table: QName, values: Mapping[str, str]) -> str:
    names = ", ".join(map(ident, values))
    return f"INSERT INTO {table.sql} ({names}) VALUES ({', '.join(values.values())})"


def _delete(table: QName, key: Mapping[str, str]) -> str:
    where = " AND ".join(f"{ident(name)} = {value}" for name, value in key.items())
    return f"DELETE FROM {table.sql} WHERE {where}"


def _row_statements(
    table: QName,
    key: Mapping[str, str],
    values: Mapping[str, str] | None,
    change: Change[Any],
    context: Context,
) -> Iterable[Statement]:
    if change.before is not None:
        yield Statement(_delete(table, key), Phase.UNMAP, as_role=context.own_role)
    if values is not None:
        sql = _insert(table, {**key, **values})
        origin = change.subject.origin
        yield Statement(sql, Phase.MAPPING, as_role=context.own_role, origin=origin)


def claim_role_statements(change: Change[ClaimRole], context: Context) -> Iterable[Statement]:
    """DELETE the old row before everything else, INSERT the new one after everything else."""
    after = change.after
    key = {"position": str(change.subject.position)}
    values = (
        {"conditions": literal(after.conditions), "role": literal(after.role)} if after else None
    )
    yield from _row_statements(CLAIM_ROLE, key, values, change, context)


def role_setting_statements(change: Change[RoleSetting], context: Context) -> Iterable[Statement]:
    """DELETE the old row, INSERT the new one."""
    subject, after = change.subject, change.after
    key = {"role": literal(subject.role), "name": literal(subject.name)}
    values = {"value": literal(after.value)} if after else None
    yield from _row_statements(ROLE_SETTING, key, values, change, context)


def claim_role_effect(change: Change[ClaimRole], _context: Context) -> Effect:
    """A mapping row lets tokens in; a changed one lets in others."""
    if change.before is None:
        return Effect.LOOSENS
    return Effect.TIGHTENS if change.after is None else Effect.UNKNOWN


def role_setting_effect(_change: Change[RoleSetting], _context: Context) -> Effect:
    """Settings are no boundary: a client may change most of them."""
    return Effect.NEUTRAL


def claim_role_abroad(row: ClaimRole, abroad: Abroad) -> ClaimRole:
    """Return a rule with the other name of its role, which the claim `role` may name as well."""
    role = abroad.roles.role(row.role)
    same = row.conditions == conditions_text([named_itself(row.role)])
    conditions = conditions_text([named_itself(role)]) if same else row.conditions
    return replace(row, role=role, conditions=conditions)


def named_itself(role: str) -> Mapping[str, Any]:
    """Return the condition of a gateway that sets the role: the claim `role` names it."""
    return {"claim": "role", "path": ["role"], "split": None, "test": "equals", "value": role}


CLAIM_ROLE_KIND: Kind[ClaimRole] = Kind(
    "claim_role",
    parse_claim_role,
    lambda row: row.position,
    claim_role_statements,
    claim_role_effect,
    store="claim_role",
    reads=("position", "conditions", "role"),
    leave=leave_with_schema,
    abroad=claim_role_abroad,
    tried_in_order=True,
)

ROLE_SETTING_KIND: Kind[RoleSetting] = Kind(
    "role_setting",
    parse_role_setting,
    lambda row: (row.role, row.name),
    role_setting_statements,
    role_setting_effect,
    store="role_setting",
    reads=("role", "name", "value"),
    leave=leave_with_schema,
    abroad=lambda row, abroad: replace(row, role=abroad.roles.role(row.role)),
    level=about(lambda row: (row.role,)),
)
