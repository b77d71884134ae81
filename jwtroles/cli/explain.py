"""`jwtroles explain`: what a code means, why a token becomes a role, what a role may do."""

from __future__ import annotations

import re
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from jwtroles import codes
from jwtroles.cli.formats import Format, told_as
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    CatalogFile,
    DatabaseUrl,
    EnvironmentName,
    ForWhom,
    NoColor,
    SpecFile,
    TextOrJson,
    told_by,
    yields,
)
from jwtroles.cli.terminal import show, width
from jwtroles.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.explanation import Explanation
    from jwtroles.explanation.database import Asked

_CODE = re.compile(r"jr\d*", re.IGNORECASE)


def explain(
    context: typer.Context,
    what: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation at run time
        typer.Argument(help="A code of an error or remark, or a role.", metavar="CODE|ROLE"),
    ] = None,
    token: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--token",
            metavar="FILE",
            help="Explain a token: a file, `-` for standard input, or env:NAME for a variable.",
        ),
    ] = None,
    table: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--table", metavar="SCHEMA.TABLE", help="What may be done to this one."),
    ] = None,
    ask: Annotated[
        bool,
        typer.Option("--ask", help="Ask the database of the environment as well."),
    ] = False,
    spec: SpecFile = DEFAULT_SPEC,
    env: EnvironmentName = None,
    database: DatabaseUrl = None,
    catalog: CatalogFile = None,
    format: ForWhom = TextOrJson.TEXT,  # noqa: A002 - the option is called --format
    no_color: NoColor = False,
) -> None:
    """Say what a code means, why a token becomes a role, or what a role may do.

    All of it is judged from the file. With --ask or --database the database is asked as well: the
    token logs in, which is rolled back, and what differs from the file is told. Exit code 2: it
    differs; 3: the token is refused.

    Example: jwtroles explain --token token.txt --table app.invoices --env dev
    """
    if token is None and what is not None and _CODE.fullmatch(what):
        told = "format" in told_by(context)
        with told_as(Format(format.value) if told else Format.TEXT):
            if told and format is TextOrJson.JSON:
                message = "a code is explained as text alone"
                raise UsageError(Problem(codes.USAGE, message, remedy=f"jwtroles explain {what}"))
            show(_code(what))
        return
    catalog = None if yields(context, "catalog", "database", "ask") else catalog
    database = None if yields(context, "database", "catalog") else database
    from jwtroles.cli.given_token import no_token  # noqa: PLC0415

    with told_as(Format(format.value)):
        for word in filter(None, (what, table)):
            no_token(word)
        if (what is None) == (token is None):
            message = "explain what? Name a code or a role, or give a token"
            remedy = "jwtroles explain JR204, explain ROLE, or explain --token FILE"
            raise UsageError(Problem(codes.USAGE, message, remedy=remedy))
        found, main = _explained(what, token, table, spec, env, database, catalog, ask=ask)
    if format is TextOrJson.JSON:
        from jwtroles.report.contract.explanation import render_explained  # noqa: PLC0415

        show(render_explained(found))
    else:
        from jwtroles.report.explanation import render_explanation  # noqa: PLC0415

        show(render_explanation(found, main, width(), whole=table is None))
    raise typer.Exit(found.exit_code)


def _code(word: str) -> str:
    known = {entry.id: entry for entry in codes.all_codes()}
    entry = known.get(word.upper())
    if entry is None:
        near = get_close_matches(word.upper(), known, 1)
        message = f"no code {word}" + (f". Did you mean {near[0]}?" if near else "")
        raise UsageError(Problem(codes.USAGE, message, remedy="docs/errors.md lists them all"))
    from jwtroles.report.text.layout import Page  # noqa: PLC0415 - only what this form needs

    page = Page(width())
    title = page.paragraph(f"{entry.id}: {entry.title}")
    return "\n".join([*title, "", *page.paragraph(entry.why)])


def _explained(
    what: str | None,
    token: str | None,
    table: str | None,
    spec: Path,
    env: str | None,
    database: str | None,
    catalog: Path | None,
    *,
    ask: bool,
) -> tuple[Explanation, str]:
    """Return an explanation, and the name of the file's main part."""
    import time  # noqa: PLC0415 - only what this form needs

    from jwtroles.cli.given_token import given_token  # noqa: PLC0415
    from jwtroles.cli.session import environment_of  # noqa: PLC0415
    from jwtroles.explanation.build import Question, explain_role, explain_token  # noqa: PLC0415
    from jwtroles.spec.load import load  # noqa: PLC0415
    from jwtroles.spec.resolve import resolve  # noqa: PLC0415
    from jwtroles.tokens.inspection import inspect  # noqa: PLC0415
    from jwtroles.verifier.key_sources import read_keys  # noqa: PLC0415

    if catalog is not None and (ask or database is not None):
        message = "--catalog and a database: one of them says which tables there are"
        raise UsageError(Problem(codes.TWO_SOURCES, message, remedy="leave one of them out"))
    text = None if token is None else given_token(token)
    loaded = load(spec)
    environment = environment_of(loaded, env, "explain", database)
    resolved = resolve(loaded, environment)
    with _answering(spec, env, database, catalog, text, ask=ask) as asked:
        question = Question(resolved, environment, table, asked)
        if text is None:
            assert what is not None  # noqa: S101 - one of the two is given
            return explain_role(question, what), resolved.source.name
        keys = read_keys(resolved, environment, offline=True).keys
        now = time.time()
        found = explain_token(question, inspect(resolved, text, keys, now), now)
        return found, resolved.source.name


@contextmanager
def _answering(
    spec: Path,
    env: str | None,
    database: str | None,
    catalog: Path | None,
    token: str | None,
    *,
    ask: bool,
) -> Iterator[Asked]:
    """Give what a database, or a snapshot, answers, or that neither was asked."""
    from jwtroles.cli.session import choose, connected, environment_of  # noqa: PLC0415
    from jwtroles.explanation.database import Asked  # noqa: PLC0415

    if catalog is not None:
        from jwtroles.offline import plan_against  # noqa: PLC0415
        from jwtroles.reader.saved import load_snapshot  # noqa: PLC0415
        from jwtroles.spec.load import load  # noqa: PLC0415

        loaded = load(spec)
        snapshot, environment = load_snapshot(catalog), environment_of(loaded, env, "explain")
        yield Asked(plan_against(snapshot, loaded, environment).structure)
        return
    if not ask and database is None:
        yield Asked()
        return
    from jwtroles.tokens.ask import ask as log_in  # noqa: PLC0415
    from jwtroles.tokens.ask import held  # noqa: PLC0415
    from jwtroles.workflow import make_plan  # noqa: PLC0415

    target = choose(spec, env, database, "explain")
    with connected(target) as connection:
        plan = make_plan(connection, target.spec, target.environment).plan
        answers = log_in(connection, target.spec, target.environment, token) if token else ()
        schemas = plan.structure.managed
        yield Asked(plan.structure, plan, answers, lambda role: held(connection, role, schemas))
