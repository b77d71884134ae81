"""`jwtroles show`: a saved plan, for a person or a program, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jwtroles.cli.fleet import Showing
from jwtroles.cli.formats import Format, PlanFormat, Print, rendered, told_as
from jwtroles.cli.options import Allow, NoColor, Plain, Verbose, effects
from jwtroles.cli.terminal import show as show_text


def show(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN", help="What `plan --out` saved: a plan, or a folder of them."
        ),
    ],
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
        if plan.is_dir():
            show_text(_many(plan, Showing(format, allowed, verbose=verbose, plain=plain)))
            return
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


def _many(folder: Path, how: Showing) -> str:
    """Return the plans of a folder, those that are alike once."""
    from jwtroles.cli.fleet import exit_of_fleet, form_of  # noqa: PLC0415
    from jwtroles.targets.saved import gather, shown  # noqa: PLC0415

    form = form_of(how.format)
    plans = gather(folder)
    fleet = shown(plans, folder)
    return form(fleet, plans.spec, how, exit_of_fleet(fleet, how.allowed, check=False))
