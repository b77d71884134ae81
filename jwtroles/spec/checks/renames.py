"""Old names (`was`): they belong to nothing else, and stay in their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.names import parse_qname
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jwtroles.errors import Collector
    from jwtroles.spec.model import Spec, Word


def old_names(spec: Spec, problems: Collector) -> None:
    """An old name is said once, and nothing of the file has it now."""
    logins = {login.name for login in spec.database.connect_as}
    roles = [(role.name, role.was) for role in spec.roles.values()]
    _check(roles, {*spec.roles, *logins}, problems)
    objects = [(one.name, one.was) for one in spec.views.values()]
    objects += [(one.name, one.was) for one in spec.queries.values()]
    _check(objects, {*spec.views, *spec.queries}, problems)
    for name, was in objects:
        old, new = parse_qname(was or ""), parse_qname(name)
        if was is not None and old and new and old.schema != new.schema:
            _tell(was, f"{tick(was)} is in another schema than {tick(name)}", problems)


def _check(
    pairs: Iterable[tuple[Word, Word | None]], taken: set[Word], problems: Collector
) -> None:
    seen: dict[Word, Word] = {}
    for name, was in pairs:
        if was is None:
            continue
        if was in taken:
            _tell(was, f"{tick(was)} is in the file as well as {tick(name)}", problems)
        elif was in seen:
            _tell(was, f"{tick(seen[was])} was {tick(was)} already", problems)
        seen.setdefault(was, name)


def _tell(word: Word, message: str, problems: Collector) -> None:
    remedy = "`was` is the name that the database still has, in the same schema"
    problems.add(codes.OLD_NAME, message, word.place, remedy=remedy)
