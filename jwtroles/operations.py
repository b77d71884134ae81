"""What an operator does to tokens and keys, apart from the file: retire, revoke, make a new secret.

Each is one short transaction, and holds from its commit on: also in sessions that are logged in,
at their next statement. Nothing of it is in a plan.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.applier.locks import pause, retryable
from jwtroles.applier.transaction import LOAN_TIMEOUT
from jwtroles.errors import ApplyError, Problem
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Change, Context, Effect, Phase, Statement
from jwtroles.kinds.signing_key import SIGNING_KEY
from jwtroles.kinds.ticket_secret import MADE_HERE, TICKET_SECRET, new_secret_sql
from jwtroles.names import OWN_SCHEMA, QName, literal
from jwtroles.planner.model import Step
from jwtroles.planner.order import arrange
from jwtroles.planner.script import lines
from jwtroles.reader import ended
from jwtroles.spec.wording import did_you_mean, listed, tick

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from jwtroles.kinds.signing_key import SigningKey
    from jwtroles.planner.model import Batch
    from jwtroles.reader import Reading
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Spec
    from jwtroles.spec.token_model import Issuer

REVOCATION = QName(OWN_SCHEMA, "revocation")
_FOOTER = "Nothing was changed."
_LOCK_TIMEOUT = "5s"
ATTEMPTS = 3
"""How often it is tried: another database of the cluster may borrow the same membership now."""


def check_mode(spec: Spec) -> None:
    """Refuse a file whose tokens are verified elsewhere (JR632)."""
    if spec.tokens.verify != "database":
        message = "the gateway verifies tokens here: the database has no keys"
        remedy = "retire and revoke where tokens are verified, or use `verify: database`"
        raise _verifies_nothing(spec, message, remedy)


def check_verifies(spec: Spec, reading: Reading) -> None:
    """Refuse a file or a database without keys (JR632)."""
    check_mode(spec)
    if "signing_key" not in reading.catalog["own_table"]:
        message = f"{reading.structure.server.database} has no keys yet"
        raise _verifies_nothing(spec, message, "apply the file first:  jwtroles apply")


def _verifies_nothing(spec: Spec, message: str, remedy: str) -> ApplyError:
    place = spec.tokens.verify.place
    problem = Problem(codes.VERIFIES_NOTHING, message, place, remedy=remedy)
    return ApplyError(problem, footer=_FOOTER)


def key_called(reading: Reading, kid: str, issuer: str | None) -> SigningKey:
    """Return the key of the database that is meant.

    Raises:
        ApplyError: JR630 when there is none, JR631 when several issuers have one.
    """
    keys: Iterable[SigningKey] = reading.catalog["signing_key"].values()
    found = [k for k in keys if k.kid == kid and issuer in (None, k.issuer)]
    if len(found) == 1:
        return found[0]
    if found:
        issuers = listed(sorted({key.issuer for key in found}))
        message = f"several issuers have a key {tick(kid)}: {issuers}"
        remedy = "say whose it is with --issuer"
        raise ApplyError(Problem(codes.WHICH_ISSUER, message, remedy=remedy), footer=_FOOTER)
    known = sorted({key.kid for key in keys if issuer in (None, key.issuer)})
    message = f"the database has no key {tick(kid)}" + (f" of {issuer}" if issuer else "")
    label = did_you_mean(kid, known)
    remedy = f"its keys: {listed(known)}" if known else "it has none"
    raise ApplyError(
        Problem(codes.NO_SUCH_KEY, message, label=label, remedy=remedy), footer=_FOOTER
    )


def issuer_called(spec: Spec, name: str | None) -> Issuer:
    """Return the issuer of the file that is meant; the only one needs no naming.

    Raises:
        ApplyError: JR631.
    """
    issuers = {str(key): value for key, value in spec.tokens.issuers.items()}
    if name is None and len(issuers) == 1:
        return next(iter(issuers.values()))
    if name in issuers:
        return issuers[name]
    message = f"unknown issuer {tick(name)}" if name else f"which issuer? {listed(issuers)}"
    label = did_you_mean(name, issuers) if name else ""
    remedy = f"issuers of the file: {listed(issuers)}" if name else "say it with --issuer"
    raise ApplyError(
        Problem(codes.WHICH_ISSUER, message, label=label, remedy=remedy), footer=_FOOTER
    )


def retire(connection: Connection, spec: Spec, reading: Reading, key: SigningKey) -> bool:
    """End a key: what it signed is refused from the commit on; tell whether it was live."""
    sql = (
        f"UPDATE {SIGNING_KEY.sql} SET retired_at = clock_timestamp() "
        f"WHERE id = {key.id} AND retired_at = 'infinity' RETURNING id"
    )
    return bool(_run(connection, spec, reading, [sql]))


@frozen
class Revocation:
    """What is revoked.

    Attributes:
        issuer: whose tokens.
        what: `jti:…`, `sub:…`, or '' for every token of the issuer.
        before: tokens issued before this instant; None: before now, or a `jti` at any time. Now is
            what the issuer's clock may say at most.
    """

    issuer: Issuer
    what: str
    before: datetime | None = None


def revoke(connection: Connection, spec: Spec, reading: Reading, wanted: Revocation) -> str | None:
    """Refuse tokens before they expire; what no token can need any more is taken out.

    Returns:
        Before which instant a token has to be issued to be refused now (RFC 3339, '' for whenever);
        None where all of that was refused already.
    """
    now = f"clock_timestamp() + interval '{wanted.issuer.clock_skew} seconds'"
    before = "'infinity'" if wanted.what.startswith("jti:") else now
    if wanted.before is not None:
        before = f"{literal(wanted.before.isoformat())}::timestamptz"
    issuer, what = literal(str(wanted.issuer.name)), literal(wanted.what)
    values = ", ".join((issuer, what, before, _until(wanted.issuer)))
    sql = (
        f"WITH was AS (SELECT before FROM {REVOCATION.sql} "
        f"WHERE issuer = {issuer} AND what = {what}) "
        f"INSERT INTO {REVOCATION.sql} AS r (issuer, what, before, until) VALUES ({values}) "
        "ON CONFLICT (issuer, what) DO UPDATE SET before = greatest(r.before, excluded.before), "
        "until = greatest(r.until, excluded.until) "
        "RETURNING r.before IS DISTINCT FROM (SELECT before FROM was) AS more, "
        f"CASE WHEN isfinite(r.before) THEN {_rfc3339('r.before')} ELSE '' END AS instant"
    )
    prune = f"DELETE FROM {REVOCATION.sql} WHERE until < clock_timestamp()"
    (row,) = _run(connection, spec, reading, [sql, prune])
    return row["instant"] if row["more"] else None


def _until(issuer: Issuer) -> str:
    """Return when every token that is issued by now has expired, whatever clocks say."""
    if not issuer.max_lifetime:
        return "'infinity'"
    seconds = issuer.max_lifetime + 2 * issuer.clock_skew
    return f"clock_timestamp() + interval '{seconds} seconds'"


def rotate_ticket_secret(
    connection: Connection, spec: Spec, reading: Reading, before: datetime | None = None
) -> str | None:
    """Make the secret of tickets anew: every login ends, and a token can log in again.

    Args:
        connection: to the database.
        spec: the file.
        reading: what the database has.
        before: only a secret that was made before this instant.

    Returns:
        When the new one was made (RFC 3339); None where there is one that is not so old.
    """
    instant = "now()" if before is None else f"{literal(before.isoformat())}::timestamptz"
    old = (
        f"DELETE FROM {TICKET_SECRET.sql} WHERE ({MADE_HERE} AND made_at >= {instant}) IS NOT TRUE"
    )
    new = f"{new_secret_sql()} WHERE NOT EXISTS (SELECT FROM {TICKET_SECRET.sql}) "
    new += f"RETURNING {_rfc3339('made_at')} AS instant"
    rows = _run(connection, spec, reading, [old, new])
    return rows[0]["instant"] if rows else None


def _rfc3339(instant: str) -> str:
    """Return SQL for the text of an instant, to the microsecond."""
    return f"""to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def _run(
    connection: Connection, spec: Spec, reading: Reading, sent: list[str]
) -> list[dict[str, Any]]:
    """Run statements as the owner of the keys, in one transaction, and return their rows.

    Raises:
        ApplyError: JR633 with what the server says, JR617 when the session ended.
    """
    import psycopg  # noqa: PLC0415 - 160 ms

    server = reading.structure.server
    context = Context(server.version, spec.own_role, database=server.database)
    statements = tuple(Statement(sql, Phase.MAPPING, as_role=spec.own_role) for sql in sent)
    step = Step(Change("operation", "", None, None), Effect.NEUTRAL, "operation", statements)
    (batch,) = arrange([step], server, context, 0, 2**31)
    for attempt in range(ATTEMPTS):
        try:
            return _once(connection, batch)
        except psycopg.Error as error:
            if retryable(error) and attempt + 1 < ATTEMPTS:
                time.sleep(pause(attempt))
                continue
            raise _refused(error, spec) from None
    raise AssertionError("the last attempt returns or raises")


def _refused(error: psycopg.Error, spec: Spec) -> ApplyError:
    if ended.gone(error):
        message = f"the connection was lost{ended.why(error)}"
        remedy = ended.remedy(error, "run it again: it may be done twice")
        footer = "Rolled back, unless it was just committed."
        return ApplyError(Problem(codes.CONNECTION_LOST, message, remedy=remedy), footer=footer)
    message = f"the server refused: {ended.said(error) or error}"
    remedy = _REMEDIES.get(error.sqlstate or "", "mend its cause, then run it again")
    remedy = remedy.format(owner=spec.own_role)
    return ApplyError(Problem(codes.OPERATION_REFUSED, message, remedy=remedy), footer=_FOOTER)


_REMEDIES = {
    "42501": "run it as a role that may act as {owner}, such as the one that applies",
    "55P03": "another session holds what it needs: run it again when that is over",
    "57014": ended.CANCELED,
    "25006": "the server is read-only: run it on its primary, and replicas follow",
}


def _once(connection: Connection, batch: Batch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog")
        for line in lines(batch.statements):
            loan = line.statement is not None and line.statement.phase is Phase.BORROW
            wait = LOAN_TIMEOUT if loan else _LOCK_TIMEOUT
            connection.execute(f"SET LOCAL lock_timeout = '{wait}'")
            cursor = connection.execute(line.sql.encode())
            rows += cursor.fetchall() if cursor.description else ()
    return rows
