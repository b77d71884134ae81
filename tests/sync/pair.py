"""Staging and production: the billing example applied to two databases, by one or two servers."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jwtroles import apply as run
from jwtroles.applier import apply
from jwtroles.mirror import compare, make_sync
from jwtroles.mirror.source import of_database
from jwtroles.reader.connection import connect
from jwtroles.report.text import render_plan
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan
from tests.live.billing import LOGIN, SCHEMA, changed, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.mirror import Compared
    from jwtroles.mirror.source import Source
    from jwtroles.planner.model import Plan
    from jwtroles.reader.connection import Connection
    from jwtroles.spec.model import Spec

EVERYTHING = ("tightens", "neutral", "loosens", "cuts_off", "destroys")
ROLES = ("invoice_reader", "member", "billing_admin", "auditor", LOGIN)
ALLOW = "    allow: [tightens, neutral, loosens]\n"
NAMES = ", ".join(f"{role}: p_{role}" for role in ROLES)
MAPPED = changed((ALLOW, f"{ALLOW}    names: {{{NAMES}}}\n"))
"""The example where production calls its roles otherwise: both may be of one cluster."""

TABLES = SCHEMA.read_text(encoding="utf-8")
TABLES_AGAIN = TABLES.replace("CREATE ROLE app_owner NOLOGIN;", "")
"""The tables in a second database of a cluster."""


@dataclass
class Pair:
    """Sessions of both databases, which are kept: a server's caches are warm then."""

    spec: Spec
    staging: Connection
    production: Connection

    @classmethod
    @contextmanager
    def connected(cls, spec: Spec, staging: str, production: str) -> Iterator[Pair]:
        """Connect to both."""
        with connect(staging) as one, connect(production) as other:
            yield cls(spec, one, other)

    def apply(self, *names: str) -> None:
        """Apply the file to environments."""
        for name in names or ("staging", "production"):
            connection = getattr(self, name)
            planned = make_plan(connection, self.spec, environment(self.spec, name))
            apply(connection, planned.plan, planned.scope, allow=EVERYTHING)

    def sources(self) -> tuple[Source, Source]:
        """Read both databases."""
        named = (environment(self.spec, name) for name in ("staging", "production"))
        source = of_database(self.staging, self.spec, next(named), "staging")
        return source, of_database(self.production, self.spec, next(named), "production", source)

    def compared(self) -> Compared:
        """Compare both databases."""
        return compare(self.spec, *self.sources())

    def synced(self, sources: tuple[Source, Source] | None = None) -> Plan:
        """Make production the mirror of staging."""
        planned = make_sync(self.spec, *(sources or self.sources()))
        run(self.production, planned, allow=EVERYTHING)
        return planned.plan

    def told(self, compared: Compared) -> list[str]:
        """Return what a comparison tells, without its head and its sum, with blanks folded."""
        text = render_plan(compared.plan, self.spec, color=False, width=100, verbose=False)
        lines = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]
        return [line for line in lines[2:-2] if line]


def loaded(text: str = MAPPED) -> Spec:
    """Load the example."""
    return load_text(text)
