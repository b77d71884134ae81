"""The two sides of `diff` and `sync`: what a word names, what says what counts, and both opened."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jwtroles import codes
from jwtroles.cli.options import DEFAULT_SPEC
from jwtroles.errors import Problem, UsageError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.mirror.source import Source
    from jwtroles.mirror.unfiled import Given
    from jwtroles.spec.model import Environment, Spec

Kind = Literal["environment", "database", "snapshot", "file"]


@frozen
class Asked:
    """What a command line says about the two sides.

    Attributes:
        spec: the file that says what counts.
        told: the parameters that the command line names.
        source, target: the words for the two.
        env, database, catalog: whose tables two files are compared on.
        schemas: the schemas that are compared without a file.
    """

    command: Literal["diff", "sync"]
    spec: Path
    told: frozenset[str]
    source: str
    target: str
    env: str | None = None
    database: str | None = None
    catalog: Path | None = None
    schemas: tuple[str, ...] = ()


@frozen
class Sides:
    """Both sides, opened.

    Attributes:
        spec: the file that says what counts, or what stands for it.
        note: what is compared, where no file says it.
    """

    spec: Spec
    source: Source
    target: Source
    note: Problem | None = None


@frozen
class Named:
    """What a word of the command line names."""

    word: str
    kind: Kind


def named(word: str, spec: Spec | None) -> Named:
    """Tell what a word names: an environment before a file, and what looks like a URL last.

    Raises:
        UsageError: JR030 for what is none of them.
    """
    known = list(map(str, spec.environments)) if spec else []
    if word in known:
        return Named(word, "environment")
    if _is_url(word):
        return Named(word, "database")
    if Path(word).exists():
        return Named(word, "snapshot" if word.endswith(".json") else "file")
    near = [one for one in known if one.startswith(word)] or get_close_matches(word, known, 1)
    message = f"{word} is no environment of the file, no URL, no snapshot and no specification"
    message += f". Did you mean {near[0]}?" if near else ""
    listed = f"environments there: {', '.join(known)}; " if known else ""
    remedy = f"{listed}a libpq service is written service={word}"
    raise UsageError(Problem(codes.NO_SOURCE, message, remedy=remedy))


def _is_url(word: str) -> bool:
    return "://" in word or "=" in word or word == "embedded"


@contextmanager
def opened_sides(asked: Asked) -> Iterator[Sides]:
    """Open both sides, a file last: it is about the tables of the other one.

    Raises:
        UsageError: JR030 for a word that names nothing, JR031 for a sync of one with itself, JR652
            for a sync without a file, JR653 where nothing says what is compared, JR668 for a sync
            of what is no database.
        SpecError: what is wrong with a file.
    """
    main = _deciding(asked)
    spec = loaded(main) if main is not None else None
    pair = named(asked.source, spec), named(asked.target, spec)
    _check(pair, asked, spec)
    with ExitStack() as stack:
        if spec is None or main is None:
            yield _unfiled(stack, pair, asked.schemas)
        elif pair[0].kind == pair[1].kind == "file":
            yield _two_files(stack, pair, spec, asked)
        elif pair[0].kind == "file":
            there = _source(stack, main, spec, pair[1])
            yield Sides(spec, _file(pair[0], there), there)
        elif pair[1].kind == "file":
            one = _source(stack, main, spec, pair[0])
            yield Sides(spec, one, _file(pair[1], one))
        else:
            one = _source(stack, main, spec, pair[0])
            yield Sides(spec, one, _source(stack, main, spec, pair[1], like=one))


def _deciding(asked: Asked) -> Path | None:
    """Return the file that says what counts: the one that is named or there, else a side."""
    if "schemas" in asked.told and "spec" not in asked.told:
        return None
    if "spec" in asked.told or asked.spec.exists():
        return asked.spec
    words = [Path(word) for word in (asked.target, asked.source) if not _is_url(word)]
    files = [word for word in words if word.exists() and word.suffix != ".json"]
    if files:
        return files[0]
    return None if all(word.exists() for word in words) else asked.spec


def loaded(spec: Path) -> Spec:
    """Load a file."""
    from jwtroles.spec.load import load  # noqa: PLC0415 - only what a command needs

    return load(spec)


def _check(pair: tuple[Named, Named], asked: Asked, spec: Spec | None) -> None:
    source, target = pair
    sync = asked.command == "sync"
    if sync and target.kind not in ("environment", "database"):
        message = f"{target.word} is a {target.kind}, and a sync changes a database"
        remedy = "name an environment or a URL with --to"
        raise UsageError(Problem(codes.NO_DATABASE, message, remedy=remedy))
    if sync and source == target:
        message = f"{source.word} would mirror itself"
        raise UsageError(Problem(codes.SAME_TWICE, message, remedy="name two with --from and --to"))
    if sync and spec is None:
        raise _needs_file(source)
    if "schemas" in asked.told and (spec is not None or "file" in (source.kind, target.kind)):
        message = "--schemas is for two databases without a file: a file names its schemas"
        raise UsageError(Problem(codes.USAGE, message, remedy="leave --schemas or the file out"))
    if asked.told & {"env", "database", "catalog"}:
        _check_tables(pair, asked)


def _check_tables(pair: tuple[Named, Named], asked: Asked) -> None:
    if {one.kind for one in pair} != {"file"}:
        message = "--env, --database and --catalog say on whose tables two files are compared"
        raise UsageError(Problem(codes.USAGE, message, remedy="name databases as A and B"))
    if asked.catalog and asked.database:
        message = "--database and --catalog: the tables are those of one of them"
        remedy = "leave one of them out"
        raise UsageError(Problem(codes.TWO_SOURCES, message, remedy=remedy))


def _needs_file(source: Named) -> UsageError:
    from shlex import quote  # noqa: PLC0415

    from jwtroles.passwords import covered  # noqa: PLC0415 - only what a command needs

    message = "a sync needs the file: it says what the target keeps and which effects it accepts"
    remedy = "name it:  --spec FILE"
    if source.kind == "database":
        address = quote(covered(source.word))
        remedy += f"\nwithout one:  jwtroles import --database {address} --out {DEFAULT_SPEC}"
    problem = Problem(codes.NEEDS_FILE, message, remedy=remedy)
    return UsageError(problem, footer="Nothing was changed.")


def _unfiled(stack: ExitStack, pair: tuple[Named, Named], schemas: tuple[str, ...]) -> Sides:
    from jwtroles.mirror.unfiled import unfiled  # noqa: PLC0415 - only what a command needs

    one, other = (_given(stack, what) for what in pair)
    found = unfiled(one, other, schemas)
    return Sides(found.spec, found.source, found.target, found.note)


def _given(stack: ExitStack, what: Named) -> Given:
    from jwtroles.cli.session import opened  # noqa: PLC0415
    from jwtroles.mirror.unfiled import Given  # noqa: PLC0415
    from jwtroles.passwords import covered  # noqa: PLC0415
    from jwtroles.reader.saved import load_snapshot  # noqa: PLC0415

    if what.kind == "snapshot":
        return Given(what.word, load_snapshot(Path(what.word)))
    label = covered(what.word)
    return Given(label, stack.enter_context(opened(what.word, label)))


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
        _check_one(spec, what.word)
        target = choose(spec_file, what.word, None, "diff", "or name a URL in its place")
        connection = stack.enter_context(connected(target))
        return sources.of_database(connection, spec, target.environment, what.word, like)
    label = covered(what.word)
    connection = stack.enter_context(opened(what.word, label))
    return sources.of_database(connection, spec, None, label, like)


def _check_one(spec: Spec, name: str) -> None:
    """Refuse an environment of many databases, and say how one of them is compared."""
    environment = {str(key): one for key, one in spec.environments.items()}[name]
    if environment.databases is None:
        return
    message = f"{name} has many databases, and two are compared"
    remedy = f"name one by its URL in the place of {name}; with names of its own, a snapshot of it:"
    remedy += f"\njwtroles snapshot --env {name} --database URL --out FILE.json"
    remedy += f"\nall of them beside the file:  jwtroles plan --env {name} --check"
    problem = Problem(codes.MANY_DATABASES, message, environment.place, remedy=remedy)
    raise UsageError(problem)


def _file(what: Named, like: Source) -> Source:
    from jwtroles.mirror.source import of_file  # noqa: PLC0415

    return of_file(loaded(Path(what.word)), like, what.word)


def _two_files(stack: ExitStack, pair: tuple[Named, Named], spec: Spec, asked: Asked) -> Sides:
    """Compare what two files want on the tables of a database or a snapshot.

    The tables are those of `--catalog`, else of the database that `plan` of the second file would
    mean.
    """
    from jwtroles.cli.session import chosen, connected, reached  # noqa: PLC0415
    from jwtroles.mirror import source as sources  # noqa: PLC0415

    files = [(loaded(Path(one.word)), one.word) for one in pair]
    if asked.catalog is not None:
        like = _on_snapshot(asked.catalog, files)
    else:
        path = Path(pair[1].word)
        second, environment = chosen(path, asked.env, asked.database, "diff")
        target = reached(path, second, environment, asked.database)
        connection = stack.enter_context(connected(target))
        about = [(one, _likewise(one, environment)) for one, _ in files]
        like = sources.tables_of(connection, about, target.origin)
    one, other = (sources.of_file(file, like, word) for file, word in files)
    return Sides(spec, one, other)


def _likewise(spec: Spec, environment: Environment | None) -> Environment | None:
    """Return the environment of a file that has the name of another file's."""
    if environment is None:
        return None
    named = {str(name): one for name, one in spec.environments.items()}
    return named.get(str(environment.name), environment)


def _on_snapshot(catalog: Path, files: list[tuple[Spec, str]]) -> Source:
    from jwtroles.compiler.wanted import scope_of  # noqa: PLC0415 - only what a command needs
    from jwtroles.mirror.source import of_snapshot  # noqa: PLC0415
    from jwtroles.reader.saved import load_snapshot  # noqa: PLC0415
    from jwtroles.spec.resolve import resolve  # noqa: PLC0415

    taken = load_snapshot(catalog)
    environment = None
    for spec, _ in files:
        named = {str(name): one for name, one in spec.environments.items()}
        environment = named.get(taken.environment)
        taken.covers(scope_of(resolve(spec, environment), environment), taken.environment)
    return of_snapshot(taken, environment, str(catalog))
