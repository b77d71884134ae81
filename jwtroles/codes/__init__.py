"""The stable codes of errors and remarks, one module for each family of hundreds.

A code never changes its meaning and is never used again. `docs/errors.md` describes each one, and a
test holds the two together.
"""

from __future__ import annotations

from jwtroles.codes.applying import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.code import Code as Code
from jwtroles.codes.doctor import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.fitting import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.form import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.importing import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.keys import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.meaning import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.others import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.running import *  # noqa: F403 - a table, spread over its families
from jwtroles.codes.testing import *  # noqa: F403 - a table, spread over its families


def all_codes() -> tuple[Code, ...]:
    """Return every code, ordered by id."""
    found = (value for value in globals().values() if isinstance(value, Code))
    return tuple(sorted(found, key=lambda code: code.id))
