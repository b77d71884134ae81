"""From a database to a file: what it says about access, proved by a plan that is empty."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.decompile.claims import Claims, Declared
from jwtroles.decompile.columns import NAME, NO_GROUP, withheld
from jwtroles.decompile.draft import Choices, Draft, Kept, RoleDraft
from jwtroles.decompile.found import Found
from jwtroles.decompile.managed import managed_draft
from jwtroles.decompile.managed.restoring import differing as by_hand
from jwtroles.decompile.managed.restoring import not_restored, restored, unmarked, without_mark
from jwtroles.decompile.missed import missed
from jwtroles.decompile.naming import named
from jwtroles.decompile.others import left_to_others
from jwtroles.decompile.policies import stated
from jwtroles.decompile.predicates import written as condition
from jwtroles.decompile.proof import not_proved, prove, said_of, together
from jwtroles.decompile.rights import rights_of
from jwtroles.decompile.roles import entrances, facts_of
from jwtroles.decompile.service import left_to_service, undecided
from jwtroles.decompile.standing import said_of_floors, standing
from jwtroles.decompile.surveying import find
from jwtroles.decompile.uncompared import not_compared
from jwtroles.decompile.writing import write
from jwtroles.errors import Problem, Refused, UsageError
from jwtroles.frozen import frozen
from jwtroles.names import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jwtroles.decompile.draft import FloorDraft, Key
    from jwtroles.decompile.standing import FloorOfOthers
    from jwtroles.reader.connection import Connection
    from jwtroles.verifier.key_sources import Document

ROUNDS = 100
"""How often a file is written anew at most; each round says something in another way."""


@frozen
class Imported:
    """A file whose plan is empty.

    Attributes:
        text: the file.
        notes: what it could not say, and whom it leaves to others.
        said: how much of everything it has, for a person.
        documents: the public keys of issuers, each beside the file under the path that it names.
        restored: what jwtroles makes by itself and the database lacks: the plan puts it back, and
            does nothing else. Empty where the plan is empty.
    """

    text: str
    notes: tuple[Problem, ...]
    said: str
    documents: tuple[Document, ...] = ()
    restored: tuple[Problem, ...] = ()


def import_database(
    connection: Connection, project: str, schemas: tuple[str, ...] = (), name: str = "jwtroles.yaml"
) -> Imported:
    """Return a file that says what a database has, byte for byte the same for the same database.

    Args:
        connection: to the database; nothing is changed in it.
        project: the name that the file gives its project.
        schemas: the schemas to import, or globs; () for all that are not PostgreSQL's own.
        name: what errors call the file.

    Raises:
        UsageError: JR814 when there is no schema to import.
        Refused: JR813 when what was written would change the database.
        ServerError: JR005 when the server does not answer what has to be asked.
    """
    found = find(connection, schemas)
    if not found.schemas:
        message = f"no schema to import in the database {found.structure.server.database}"
        raise UsageError(Problem(codes.NOTHING_TO_IMPORT, message, remedy="--schemas names them"))
    if lost := tuple(without_mark(found)):
        raise Refused(*lost, footer="Nothing was written.")
    choices = Choices()
    differing = partial(by_hand, found=found) if found.project else None
    for _ in range(ROUNDS):
        documents: Mapping[str, Document] = {}
        if found.project:
            draft, tokens = managed_draft(found, choices)
            documents = tokens.documents
        else:
            draft = drafted(found, project, choices)
        written = write(draft)
        proof = prove(connection, written, choices, name, documents, differing)
        if proof.plan is not None and proof.plan.empty:
            beside = () if found.project else tuple(undecided(found, proof.plan.structure))
            if beside != choices.beside:
                choices = replace(choices, beside=beside)
                continue
            return Imported(written.text, draft.notes, _said(draft), tuple(documents.values()))
        if proof.choices == choices and found.project and proof.plan is not None:
            back = restored(proof.plan, found)
            if back is not None:
                text = write(replace(draft, restored=back)).text
                return Imported(text, draft.notes, _said(draft), tuple(documents.values()), back)
        if proof.choices == choices and not choices.groups:
            break
        # What a group of columns cannot say is said column by column.
        stuck = proof.choices == choices
        choices = Choices(groups=False) if stuck else proof.choices
    problems = not_proved(proof)
    if found.project and proof.plan is not None:
        problems = tuple(not_restored(proof.plan, found))
    raise Refused(*unmarked(found), *problems, footer="Nothing was written.")


def drafted(found: Found, project: str, choices: Choices) -> Draft:
    """Return the file of a database, as far as its language is known to say it."""
    entered = entrances(found)
    claims = Claims()

    def said(keys: tuple[Key, ...], text: str) -> str:
        return condition(text, choices.form(keys, text), claims)

    floors = standing(found, choices)
    under = said_of_floors(floors, found, said)
    security = stated(found, choices, {one for floor in floors for one in floor.policies}, said)
    group = withheld(found) if choices.groups else NO_GROUP
    roles = []
    for role in found.roles:
        if role not in entered.logins:
            theirs = role in found.platform
            facts = {} if theirs else dict(facts_of(role, found, entered))
            token = theirs or role in entered.taken
            rights = dict(rights_of(role, found, token=token, group=group))
            if rights or not theirs:
                roles.append(RoleDraft(role, {**facts, **rights}))
    public = dict(rights_of(PUBLIC, found, token=False, group=group))
    if public:
        roles.append(RoleDraft(PUBLIC, public))
    columns = (c.name for r in found.structure.relations.values() for c in r.columns)
    rows, policies = named(security.policies, ("claims", *columns))
    kept = (*security.kept, *choices.kept)
    keep = together(kept, found.structure.server.version)
    database: dict[str, Any] = {"schemas": found.schemas, "unmarked": True}
    if found.service is not None:
        database["hosted_by"] = found.service.name
    declared = dict(map(_claim, claims.declared()))
    return Draft(
        project=project,
        database=database | ({"connect_as": entered.logins} if entered.logins else {}),
        tokens={"verify": "gateway", "claims": declared} if declared else {},
        floors=under,
        policies_only=tuple(map(str, found.lent)),
        rows=rows,
        columns={NAME: group.patterns} if group.patterns else {},
        policies=policies,
        row_security=security.row_security,
        force_row_security=security.force_row_security,
        roles=tuple(roles),
        keep=keep,
        notes=tuple(_notes(found, entered.logins, floors, under, keep, choices)),
    )


def _claim(one: Declared) -> tuple[str, dict[str, Any]]:
    said: dict[str, Any] = {"type": one.type}
    path = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in one.path)
    if path != f"/{one.name}":
        said["path"] = path
    return one.name, {**said, "read": one.read}


def _notes(
    found: Found,
    logins: Iterable[str],
    floors: tuple[FloorOfOthers, ...],
    drafts: tuple[FloorDraft, ...],
    keep: tuple[Kept, ...],
    choices: Choices,
) -> Iterator[Problem]:
    for floor, draft in zip(floors, drafts, strict=True):
        name = str(draft.said.get("name", ""))
        yield from (Problem(codes.NOT_UNDER, said) for said in missed(floor, name, found))
    yield from left_to_service(found)
    yield from choices.beside
    yield from left_to_others(found)
    for policy in found.all_policies:
        if policy not in found.policies:
            roles = ", ".join(sorted(policy.roles))
            what = f"policy {policy.name} on {policy.table} is for {roles} alone"
            yield Problem(codes.NOT_COMPARED, what)
    yield from not_compared(found, logins)
    for one in keep:
        yield Problem(codes.NOT_SAID, f"{said_of(one.said)}: {one.reason}")


def _said(draft: Draft) -> str:
    parts = (
        (draft.roles, "role", "roles"),
        ((*draft.floors, *draft.tenancy), "floor", "floors"),
        (draft.views, "view", "views"),
        (draft.queries, "query", "queries"),
        (draft.lookups, "lookup", "lookups"),
        (draft.policies, "policy", "policies"),
    )
    told = [f"{len(part)} {one if len(part) == 1 else many}" for part, one, many in parts if part]
    return ", ".join([*(told or ["no roles"]), f"{len(draft.keep)} kept"])
