"""The tables and functions of schema `jwtroles`, and who may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.kinds.object_ref import ObjectRef
from jwtroles.kinds.own_table import OwnTable, watched
from jwtroles.kinds.stored_row import CLAIM_ROLE, ROLE_SETTING
from jwtroles.names import OWN_SCHEMA, QName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.kinds.function import Function
    from jwtroles.spec.model import Spec


@frozen
class OwnGrant:
    """One privilege on an object of schema `jwtroles`."""

    object: ObjectRef
    grantee: str
    privilege: str


@frozen
class Machinery:
    """What stands in schema `jwtroles`.

    Attributes:
        tables: the mapping, the settings, and what a mode of `verify:` needs besides.
        claims: the functions that policies call; they reveal a caller nothing but its own claims.
        login: the functions that make a token a role.
        session: those that do so for a whole session.
        internal: the functions that nobody but their owner may call.
        again: whether a token role may log in anew, and out.
    """

    tables: tuple[OwnTable, ...]
    claims: tuple[Function, ...]
    login: tuple[Function, ...]
    session: tuple[Function, ...] = ()
    internal: tuple[Function, ...] = ()
    again: bool = False

    @property
    def functions(self) -> tuple[Function, ...]:
        """Every function."""
        return (*self.internal, *self.claims, *self.login, *self.session)

    def grants(
        self,
        readers: Iterable[str],
        logins: Iterable[str],
        appliers: Iterable[str] = (),
        sessions: Iterable[str] = (),
    ) -> Iterator[OwnGrant]:
        """Yield who may use what.

        A function is checked for the caller where a policy of a view's owner calls it, and for the
        owner inside a definer function: so both are readers. None of them needs USAGE on the
        schema, since stored expressions are parsed already; whoever calls by name does.

        Args:
            readers: roles whose policies call accessors, and their callers: token roles, and the
                roles that own views and queries.
            logins: the logins that become token roles.
            appliers: roles that plan and create policies without being a member of the owner.
            sessions: the logins that may log in for a whole session.
        """
        for role in sorted(set(readers)):
            yield from _executes(self.claims, role)
        for role in sorted(set(logins)):
            yield _schema_usage(role)
            yield from _executes((*self.claims, *self.login), role)
        for role in sorted(set(sessions)):
            yield from _executes(self.session, role)
        for role in sorted(set(appliers)):
            yield _schema_usage(role)
            for table in self.tables:
                if not table.secret:
                    yield OwnGrant(ObjectRef("table", table.qname), role, "SELECT")
            yield from _executes(self.claims, role)


NO_MACHINERY = Machinery((), (), ())
"""In a database that jwtroles does not mark there is none."""


def _schema_usage(role: str) -> OwnGrant:
    return OwnGrant(ObjectRef("schema", QName(OWN_SCHEMA, OWN_SCHEMA)), role, "USAGE")


def _executes(functions: Iterable[Function], role: str) -> Iterator[OwnGrant]:
    for function in functions:
        ref = ObjectRef("function", function.name, function.arguments)
        yield OwnGrant(ref, role, "EXECUTE")


def _gateway(spec: Spec, types: Mapping[str, str]) -> Machinery:
    from jwtroles.verifier import gateway  # noqa: PLC0415 - only the mode of the file

    claims, login = gateway.functions(spec, types)
    return Machinery(_tables(spec.own_role), claims, login)


def _database(spec: Spec, types: Mapping[str, str]) -> Machinery:
    from jwtroles.verifier import database  # noqa: PLC0415 - only the mode of the file

    tables = (*_tables(spec.own_role), *database.tables(spec.own_role))
    return Machinery(
        tuple(
            watched(one, database.WATCHED[one.name]) if one.name in database.WATCHED else one
            for one in tables
        ),
        database.readers(spec, types),
        database.login(spec, types),
        database.login_session(spec) if spec.tokens.login_session else (),
        database.internal(spec),
        again=True,
    )


_MODES = {"gateway": _gateway, "database": _database}


def machinery(spec: Spec, types: Mapping[str, str]) -> Machinery:
    """Return what must stand in schema `jwtroles` for `spec`.

    Args:
        spec: the specification.
        types: type names of the file → PostgreSQL's own, as format_type prints them.
    """
    return _MODES[spec.tokens.verify](spec, types)


def _tables(owner: str) -> tuple[OwnTable, ...]:
    mapping = (("position", "integer"), ("conditions", "jsonb"), ("role", "text"))
    settings = (("role", "text"), ("name", "text"), ("value", "text"))
    return (
        OwnTable(CLAIM_ROLE.name, mapping, ("position",), owner),
        OwnTable(ROLE_SETTING.name, settings, ("role", "name"), owner),
    )
