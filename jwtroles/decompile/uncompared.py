"""What roles of an imported file have that no plan compares, so that the file hides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem
from jwtroles.kinds.login_setting import IDENTITY
from jwtroles.names import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwtroles.decompile.found import Found


def not_compared(found: Found, logins: Iterable[str]) -> Iterator[Problem]:
    """Yield what no file can say, of everybody, of the roles of the file and those left to others.

    Args:
        found: the database.
        logins: the logins that take on roles of tokens: a plan leaves what is stored with them.
    """
    ours = {PUBLIC, *found.roles, *found.left, *logins}
    for role, words in found.uncompared:
        if role in ours:
            yield Problem(codes.NOT_COMPARED, f"{role} has {words}")
    for login in sorted(set(logins) - found.platform):
        names = {one.name for one in found.settings if one.role == login}
        stored = sorted(name for name in names if not IDENTITY.match(name))
        if stored:
            message = f"{login} has settings of its own: {', '.join(stored)}"
            yield Problem(codes.NOT_COMPARED, message)
