"""A plan as a file: made and reviewed on one machine, applied on another.

The file holds what the plan was made from, and no statement. Whoever shows it makes the plan
again from that. Whoever applies it makes the plan again from the specification in the file and
the database as it is, and refuses unless that is the same plan, change by change.
"""

from __future__ import annotations

from jwtroles.saved_plans.binding import (
    begun,
    check_database,
    check_environment,
    check_file,
    planned_again,
)
from jwtroles.saved_plans.form import SavedPlan, load_plan, schema
from jwtroles.saved_plans.rebuilt import Rebuilt, rebuild, save

__all__ = [
    "Rebuilt",
    "SavedPlan",
    "begun",
    "check_database",
    "check_environment",
    "check_file",
    "load_plan",
    "planned_again",
    "rebuild",
    "save",
    "schema",
]
