"""docs/attacks.md, written from the rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.attack.attacks import Attack

PAGE = Path(__file__).parents[2] / "docs" / "attacks.md"

HEAD = """\
# Attacks, and what stops each

The client of these attacks holds a login of `connect_as` and runs any SQL. It may have good
tokens of its own. The specification is [one of two tenants](../tests/attack/shop/jwtroles.yaml),
applied by jwtroles with `verify: database`.

Each attack runs on PostgreSQL 14 to 18, twice. As applied it must fail in the way that its row
says. Then the object in the last column is taken out of the catalog, and nothing else, and the
attack must succeed. So no row holds by chance. Where several objects are named, each of them
stops the attack by itself: it is run with all but one of them gone, for each one, and must fail
each time.

The statements are in [attacks.yaml](../tests/attack/attacks.yaml), and this page is written from
it: `pytest tests/attack --update`.

## What is not here

No object in the catalog stops these, so they have no row. They are limits of what PostgreSQL does.

- Foreign keys and unique keys tell whether a row of another tenant is there.
- A statement that has begun goes on: a cursor that has returned a row returns the others of its
  snapshot, also after the token has ended.
- Sizes and counters of tables (`pg_relation_size`, `pg_stat_user_tables`) are of all tenants, and
  EXPLAIN without ANALYZE shows estimates.
- A statement that meets no row raises nothing, so that a client without a token may learn that a
  table is empty, or that no row of it has a value in a column with an index.
- `SET ROLE` needs no token, and what a role may do outside of row security (functions, sequences,
  LOCK TABLE where it may change the whole table) needs none either.
- A trigger with SECURITY DEFINER runs before a row is judged where it is FOR EACH STATEMENT, BEFORE
  INSERT or, on a view, INSTEAD OF INSERT. It does what its owner may, as a rule DO INSTEAD does.
  The plan names them (JR534).
- Foreign keys act past row security: ON DELETE CASCADE and SET NULL reach rows of other tenants
  that refer to a row of one's own.
- What was written while a token held is committed later, also by COMMIT PREPARED.
- A role may drop the policies that name it, by `DROP OWNED`. It reads nothing then, and nobody else
  of that role does until the next apply. [Trust](trust.md) has an event trigger against it.
- Any client may hold advisory locks, make large objects, LISTEN and NOTIFY.
- A login may change its own password and settings, and cancel other connections of its own. On
  PostgreSQL 14 it may also make other roles members of itself.
- A client may keep its ticket and set it again in a later transaction of its connection, as long as
  its token holds.
- What a role's `rows` say of another table, which a condition looks into, is asked by itself: of
  two tokens of one tenant, one role and one holder it may be another one.
- The row before an UPDATE and the row after it are judged apart, so that two tokens move a row
  where the role may write the column of the floor. The plan names such lines (JR535).
- A NUL in a text, and `\\u0000` in a claim, are refused by PostgreSQL itself.

## The attacks
"""


def page(attacks: Sequence[Attack]) -> str:
    """Return the page."""
    lines = [HEAD, "| attack | the client | is stopped by |", "|---|---|---|"]
    for attack in attacks:
        stops = "<br>".join(map(_object, attack.stopped_by))
        since = f" (from {attack.since} on)" if attack.since > 14 else ""
        lines.append(f"| {attack.name}{since} | {attack.tries} | {stops} |")
    return "\n".join(lines) + "\n"


def _object(what: Mapping[str, str]) -> str:
    where = ", ".join(f"`{part}`" for part in _where(what))
    return f"{what['object']}: {where}" if where else what["object"]


def _where(what: Mapping[str, str]) -> Iterator[str]:
    if "policy" in what:
        yield f"{what['policy']} ON {what['table']}"
    elif "function" in what:
        yield what["function"].replace(",", ", ")
    elif "privilege" in what:
        yield f"REVOKE {what['privilege'].replace(' TO ', ' FROM ')}"
    else:
        yield what["restored"]
