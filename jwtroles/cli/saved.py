"""`jwtroles show`: a saved plan, for a person or a program, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jwtroles.cli.formats import Format, PlanFormat, Print, rendered, told_as
from jwtroles.cli.options import Allow, NoColor, Plain, Verbose, effects
from jwtroles.cli.terminal import show as show_text


def show(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan that `plan --out` saved.")],
    format: PlanFormat = Format.TEXT,  # noqa: A002 - the option is called --format
    plain: Plain = False,
    allow: Allow = None,
    verbose: Verbose = False,
    no_color: NoColor = False,
) -> None:
    """Show a saved plan. No database, variable or specification is needed.

    Exits 0 whatever the plan does; `exit_code` in JSON is the one of `plan`.

    Example: jwtroles show plan.json --format markdown
    """
    from jwtroles import saved_plans  # noqa: PLC0415 - only what a command needs
    from jwtroles.report.verdict import exit_of  # noqa: PLC0415

    with told_as(format, plain=plain):
        allowed = effects(allow)
        rebuilt = saved_plans.rebuild(saved_plans.load_plan(plan))
        made = rebuilt.plan
        what = Print(
            made,
            rebuilt.spec,
            verbose,
            allowed=allowed,
            exit_code=exit_of(made, allowed),
            plain=plain,
            saved=plan,
        )
    show_text(rendered(what, format))
