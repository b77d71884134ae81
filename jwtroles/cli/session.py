"""From the command line to a loaded file, a chosen environment and an open connection."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Collector, Place, Problem, SpecError, UsageError
from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.embedded import EmbeddedServer
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec, Word

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@frozen
class Chosen:
    """What the command line means: a specification, its environment, and where its database is.

    `url` may hold a password and is never printed; `origin` says where it came from.
    """

    spec: Spec
    environment: Environment | None
    url: str
    origin: str
    place: Place | None = None
    loads: Loads | None = None


@frozen
class Loads:
    """The SQL files that make an embedded database, and whose database it is."""

    owner: str
    files: tuple[Path, ...]


def loads_of(spec_file: Path, environment: Environment | None) -> Loads | None:
    """Return the files that an environment loads; None where it loads none.

    Raises:
        SpecError: JR139, JR140 for files that are not in the folder of the specification.
    """
    if environment is None or not environment.load:
        return None
    from jwtroles.spec.files import folder_of  # noqa: PLC0415 - only what a command needs

    problems = Collector()
    files = folder_of(spec_file).named(environment.load, problems)
    problems.raise_if_any(SpecError)
    return Loads(f"{spec_file.resolve()} {environment.name}", tuple(files))


OR_DATABASE = "or --database URL"
"""What most commands take in the place of an address of the file."""


def choose(
    spec_file: Path,
    name: str | None,
    database: str | None,
    command: str,
    instead: str = OR_DATABASE,
) -> Chosen:
    """Load the file and choose the environment and the database that the command line means.

    `instead` is what the command takes in the place of an address with a variable that is not set.

    Raises:
        SpecError: what is wrong with the file.
        UsageError: JR012 when it is not clear which environment is meant, JR013 for one that the
            file does not have, JR014 for a variable that is not set, JR035 for an environment of
            many databases.
    """
    spec, environment = chosen(spec_file, name, database, command)
    return reached(spec_file, spec, environment, database, instead)


def chosen(
    spec_file: Path, name: str | None, database: str | None, command: str
) -> tuple[Spec, Environment | None]:
    """Load the file and choose the environment that the command line means.

    Raises:
        SpecError: what is wrong with the file.
        UsageError: JR012 when it is not clear which environment is meant, JR013 for one that the
            file does not have.
    """
    from jwtroles.spec.load import load  # noqa: PLC0415 - only what a command needs

    spec = load(spec_file)
    return spec, environment_of(spec, name, command, database)


def reached(
    spec_file: Path,
    spec: Spec,
    environment: Environment | None,
    database: str | None,
    instead: str = OR_DATABASE,
) -> Chosen:
    """Return the one database that is meant; `instead` as for `choose`.

    Raises:
        UsageError: JR014 for a variable that is not set, JR035 for an environment of many.
    """
    from jwtroles.spec.resolve import resolve  # noqa: PLC0415 - only what a command needs

    spec = resolve(spec, environment)
    if database is None and environment is not None and environment.databases is not None:
        message = f"{environment.name} has many databases, and this is about one"
        remedy = "say which one:  --database URL"
        problem = Problem(codes.MANY_DATABASES, message, environment.place, remedy=remedy)
        raise UsageError(problem)
    if database is not None:
        loads = loads_of(spec_file, environment) if database == "embedded" else None
        return Chosen(spec, environment, _service(database), "--database", loads=loads)
    if environment is not None and environment.database is not None:
        word = environment.database
        origin = f"{word}, environment {environment.name}" if "${" in word else ""
        origin = origin or f"environment {environment.name}"
        if word.place:
            origin += f" ({word.place.source.name}:{word.place.line})"
        loads = loads_of(spec_file, environment)
        url = connection_string(word, instead)
        return Chosen(spec, environment, url, origin, word.place, loads)
    url = os.environ.get("DATABASE_URL", "")
    return Chosen(spec, environment, url, "DATABASE_URL" if url else "PG* variables")


def environment_of(
    spec: Spec, name: str | None, command: str, database: str | None = None
) -> Environment | None:
    """Return the environment that is meant; the only one of a file needs no naming."""
    known = {str(key): value for key, value in spec.environments.items()}
    listed = ", ".join(known)
    if name is None:
        if len(known) > 1:
            message = f"which environment? This file has {listed}"
            remedy = f"jwtroles {command} --env {_example(list(known))}"
            remedy += "  (it names the roles, and says what is allowed)" if database else ""
            raise UsageError(Problem(codes.WHICH_ENVIRONMENT, message, remedy=remedy))
        return next(iter(known.values()), None)
    if name not in known:
        message = f"no environment {name} in the file"
        without = "leave --env out"
        if name == os.environ.get("JWTROLES_ENV"):
            message += " (JWTROLES_ENV says it)"
            without = "unset JWTROLES_ENV"
        remedy = f"environments there: {listed}" if known else f"{without}: it has none"
        raise UsageError(Problem(codes.NO_ENVIRONMENT, message, remedy=remedy))
    return known[name]


def _example(names: list[str]) -> str:
    """Return the environment to name in an example: never the one that sounds like production."""
    return next((name for name in names if name in ("staging", "test")), names[0])


def connection_string(word: Word, instead: str = OR_DATABASE) -> str:
    """Return what libpq understands of an address of the file.

    Args:
        word: the address, in which variables may stand.
        instead: as for `choose`.

    Raises:
        UsageError: JR014 for a variable that is not set.
    """
    return _service(_expand(word, instead))


def _service(database: str) -> str:
    """Return what libpq understands: a bare word is the name of a service."""
    bare = database != "embedded" and re.fullmatch(r"[A-Za-z0-9_.-]+", database)
    return f"service={database}" if bare else database


def _expand(word: str, instead: str) -> str:
    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            place = getattr(word, "place", None)
            message = f"the variable {match[1]} is not set"
            remedy = f"export {match[1]}=postgresql://…, {instead}"
            raise UsageError(Problem(codes.NO_VARIABLE, message, place, remedy=remedy))
        return found

    return _VARIABLE.sub(value, word)


def started(loads: Loads | None) -> EmbeddedServer:
    """Start the embedded server that is meant: the shared one, or that of an environment."""
    from jwtroles.embedded import default_server, server_of, start_loaded  # noqa: PLC0415

    if loads is None:
        server = default_server()
        server.start()
        return server
    server = server_of(loads.owner)
    start_loaded(server, loads.files)
    return server


@contextmanager
def connected(target: Chosen) -> Iterator[Connection]:
    """Open the connection of a target, starting the embedded server where that is meant."""
    with opened(target.url, target.origin, target.place, target.loads) as connection:
        yield connection


@contextmanager
def opened(
    database: str, origin: str, place: Place | None = None, loads: Loads | None = None
) -> Iterator[Connection]:
    """Open a connection to a URL, a service, or `embedded`."""
    from jwtroles.reader.connection import connect  # noqa: PLC0415

    url = _service(database)
    if url == "embedded":
        url = started(loads).url()
    with connect(url, origin=origin, place=place) as connection:
        yield connection
