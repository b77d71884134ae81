"""The first specification of a project, as `init` writes it: commented, and giving very little.

Whatever the database holds, applying this file takes nothing from anybody: it is additive, and the
floor stands only on tables on which PUBLIC holds nothing and others keep their rows by `exempt`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from jwtroles.frozen import frozen
from jwtroles.names import PUBLIC, ident

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jwtroles.reader.first_look import Survey, SurveyedTable

_TENANT = re.compile(
    r"(tenant|org|organi[sz]ation|account|company|workspace|team)(_?(id|uuid|key))?\Z",
    re.IGNORECASE,
)
"""Names of columns that usually say whose row it is, the likeliest first."""

_TYPES = {
    "uuid": "uuid",
    "bigint": "bigint",
    "integer": "integer",
    "smallint": "smallint",
    "text": "text",
    "character varying": "text",
}
"""Types of such a column, and the claim's type that is compared with it."""

_SCALAR = re.compile(r"[A-Za-z_][\w.@-]*\Z", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


_LONGEST = 40
"""Of a project's name: names of roles are made of it, and hold 63 bytes."""


@frozen
class Tenant:
    """The floor of a first file.

    Attributes:
        claim, type: the claim that says whose token it is.
        rows: the condition; tables: where it stands.
        example, columns: what the one role may read.
    """

    claim: str
    type: str
    rows: str
    tables: tuple[str, ...]
    example: str
    columns: tuple[str, ...]


@frozen
class First:
    """A first specification, and what there is to say about it."""

    text: str
    schemas: tuple[str, ...]
    tables: int
    tenant: Tenant | None
    exempt: tuple[str, ...]


def first_specification(found: Survey | None) -> First:
    """Return the first file for a database, or for none."""
    tables = tuple(filter(_writable, found.tables)) if found else ()
    schemas = tuple(dict.fromkeys(table.name.schema for table in tables)) or ("app",)
    project = _plain(found.database if found else "") or "example"
    taken = found.roles if found else frozenset()
    column = _tenant_column(tables)
    floored = [table for table in tables if column in table.columns and PUBLIC not in table.holders]
    tenant = _tenant(column, floored) if column and floored else None
    exempt = sorted({role for table in floored for role in table.holders}) if tenant else []
    outside = [(str(t.name), _why(t, column)) for t in tables if t not in floored] if tenant else []
    text = _render(
        database=found.database if found else "",
        project=project,
        schemas=schemas,
        login=_free(f"{project}_web", taken),
        role=_free("reader", taken),
        service=found.service if found else None,
        exempt=exempt,
        tenant=tenant,
        outside=outside,
    )
    return First(text, schemas, len(tables), tenant, tuple(exempt))


def _writable(table: SurveyedTable) -> bool:
    """Tell whether the file can name a table exactly: every character seen, and none a pattern."""
    names = (table.name.schema, table.name.name, *table.holders)
    return all(map(_seen, names)) and "*" not in table.name.schema + table.name.name


def _seen(name: str) -> bool:
    return name.isprintable() and not name.isspace()


def _tenant_column(tables: Iterable[SurveyedTable]) -> tuple[str, str] | None:
    """Return name and type of the column that most tables have and that names a tenant."""
    counts = Counter(
        (name, kind)
        for table in tables
        for name, kind in table.columns
        if _TENANT.match(name) and kind in _TYPES
    )
    order = ("tenant", "org", "acc", "com", "wor", "team")
    likely = {pair: -_rank(pair[0], order) for pair in counts}
    return max(sorted(counts), key=lambda pair: (counts[pair], likely[pair]), default=None)


def _rank(name: str, order: Sequence[str]) -> int:
    return next((n for n, start in enumerate(order) if name.lower().startswith(start)), len(order))


def _tenant(column: tuple[str, str], tables: Sequence[SurveyedTable]) -> Tenant:
    name, kind = column
    claim = _plain(name)
    keyed = next((table for table in tables if table.key), tables[0])
    return Tenant(
        claim,
        _TYPES[kind],
        f"{ident(name)} = claims.{claim}",
        tuple(str(table.name) for table in tables),
        str(keyed.name),
        tuple(dict.fromkeys((*filter(_seen, keyed.key), name))),
    )


def _why(table: SurveyedTable, column: tuple[str, str] | None) -> str:
    if column in table.columns:
        return "PUBLIC holds rights on it, and would lose its rows"
    return f"no column {column[0] if column else ''} (the manual: `through` and `except`)"


def _plain(name: str) -> str:
    """Return a name of the form that projects and claims have, '' where nothing is left of it."""
    word = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:_LONGEST]
    return f"db_{word}" if word[:1].isdigit() or word.startswith("pg_") else word


def _free(name: str, taken: frozenset[str]) -> str:
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def _scalar(text: str) -> str:
    """Return a text as YAML; JSON's form is one of YAML's, and cannot end before its quote."""
    if _SCALAR.match(text) and text.lower() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def _flow(items: Iterable[str]) -> str:
    return f"[{', '.join(map(_scalar, items))}]"


def _render(**values: object) -> str:
    import jinja2  # noqa: PLC0415 - 63 ms that only `init` has to pay

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("jwtroles.report.first", ""),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - YAML; each value goes through `yaml` or `flow`
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"yaml": _scalar, "flow": _flow}
    return environment.get_template("jwtroles.yaml.j2").render(**values)
