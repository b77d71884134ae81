"""A specification on a server of its own: schema loaded, file applied, and all gone afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles.applier import apply
from jwtroles.reader.connection import connect
from jwtroles.verifier.key_sources import NO_KEYS
from jwtroles.workflow import make_plan

if TYPE_CHECKING:
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Environment, Spec

EVERYTHING = ("cuts_off", "destroys")
"""Nobody else is on a server that lives for a minute."""


@contextmanager
def loaded_privately(files: Iterable[Path]) -> Iterator[Connection]:
    """Start a throw-away server, run the SQL files in it, and give a superuser's connection."""
    from jwtroles.embedded import EmbeddedServer  # noqa: PLC0415 - only what a command needs
    from jwtroles.embedded.loaded import DATABASE  # noqa: PLC0415
    from jwtroles.embedded.scratch import run_file  # noqa: PLC0415

    with EmbeddedServer.private() as server, connect(server.url()) as connection:
        for file in files:
            run_file(server, DATABASE, file)
        yield connection


@contextmanager
def applied_privately(
    spec: Spec, files: Iterable[Path], environment: Environment | None = None
) -> Iterator[Connection]:
    """Load the files, apply the specification, and give the connection."""
    with loaded_privately(files) as connection:
        planned = make_plan(connection, spec, environment, NO_KEYS)
        apply(connection, planned.plan, planned.scope, allow=EVERYTHING)
        yield connection
