"""Compiles a specification against a database's structure into the catalog that must be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.catalog import Catalog, Structure
from jwtroles.compiler.access import Granted, Names, accesses_of
from jwtroles.compiler.bind import Scope
from jwtroles.compiler.callers import Closed, check_callers, leave_extensions, let_call
from jwtroles.compiler.definers import compile_definers, owners_of
from jwtroles.compiler.floors import Binder, FloorOn, bind_floors
from jwtroles.compiler.gate import Gate
from jwtroles.compiler.grants import (
    Owners,
    Rights,
    asked_by_views,
    definer_rights,
    future_rights,
    other_rights,
    table_rights,
    type_rights,
)
from jwtroles.compiler.guard import Gateway, Guard
from jwtroles.compiler.lookups import compile_lookups
from jwtroles.compiler.policies import exempt_policies, row_security
from jwtroles.compiler.policies_only import check_policies_only
from jwtroles.compiler.reach import check_cycles, check_reach
from jwtroles.compiler.renames import renames_of
from jwtroles.compiler.rights import Inheritance, check_combinations, check_inserts
from jwtroles.compiler.roles import declared_roles, login_settings, memberships, roles_left
from jwtroles.compiler.stated import stated_security
from jwtroles.compiler.tokenless import check_floored_views, check_maintain
from jwtroles.errors import Collector, CompileError
from jwtroles.frozen import frozen
from jwtroles.kinds.base import Origin
from jwtroles.kinds.own_schema import OwnSchema
from jwtroles.kinds.renames import NO_RENAMES, Renames
from jwtroles.names import GLOB, OWN_SCHEMA, QName, text_matches
from jwtroles.verifier import NO_MACHINERY, Machinery, accessor, claim_rows, machinery, setting_rows
from jwtroles.verifier.key_objects import key_objects
from jwtroles.verifier.key_sources import NO_KEYS, Keys

if TYPE_CHECKING:
    from jwtroles.spec.model import Environment, Spec


@frozen
class Compiled:
    """What a specification compiles to.

    Attributes:
        catalog: the objects that must be there, each with its origin.
        definers: the roles that own views, queries and lookups.
        lookups: the roles that own lookups.
        granted: every access, for reports and checks.
        floors: every floor, on each of its tables.
        renames: what exists under an old name.
    """

    catalog: Catalog
    definers: frozenset[str]
    lookups: frozenset[str]
    granted: tuple[Granted, ...]
    floors: tuple[FloorOn, ...] = ()
    renames: Renames = NO_RENAMES

    @property
    def floored(self) -> frozenset[QName]:
        """The tables under a floor."""
        return frozenset(floor.table for floor in self.floors)


def compile_spec(
    spec: Spec, environment: Environment | None, structure: Structure, keys: Keys = NO_KEYS
) -> Compiled:
    """Compile `spec` for `environment` against what the database has.

    Args:
        spec: what holds in the environment.
        environment: its names of roles.
        structure: what the database has.
        keys: the keys that verify tokens there.

    Raises:
        CompileError: every way in which the file does not fit the database, at once.
    """
    problems = Collector()
    _check_schemas(spec, Names.of(environment), structure, problems)
    _check_own_schema(spec, structure, problems)
    _check_types(spec, structure, problems)
    problems.raise_if_any(CompileError, _FOOTER)
    compiled = _compile(spec, environment, structure, keys, problems)
    problems.raise_if_any(CompileError, _FOOTER)
    return compiled


_FOOTER = "Nothing was planned."


def _compile(
    spec: Spec,
    environment: Environment | None,
    structure: Structure,
    keys: Keys,
    problems: Collector,
) -> Compiled:
    names = Names.of(environment)
    scope = Scope.of(structure)
    inheritance = Inheritance.of(spec, names)
    guard, binder = _guarded(spec, names, scope, inheritance, problems)
    declared = accesses_of(spec, names, structure, problems)
    holders = frozenset(map(names, spec.token_roles)) | owners_of(spec)
    bare = spec.database.unmarked
    floored = () if bare else bind_floors(binder, names, holders, structure)
    owners = compile_definers(spec, scope, guard, floored, structure, problems)
    lookups = compile_lookups(spec, scope, guard, structure, problems)
    renames = renames_of(spec, names, structure, problems)
    granted = (*declared, *owners.accesses(floored, guard, structure), *lookups.accesses(structure))
    if bare:
        security = stated_security(spec, names, binder, structure)
    else:
        security = row_security(granted, floored, binder, structure, guard)
    check_combinations(granted, inheritance, problems)
    check_policies_only(granted, floored, structure, problems)
    check_inserts(granted, floored, structure, problems)
    check_reach(security, granted, inheritance, problems)
    check_floored_views(spec, names, granted, floored, problems)
    check_maintain(granted, structure, problems)
    check_cycles(security, problems)
    exempt = exempt_policies(spec, names, security.tables, structure)
    machine = NO_MACHINERY if bare else machinery(spec, structure.types)
    rights = Rights(stated=bare)
    table_rights(rights, granted, structure)
    future_rights(rights, spec, names, structure)
    other_rights(rights, spec, names, structure, problems)
    definer_rights(rights, spec, names, owners)
    type_rights(rights, sorted(owners.roles | lookups.roles))
    leave_extensions(spec, structure, rights)
    closed = Closed.of(spec, structure, rights)
    check = (security.policies, granted, owners, inheritance, problems)
    check_callers(spec, names, closed, rights, *check)
    let_call(closed, rights, security.policies, (*owners.functions, *lookups.functions.values()))
    lookups.grant(rights, (*security.asked, *asked_by_views(spec, names, owners)))
    if not bare:
        _machine_rights(rights, machine, spec, names, holders | lookups.roles)
    definers = owners.roles | lookups.roles
    roles = tuple(declared_roles(spec, names, definers, structure, renames, problems))
    catalog = Catalog.of(
        {
            "role": (*roles, *roles_left(structure, roles)),
            "login_setting": login_settings(spec, names),
            "membership": memberships(spec, names, structure),
            "own_schema": () if bare else [OwnSchema(spec.own_role, str(spec.project))],
            "own_table": machine.tables,
            "function": (*machine.functions, *lookups.functions.values(), *owners.functions),
            "view": owners.views,
            "table_security": security.tables,
            "policy": (*security.policies, *exempt),
            "acl": rights.acls(Owners(structure, owners, lookups.owners, spec.own_role)),
            "claim_role": () if bare else claim_rows(spec, names),
            "role_setting": () if bare else setting_rows(spec, names),
            **({} if bare else key_objects(spec, keys)),
        }
    )
    return Compiled(catalog, definers, lookups.roles, granted, floored, renames)


def _guarded(
    spec: Spec, names: Names, scope: Scope, inheritance: Inheritance, problems: Collector
) -> tuple[Guard, Binder]:
    """Return what guards tables in the mode of `verify:`, and what binds predicates for it."""
    if spec.tokens.verify == "database":
        binder = Binder(spec, scope, None, problems)
        return Gate.of(spec, names, inheritance, binder), binder
    return Gateway(), Binder(spec, scope, accessor, problems)


def _machine_rights(
    rights: Rights, machine: Machinery, spec: Spec, names: Names, readers: frozenset[str]
) -> None:
    """Give what is asked of our own schema to those who log in and those whose policies ask it."""
    logins = frozenset(names(login.name) for login in spec.database.connect_as)
    # Where the gateway sets the role first, that role calls pre_request(); a token role that was
    # logged in may log in again.
    again = spec.tokens.role_set_by is not None or machine.again
    callers = logins | frozenset(map(names, spec.token_roles)) if again else logins
    sessions = frozenset(map(names, spec.tokens.login_session))
    for grant in machine.grants(readers, callers, sessions=sessions):
        rights.add(grant.object, grant.grantee, grant.privilege, Origin(spec.project.place))


def _check_schemas(spec: Spec, names: Names, structure: Structure, problems: Collector) -> None:
    """Every schema of the file is there, and belongs to whom the file says."""
    wanted = spec.database.owner
    for schema in spec.database.schemas:
        found = [name for name in structure.managed if text_matches(schema, name)]
        if not found:
            said = f"no schema matches {schema}" if GLOB in schema else f"no schema {schema}"
            message = f"{said} in the database {structure.server.database}"
            remedy = "run the migrations first, or mend database.schemas"
            problems.add(codes.NO_SUCH_SCHEMA, message, schema.place, remedy=remedy)
        for name in found:
            owner = structure.schemas[name]
            if wanted and owner != names(wanted):
                problems.add(
                    codes.WRONG_OWNER,
                    f"schema {name} belongs to {owner}, not to {wanted}",
                    wanted.place,
                    remedy="leave database.owner out: owners are read from the catalog",
                )


def _check_own_schema(spec: Spec, structure: Structure, problems: Collector) -> None:
    """The schema `jwtroles` is of this project, or there is none."""
    other = structure.roles.get(structure.schemas.get(OWN_SCHEMA, ""))
    if spec.database.unmarked and OWN_SCHEMA in structure.schemas:
        problems.add(
            codes.MARKED_ALREADY,
            f"schema {OWN_SCHEMA} is in the database {structure.server.database}",
            spec.project.place,
            remedy="take `unmarked` out, or import the database anew",
        )
    elif other is not None and other.project not in (None, str(spec.project)):
        problems.add(
            codes.NOT_OURS,
            f"schema {OWN_SCHEMA} belongs to project {other.project}",
            spec.project.place,
            remedy="one project for each database: put both files into one",
        )


def _check_types(spec: Spec, structure: Structure, problems: Collector) -> None:
    """Every type that the file names exists."""
    named = [(claim.type, claim.type.place) for claim in spec.tokens.claims.values()]
    for query in spec.queries.values():
        named += [(kind, kind.place) for kind in (*query.params.values(), *query.returns.values())]
    named += [(lookup.type, lookup.type.place) for lookup in spec.lookups.values()]
    for kind, place in named:
        if kind not in structure.types:
            remedy = "schema-qualify a type of your own (app.invoice_status)"
            problems.add(codes.NO_SUCH_TYPE, f"no type {kind}", place, remedy=remedy)
