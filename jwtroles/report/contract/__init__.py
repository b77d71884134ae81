"""A plan, or the errors in its place, as JSON: a contract with a version and a published schema.

Keys are never renamed and never change their meaning within a `format`; a new key is a new format,
because the schema allows no other. Names stand as the database has them, every character that is
not ASCII as an escape, so that nothing in them can act on a terminal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jwtroles.errors import Exit, JwtrolesError
from jwtroles.report.contract.build import failure, planned
from jwtroles.report.contract.model import CODEC, Failure, Planned
from jwtroles.report.contract.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.planner.model import Plan


def render_json(plan: Plan, allowed: Iterable[str], exit_code: Exit) -> str:
    """Return a plan as JSON, without a final line end; the same plan gives the same text."""
    return _text(CODEC.encode(planned(plan, tuple(allowed), exit_code), Planned))


def render_failure(error: JwtrolesError) -> str:
    """Return the errors that there are in the place of a result, without a final line end."""
    return _text(CODEC.encode(failure(error, error.exit_code), Failure))


def render_success() -> str:
    """Return that there are no errors, in the form of errors."""
    return _text(CODEC.encode(failure(JwtrolesError(), Exit.DONE), Failure))


def _text(data: Any) -> str:
    return json.dumps(data, indent=2)


__all__ = ["render_failure", "render_json", "render_success", "schema"]
