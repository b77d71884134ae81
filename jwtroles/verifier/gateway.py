"""`verify: gateway`: a gateway has verified the token and sets its payload for the transaction.

The promise holds for clients without SQL alone (PostgREST, Supabase, PostGraphile): whoever can
run SET can also set `request.jwt.claims`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.kinds.function import SAFE_PATH, Function
from jwtroles.names import OWN_SCHEMA, QName
from jwtroles.verifier.claims import TypedClaim, trusted, typed
from jwtroles.verifier.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwtroles.spec.model import Spec

Functions = tuple[Function, ...]


def functions(spec: Spec, types: Mapping[str, str]) -> tuple[Functions, Functions]:
    """Return the functions that policies call, and those that make a token a role."""
    claims = typed(trusted(spec.tokens), types)
    made = _Maker(spec.own_role, str(spec.project), spec.tokens.role_set_by is not None)
    accessors = tuple(made.accessor(claim) for claim in claims)
    return (made.claims(), *accessors), (
        made.pre_request(claims),
        made.role_for(),
        made.settings_for(),
    )


class _Maker:
    """Makes the functions of one project."""

    def __init__(self, owner: str, project: str, role_is_set: bool) -> None:  # noqa: FBT001
        self._owner = owner
        self._project = project
        self._role_is_set = role_is_set

    def claims(self) -> Function:
        """The payload as the gateway set it."""
        return self._reader(QName(OWN_SCHEMA, "claims"), "jsonb", render("gateway/claims.sql.j2"))

    def accessor(self, claim: TypedClaim) -> Function:
        """One claim, typed."""
        body = render("gateway/accessor.sql.j2", claim=claim)
        return self._reader(claim.function, claim.returns, body)

    def _reader(self, name: QName, returns: str, body: str) -> Function:
        """A function that policies call.

        PL/pgSQL, because its plans are kept for the session: in a point read it costs half of what
        an SQL function does, inlined or not. Without a SET clause, which would cost more than the
        rest; every name in the body is qualified instead. STABLE, never IMMUTABLE: the planner
        would keep the first caller's claim. PARALLEL SAFE: settings, transaction-local ones too,
        are copied to parallel workers (manual section 15.4).
        """
        return Function(
            name,
            arguments="",
            returns=returns,
            language="plpgsql",
            volatility="s",
            parallel="s",
            definer=False,
            settings=(),
            body=body,
            owner=self._owner,
            project=self._project,
        )

    def pre_request(self, claims: tuple[TypedClaim, ...]) -> Function:
        """Check the claims, take the role (or check the one that is set) and its settings.

        SECURITY INVOKER: `role` cannot be set inside a definer function. Without a SET clause for
        search_path: at the end it would undo the search_path that a role's settings ask for.
        """
        return Function(
            QName(OWN_SCHEMA, "pre_request"),
            arguments="",
            returns="void",
            language="plpgsql",
            volatility="v",
            parallel="u",
            definer=False,
            settings=(),
            body=render("gateway/pre_request.sql.j2", claims=claims, role_is_set=self._role_is_set),
            owner=self._owner,
            project=self._project,
        )

    def role_for(self) -> Function:
        """Find the role in the mapping, which the login itself cannot read."""
        body = render("gateway/role_for.sql.j2", role_is_set=self._role_is_set)
        return self._definer("role_for", "claims jsonb", "text", body)

    def settings_for(self) -> Function:
        """Read the settings of a role, which the login itself cannot read."""
        body = render("gateway/settings_for.sql.j2")
        returns = "TABLE(name text, value text)"
        return self._definer("settings_for", "token_role text", returns, body)

    def _definer(self, name: str, arguments: str, returns: str, body: str) -> Function:
        return Function(
            QName(OWN_SCHEMA, name),
            arguments=arguments,
            returns=returns,
            language="plpgsql",
            volatility="s",
            parallel="s",
            definer=True,
            settings=SAFE_PATH,
            body=body,
            owner=self._owner,
            project=self._project,
        )
