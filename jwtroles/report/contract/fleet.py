"""Many plans as JSON: each that is different once, and for each database which one is its own."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from jwtroles import __version__
from jwtroles.errors import Exit
from jwtroles.frozen import frozen
from jwtroles.passwords import covered
from jwtroles.report.contract.build import failure, planned
from jwtroles.report.contract.model import CODEC, Fault, Planned
from jwtroles.report.contract.schema import schema_of
from jwtroles.report.verdict import exit_of

if TYPE_CHECKING:
    from jwtroles.targets.model import Fleet, Outcome

FORMAT = 1
"""The version of the contract."""

State = Literal["in_sync", "different", "failed"]


@frozen
class TargetEntry:
    """A database: what it is called and where, and what came of it.

    `address` is without user and password. `plan` is a position in the list of plans, null where
    none was made; then `errors` says why.
    """

    name: str
    address: str
    state: State
    plan: int | None
    errors: tuple[Fault, ...]


@frozen
class FleetPlanned:
    """The plans of many databases; those that are alike are one, that of the first database in it.

    `shard` is which part of how many this is about, null for all.
    """

    format: int
    jwtroles: str
    project: str
    environment: str
    shard: str | None
    exit_code: int
    databases: int
    in_sync: int
    different: int
    failed: int
    plans: tuple[Planned, ...]
    targets: tuple[TargetEntry, ...]


def render_fleet(fleet: Fleet, allowed: tuple[str, ...], exit_code: Exit) -> str:
    """Return the plans of all databases as JSON, without a final line end."""
    made = tuple(
        planned(fleet.plans[digest], allowed, exit_of(fleet.plans[digest], allowed))
        for digest, _ in fleet.groups
    )
    where = {digest: number for number, (digest, _) in enumerate(fleet.groups)}
    targets = tuple(_target(one, where.get(one.alike)) for one in fleet.outcomes)
    counts = Counter(one.state for one in targets)
    whole = FleetPlanned(
        format=FORMAT,
        jwtroles=__version__,
        project=fleet.project,
        environment=fleet.environment,
        shard=fleet.shard or None,
        exit_code=int(exit_code),
        databases=len(targets),
        in_sync=counts["in_sync"],
        different=counts["different"],
        failed=counts["failed"],
        plans=made,
        targets=targets,
    )
    return json.dumps(CODEC.encode(whole, FleetPlanned), indent=2)


def _target(one: Outcome, plan: int | None) -> TargetEntry:
    errors = failure(one.error, one.error.exit_code).errors if one.error else ()
    name, address = covered(one.target.name), covered(one.target.address)
    return TargetEntry(name, address, one.state.value, plan, errors)  # type: ignore[arg-type]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the plans of many databases."""
    title = "jwtroles plan --format json, of many databases"
    return schema_of((FleetPlanned,), f"urn:jwtroles:fleet:{FORMAT}", title, FORMAT)
