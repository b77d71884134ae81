"""What a role may do besides tables: views, queries, functions, sequences and other objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles.explanation.model import NamedEntry, ObjectEntry
from jwtroles.names import PUBLIC, QName, parse_qname

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.errors import Place, Position
    from jwtroles.explanation.values import Values
    from jwtroles.spec.model import Query, Role, Spec, View, Word

_KINDS = {
    "sequences": "sequence",
    "functions": "function",
    "types": "type",
    "schemas": "schema",
    "large_objects": "large object",
    "database": "database",
}


def objects_of(
    spec: Spec, line: tuple[Role, ...], values: Values, table: QName | None = None
) -> Iterator[ObjectEntry]:
    """Yield what the roles of a line, and PUBLIC, have on objects other than tables.

    Of one `table`, only the views that show it, and itself if it is a view of the file.
    """
    for view in spec.views.values():
        if table is None or table in (parse_qname(view.name), parse_qname(view.from_)):
            for name in _holders(line, view.grant):
                yield _view(spec, view, name, values)
    if table is not None:
        return
    for query in spec.queries.values():
        for name in _holders(line, query.grant):
            yield _query(spec, query, name, values)
    public = [role for role in spec.roles.values() if role.name == PUBLIC and role not in line]
    for role in (*line, *public):
        for section, word, privileges in role.objects():
            yield ObjectEntry(
                kind=_KINDS[section],
                name=str(word),
                privileges=tuple(map(str, privileges)),
                role=str(role.name),
                runs_as="",
                shows="",
                rows=None,
                place=at(word.place or role.place),
            )


def lookups_of(spec: Spec, names: Iterable[str], values: Values) -> Iterator[NamedEntry]:
    """Yield the lookups that conditions ask, with the claims' values in them."""
    for name in names:
        lookup = next(one for known, one in spec.lookups.items() if known == name)
        yield NamedEntry(name, values.select(lookup.sql).means, at(lookup.place))


def settings_of(role: Role) -> Iterator[NamedEntry]:
    """Yield the settings that a login gives the role; those of roles above it are not inherited."""
    for name, value in role.settings.items():
        yield NamedEntry(str(name), str(value), at(name.place))


def at(place: Place | None) -> Position | None:
    """Return a place as programs read it."""
    return place.position if place else None


def _holders(line: tuple[Role, ...], grant: Iterable[Word]) -> Iterator[str]:
    granted = set(grant)
    yield from (str(role.name) for role in line if role.name in granted)
    if PUBLIC in granted:
        yield PUBLIC


def _view(spec: Spec, view: View, holder: str, values: Values) -> ObjectEntry:
    privileges = next(words for name, words in view.grant.items() if name == holder)
    columns = (
        str(name) if name == text else f"{name}: {text}" for name, text in view.columns.items()
    )
    return ObjectEntry(
        kind="view",
        name=str(view.name),
        privileges=tuple(map(str, privileges)),
        role=holder,
        runs_as=spec.view_role(view.name),
        shows=f"{', '.join(columns)} of {view.from_}",
        rows=values.rows(view.rows),
        place=at(view.place),
    )


def _query(spec: Spec, query: Query, holder: str, values: Values) -> ObjectEntry:
    params = ", ".join(f"{name} {kind}" for name, kind in query.params.items())
    return ObjectEntry(
        kind="query",
        name=f"{query.name}({params})",
        privileges=("execute",),
        role=holder,
        runs_as=spec.query_role(query.name),
        shows=", ".join(f"{name} {kind}" for name, kind in query.returns.items()),
        rows=values.select(query.sql),
        place=at(query.place),
    )
