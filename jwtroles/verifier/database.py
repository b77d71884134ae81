"""`verify: database`: a token becomes a ticket, and every policy asks the ticket.

A ticket is a setting of the session: the role, the end, the key, the mapping row and the claims of
a token that was verified, under a MAC with a secret of the database. A client may overwrite it, and
then has no access. What policies call checks all of it at each statement, so that the token need
not be verified again, and nothing has to be written anywhere: it works on a standby.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from jwtroles.kinds.function import SAFE_PATH, Function
from jwtroles.kinds.own_table import EVERY_CHANGE, OwnTable
from jwtroles.names import OWN_SCHEMA, QName, ident
from jwtroles.verifier import jws
from jwtroles.verifier.claims import AUTHORIZED, CLAIMS, pointer_steps, trusted, typed
from jwtroles.verifier.key_objects import secrets_held
from jwtroles.verifier.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwtroles.spec.model import Spec

Functions = tuple[Function, ...]

FIRST_FIELD = 12
"""Position in a ticket of the first claim; before it MAC, role, end, generation, time of issue,
key, mapping row and its version, issuer, jti and sub."""

WATCHED = {
    "claim_role": EVERY_CHANGE,
    "signing_key": EVERY_CHANGE,
    "revocation": EVERY_CHANGE,
    "ticket_secret": "INSERT",
}
"""Tables on which a login rests → after what a new generation begins."""

STEADY = (*SAFE_PATH, "DateStyle=iso, ymd", "TimeZone=utc")
"""Settings of the function that makes tickets: times in them, and times of claims without a zone,
mean the same to every session."""

_LOGIN = "token text, requested text DEFAULT NULL"


def ticket_secret(owner: str) -> OwnTable:
    """Return the table of the key under which tickets are made: of one row, of this database.

    Its `generation` is another one whenever a key, the mapping or a revocation has changed: a
    ticket that carries it needs no look at them.
    """
    columns = (
        ("database", "oid"),
        ("system", "bigint"),
        ("inner_pad", "bytea"),
        ("outer_pad", "bytea"),
        ("generation", "uuid"),
        ("made_at", "timestamp with time zone"),
    )
    return OwnTable("ticket_secret", columns, ("database",), owner, secret=True)


def tables(owner: str) -> tuple[OwnTable, ...]:
    """Return the tables behind tokens and tickets, but for those that every mode has."""
    return (*jws.tables(owner), ticket_secret(owner))


def internal(spec: Spec) -> Functions:
    """Return the functions that nobody but their owner may call."""
    made, owner, project = _Maker(spec), spec.own_role, str(spec.project)
    return (
        *jws.functions(owner, project),
        secrets_held(owner, project),
        made.inner("claim_text", "claim jsonb, form text, separator text", "text", "i"),
        made.inner(
            "role_for",
            "claims jsonb, requested text",
            "TABLE(role text, rule integer, version xid, until timestamp with time zone)",
        ),
        made.inner("snapshot_is_new", "generation uuid", "boolean"),
        made.inner("still_holds", "ticket text", "boolean"),
        replace(made.inner("refuse", "text[]", "void"), settings=SAFE_PATH),
        replace(made.inner("changed", "", "trigger"), definer=True, settings=SAFE_PATH),
    )


def readers(spec: Spec, types: Mapping[str, str]) -> Functions:
    """Return the functions that policies call.

    VOLATILE, so that a retired key is seen at the next call, whatever the snapshot of a cursor is;
    PARALLEL RESTRICTED, so that the leader calls them, whose process the ticket names, and scans
    may still be parallel (manual section 15.4). PL/pgSQL without a SET clause, which would cost
    more than the rest: every name in them is qualified instead.
    """
    made = _Maker(spec)
    claims = tuple(enumerate(typed(trusted(spec.tokens), types), start=FIRST_FIELD))
    columns = ", ".join(f"{ident(claim.name)} {claim.returns}" for _, claim in claims)
    row = (made.reader(CLAIMS, f"TABLE({columns})", "claims", claims=claims),) if claims else ()
    return (
        made.reader(AUTHORIZED, "boolean", "authorized"),
        *row,
        *(
            made.reader(claim.function, claim.returns, "accessor", field=field, claim=claim)
            for field, claim in claims
        ),
    )


def login(spec: Spec, types: Mapping[str, str]) -> Functions:
    """Return the functions that make a token a role for a transaction, and undo it."""
    made = _Maker(spec)
    claims = typed(trusted(spec.tokens), types)
    subject = spec.tokens.application_name
    carried = None if subject is None else pointer_steps(spec.tokens.claims[subject].path)
    ticket = made.function(
        "issue_ticket",
        "token text, requested text",
        "TABLE(role text, ticket text, subject text, names text[], settings text[])",
        claims=claims,
        fixed=FIRST_FIELD - 3,
        subject=carried,
    )
    return (
        replace(ticket, definer=True, settings=STEADY),
        made.function("login", "token text, requested text", "text", local="true"),
        made.function("login", "token text", "text", "login_as_mapped"),
        made.function("logout", "", "void"),
        made.function("pre_request", "", "void"),
    )


def login_session(spec: Spec) -> Functions:
    """Return the function that makes a token a role until the session ends or logs out."""
    made = _Maker(spec)
    return (
        made.function(
            "login_session", "token text, requested text", "text", "login", local="false"
        ),
    )


class _Maker:
    """Makes the functions of one project."""

    def __init__(self, spec: Spec) -> None:
        self._owner = spec.own_role
        self._project = str(spec.project)

    def function(
        self, name: str, arguments: str, returns: str, template: str = "", **values: Any
    ) -> Function:
        """Return a function with the rights of whoever calls it.

        Without a SET clause: `role` cannot be set inside a definer function, and a search_path
        would be undone at the end although a role's settings may ask for one.
        """
        return Function(
            QName(OWN_SCHEMA, name),
            arguments=arguments,
            returns=returns,
            language="plpgsql",
            volatility="v",
            parallel="u",
            definer=False,
            settings=(),
            body=render(f"database/{template or name}.sql.j2", **values),
            owner=self._owner,
            project=self._project,
        )

    def inner(
        self, name: str, arguments: str, returns: str, volatility: Literal["i", "v"] = "v"
    ) -> Function:
        """Return a function for its owner alone.

        Whoever calls it sets the search path, or every name in it is qualified.
        """
        return replace(self.function(name, arguments, returns), volatility=volatility, parallel="r")

    def reader(self, name: QName, returns: str, template: str, **values: Any) -> Function:
        """Return a function that a policy calls with the roles that it serves."""
        made = self.function(name.name, "text[]", returns, template, **values)
        return replace(made, parallel="r", definer=True)
