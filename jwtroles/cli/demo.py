"""`jwtroles demo`: the main job in a minute, on a server that is thrown away afterwards."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jwtroles import codes
from jwtroles.cli.options import NoColor
from jwtroles.cli.plan import show_plan
from jwtroles.cli.terminal import color, show, width
from jwtroles.errors import Exit, Problem, UsageError

if TYPE_CHECKING:
    from jwtroles.planner.model import Plan
    from jwtroles.policy_tests.results import Results
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Spec
    from jwtroles.verifier.key_sources import Keys

DRIFTS = (
    ("a policy is widened", "ALTER POLICY jr_member_update ON app.invoices USING (true)"),
    ("a table is opened to everybody", "GRANT SELECT ON app.customers TO PUBLIC"),
    ("a membership gets an option", "GRANT invoice_reader TO member WITH SET TRUE"),
)
"""What somebody changes by hand in the middle of the demo: what it is, and the statement."""


def demo(
    copy: Annotated[
        Path | None,
        typer.Option("--copy", metavar="DIR", help="Write the example there, and do nothing else."),
    ] = None,
    no_color: NoColor = False,
) -> None:
    """Show the main job on a private server: plan, apply, drift, and what each token sees.

    Example: jwtroles demo
    """
    if copy is not None:
        _copy(copy)
        return
    from jwtroles.policy_tests import run  # noqa: PLC0415 - only what a command needs
    from jwtroles.private import loaded_privately  # noqa: PLC0415
    from jwtroles.report.policy_tests import render_tests  # noqa: PLC0415
    from jwtroles.spec.load import load_text  # noqa: PLC0415

    folder = example("saas")
    text = (folder / "jwtroles.yaml").read_text(encoding="utf-8")
    spec = load_text(text, f"{folder.name}/jwtroles.yaml")
    keys = _keys(folder, spec)
    _heading("A private PostgreSQL starts, and a billing service's migrations run in it")
    with loaded_privately([folder / "schema.sql"]) as connection:
        _heading("jwtroles plan: the file against that database")
        _show(connection, spec, keys)
        _heading("jwtroles apply")
        _apply(connection, spec, keys)
        _heading("jwtroles plan, again")
        _show(connection, spec, keys)
        _heading("Three changes by hand, as they happen in an incident at night")
        for said, sql in DRIFTS:
            show(f"  {said + ':':32} {sql}")
            connection.execute(sql)
        _heading("jwtroles plan: each of them is named")
        _show(connection, spec, keys)
        _heading("jwtroles apply: each is undone")
        _apply(connection, spec, keys)
        _heading("jwtroles plan, again")
        converged = _show(connection, spec, keys)
        results = run(connection, spec, environment=None)
    _heading("What four tokens see, and what they are refused")
    _tokens(spec, results)
    _heading("jwtroles test: the file's own tests")
    show(render_tests(results, width()))
    show("\nThe server is gone. Your turn:  jwtroles demo --copy DIR   and   docs/tutorial.md")
    if not (results.passed and converged.empty):
        raise typer.Exit(Exit.FAILED)


def _copy(folder: Path) -> None:
    """Write the example into a folder that is not there or empty, so that nothing is lost."""
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty"
        remedy = "name a folder that is not there yet"
        raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
    page = shutil.ignore_patterns("README.md")  # its links lead to our manual
    shutil.copytree(example("saas"), folder, dirs_exist_ok=True, ignore=page)
    show(f"{folder}: jwtroles.yaml, schema.sql, and public keys for dev")


def example(name: str) -> Path:
    """Return the folder of an example that comes with jwtroles."""
    installed = Path(str(files("jwtroles"))) / "examples" / name
    return installed if installed.is_dir() else Path(__file__).parents[2] / "examples" / name


def _keys(folder: Path, shown: Spec) -> Keys:
    """Return the public keys of the example, whose private halves nobody has."""
    from jwtroles.spec.load import load  # noqa: PLC0415
    from jwtroles.verifier.key_sources import Keys, read_keys  # noqa: PLC0415

    spec = load(folder / "jwtroles.yaml")
    found = read_keys(spec, next(iter(spec.environments.values()))).keys
    places = {str(name): issuer.place for name, issuer in shown.tokens.issuers.items()}
    source = f"{folder.name}/keys/dev.jwks.json"
    return Keys(tuple(replace(key, source=source, place=places[key.issuer]) for key in found))


def _show(connection: Connection, spec: Spec, keys: Keys) -> Plan:
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    plan = make_plan(connection, spec, None, keys).plan
    show_plan(plan, spec, verbose=False)
    return plan


def _apply(connection: Connection, spec: Spec, keys: Keys) -> None:
    from jwtroles.applier import apply  # noqa: PLC0415
    from jwtroles.cli.progress import progress  # noqa: PLC0415
    from jwtroles.private import EVERYTHING  # noqa: PLC0415
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    planned = make_plan(connection, spec, None, keys)
    with progress() as told:
        done = apply(connection, planned.plan, planned.scope, allow=EVERYTHING, progress=told)
    show(f"Applied {len(planned.plan.units)} changes, {done.statements} statements.")


def _heading(text: str) -> None:
    bold, plain = ("\x1b[1m", "\x1b[0m") if color() else ("", "")
    show(f"\n{bold}── {text} {'─' * max(3, width() - len(text) - 4)}{plain}")


def _tokens(spec: Spec, results: Results) -> None:
    """Print each test of the file as a token and what came of its statements."""
    for test, result in zip(spec.tests, results.tests, strict=True):
        show("")
        _wrapped("  ", json.dumps(test.as_, ensure_ascii=False, default=_plain))
        show(f"    → {result.becomes.came}")
        here = [one for one in test.expect if one.verify in (None, spec.tokens.verify)]
        for wanted, judged in zip(here, result.expectations, strict=True):
            if wanted.then is not None:
                _wrapped("      ", f"{wanted.query}; then:")
            _wrapped(f"    {'✓' if judged.holds else '✗'} ", judged.statement)
            _wrapped("        → ", judged.came)


def _plain(value: Mapping[str, object]) -> dict[str, object]:
    """Return a read-only mapping of the specification as JSON knows mappings."""
    return dict(value)


def _wrapped(lead: str, text: str) -> None:
    """Print a line that may be longer than the terminal is wide."""
    show(textwrap.fill(lead + text, width(), subsequent_indent=" " * (len(lead) + 2)))
