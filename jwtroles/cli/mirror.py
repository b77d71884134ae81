"""`jwtroles diff` and `jwtroles sync`: two environments, of which one is to mirror the other."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jwtroles import codes
from jwtroles.cli.formats import Format, Print, project_in, rendered, told_as
from jwtroles.cli.options import (
    DEFAULT_SPEC,
    Allow,
    LockTimeout,
    NoColor,
    Quiet,
    SpecFile,
    Verbose,
    Yes,
    effects,
)
from jwtroles.cli.terminal import show
from jwtroles.errors import Exit, Problem, UsageError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.cli.session import Target
    from jwtroles.mirror.source import Source
    from jwtroles.spec.model import Spec

FormatOption = Annotated[
    Format,
    typer.Option("--format", envvar="JWTROLES_FORMAT", help="For whom it is printed."),
]
Plain = Annotated[
    bool,
    typer.Option("--plain", envvar="JWTROLES_PLAIN", help="Leave the emoji of Markdown out."),
]


def diff(
    source: Annotated[
        str,
        typer.Argument(
            metavar="A", help="An environment, a URL, a snapshot or a specification: the model."
        ),
    ],
    target: Annotated[str, typer.Argument(metavar="B", help="What is compared with it.")],
    spec: SpecFile = DEFAULT_SPEC,
    check: Annotated[
        bool,
        typer.Option("--check", envvar="JWTROLES_CHECK", help="Exit 2 when access differs."),
    ] = False,
    format: FormatOption = Format.TEXT,  # noqa: A002 - the option is called --format
    plain: Plain = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Show what differs in access between two environments, databases, snapshots or files.

    It reads as the plan that makes B the mirror of A: + is in A alone, - is in B alone, ~ is
    otherwise in B. Keys, secrets and addresses are not compared.

    Example: jwtroles diff staging production
    """
    whose = partial(_marked, spec, source, target)
    with told_as(format, quiet=quiet, plain=plain, whose=whose):
        from jwtroles.mirror import compare  # noqa: PLC0415 - only what a command needs

        loaded = _loaded(spec)
        with _opened(spec, loaded, source, target, "diff") as (one, other):
            compared = compare(loaded, one, other)
    exit_code = Exit.DIFFERENT if check and not compared.same else Exit.DONE
    if not quiet:
        what = Print(compared.plan, loaded, verbose, exit_code=exit_code, plain=plain)
        show(rendered(what, format))
    raise typer.Exit(exit_code)


def sync(
    source: Annotated[
        str, typer.Option("--from", metavar="A", help="Whose access it is, as for `diff`.")
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="B", help="The environment or URL that gets it.")
    ],
    spec: SpecFile = DEFAULT_SPEC,
    plan_only: Annotated[
        bool, typer.Option("--plan", help="Show what would change, and change nothing.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            envvar="JWTROLES_CHECK",
            help="Change nothing, and exit 2 when access differs.",
        ),
    ] = False,
    format: FormatOption = Format.TEXT,  # noqa: A002 - the option is called --format
    plain: Plain = False,
    yes: Yes = False,
    allow: Allow = None,
    lock_timeout: LockTimeout = "2s",
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Make the access of one database mirror another's, and prove it before the commit.

    Keys, secrets, passwords and addresses stay. What the target has not (a table, a role of
    others, an extension) is told before anything is done. --format is for --plan and --check.

    Example: jwtroles sync --from staging --to production
    """
    from jwtroles import applier  # noqa: PLC0415 - only what a command needs
    from jwtroles.cli.apply import Manner, carry_out  # noqa: PLC0415
    from jwtroles.mirror import make_sync  # noqa: PLC0415
    from jwtroles.report.verdict import exit_of  # noqa: PLC0415

    allowed = effects(allow)
    applier.check_lock_timeout(lock_timeout)
    only = plan_only or check
    whose = partial(_marked, spec, source, target)
    with told_as(format if only else Format.TEXT, quiet=quiet, plain=plain, whose=whose):
        loaded = _loaded(spec)
        with _opened(spec, loaded, source, target, "sync") as (one, other):
            planned = make_sync(loaded, one, other)
            if not only:
                assert other.connection is not None  # noqa: S101 - a sync changes a database
                manner = Manner(yes, allowed, lock_timeout, verbose, quiet)
                carry_out(other.connection, planned, _target(loaded, other), manner)
                return
    exit_code = exit_of(planned.plan, allowed, check=check)
    if not quiet:
        what = Print(
            planned.plan, loaded, verbose, allowed=allowed, exit_code=exit_code, plain=plain
        )
        show(rendered(what, format))
    raise typer.Exit(exit_code)


def _marked(spec: Path, source: str, target: str) -> tuple[str, str]:
    """Return what the comment of a pull request is found again by."""
    from jwtroles.passwords import covered  # noqa: PLC0415 - only what a command needs

    return project_in(spec), f"{covered(source)} → {covered(target)}"


def _loaded(spec: Path) -> Spec:
    from jwtroles.spec.load import load  # noqa: PLC0415 - only what a command needs

    return load(spec)


def _target(spec: Spec, source: Source) -> Target:
    from jwtroles.cli.session import Target  # noqa: PLC0415

    return Target(spec, source.environment, "", source.label)


@frozen
class Named:
    """What a word of the command line names."""

    word: str
    kind: Literal["environment", "database", "snapshot", "file"]


def named(word: str, spec: Spec) -> Named:
    """Tell what a word names: an environment before a file, and what looks like a URL last.

    Raises:
        UsageError: JR030 for what is none of them.
    """
    known = list(map(str, spec.environments))
    if word in known:
        return Named(word, "environment")
    if "://" in word or "=" in word or word == "embedded":
        return Named(word, "database")
    if Path(word).exists():
        return Named(word, "snapshot" if word.endswith(".json") else "file")
    near = [one for one in known if one.startswith(word)] or get_close_matches(word, known, 1)
    message = f"{word} is no environment of the file, no URL, no snapshot and no specification"
    message += f". Did you mean {near[0]}?" if near else ""
    listed = f"environments there: {', '.join(known)}; " if known else ""
    remedy = f"{listed}a libpq service is written service={word}"
    raise UsageError(Problem(codes.NO_SOURCE, message, remedy=remedy))


@contextmanager
def _opened(
    spec_file: Path, spec: Spec, source: str, target: str, command: Literal["diff", "sync"]
) -> Iterator[tuple[Source, Source]]:
    """Open both, a file last: it is about the tables of the other one."""
    pair = named(source, spec), named(target, spec)
    _check(pair, command)
    with ExitStack() as stack:
        if pair[0].kind == "file":
            there = _source(stack, spec_file, spec, pair[1])
            yield _file(pair[0], there), there
            return
        one = _source(stack, spec_file, spec, pair[0])
        if pair[1].kind == "file":
            yield one, _file(pair[1], one)
            return
        yield one, _source(stack, spec_file, spec, pair[1], like=one)


def _check(pair: tuple[Named, Named], command: str) -> None:
    source, target = pair
    if command == "sync" and target.kind not in ("environment", "database"):
        message = f"{target.word} is a {target.kind}, and a sync changes a database"
        remedy = "name an environment or a URL with --to"
        raise UsageError(Problem(codes.NO_DATABASE, message, remedy=remedy))
    if command == "sync" and source == target:
        message = f"{source.word} would mirror itself"
        raise UsageError(Problem(codes.SAME_TWICE, message, remedy="name two with --from and --to"))
    if source.kind == target.kind == "file":
        message = "neither of two files has tables"
        remedy = "compare each of them with a database or a snapshot"
        raise UsageError(Problem(codes.NO_DATABASE, message, remedy=remedy))


def _source(
    stack: ExitStack, spec_file: Path, spec: Spec, what: Named, like: Source | None = None
) -> Source:
    from jwtroles.cli.session import choose, connected, opened  # noqa: PLC0415
    from jwtroles.mirror import source as sources  # noqa: PLC0415
    from jwtroles.passwords import covered  # noqa: PLC0415

    if what.kind == "snapshot":
        from jwtroles.reader.saved import load_snapshot  # noqa: PLC0415

        taken = load_snapshot(Path(what.word))
        environment = {str(key): one for key, one in spec.environments.items()}
        return sources.of_snapshot(taken, environment.get(taken.environment), what.word)
    if what.kind == "environment":
        target = choose(spec_file, what.word, None, "diff")
        connection = stack.enter_context(connected(target))
        return sources.of_database(connection, spec, target.environment, what.word, like)
    label = covered(what.word)
    connection = stack.enter_context(opened(what.word, label))
    return sources.of_database(connection, spec, None, label, like)


def _file(what: Named, like: Source) -> Source:
    from jwtroles.mirror.source import of_file  # noqa: PLC0415

    return of_file(_loaded(Path(what.word)), like, what.word)
