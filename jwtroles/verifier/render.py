"""Function bodies from templates: every name and text goes through a quoting filter."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jwtroles.names import ident, literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import jinja2


def path(steps: Iterable[str]) -> str:
    """Return the path into a JSON document as an SQL expression."""
    return f"ARRAY[{', '.join(map(literal, steps))}]::pg_catalog.text[]"


@cache
def _templates() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - 60 ms that `--help` need not pay

    found = jinja2.Environment(  # noqa: S701 - SQL, not HTML: quoted by the filters below
        loader=jinja2.PackageLoader("jwtroles.verifier"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    found.filters.update(ident=ident, literal=literal, path=path)
    return found


def render(template: str, **values: Any) -> str:
    """Return the text of a template, the same bytes for the same values."""
    return "\n" + _templates().get_template(template).render(**values)
