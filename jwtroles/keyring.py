"""Keys of the file beside those of the database: what is live, new, retired or left over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from jwtroles.frozen import frozen

if TYPE_CHECKING:
    from jwtroles.catalog import Catalog
    from jwtroles.kinds.signing_key import SigningKey
    from jwtroles.verifier.key_sources import Keys
    from jwtroles.verifier.keys import Key

Status = Literal["live", "not applied", "not in the file", "retired", "not yet", "over"]


@frozen
class KeyState:
    """One key, of the file or of the database.

    Attributes:
        source: the file or the variable that it stands in; '' where the file does not have it.
        applied: whether the database has it.
        retired: when it was retired there, or ''.
    """

    issuer: str
    kid: str
    alg: str
    size: int
    source: str
    applied: bool
    status: Status
    not_before: int | None
    not_after: int | None
    retired: str


def states_of(wanted: Keys, current: Catalog, now: float | None = None) -> tuple[KeyState, ...]:
    """Return every key by issuer and id.

    Args:
        wanted: the keys that the file names.
        current: the database.
        now: seconds since 1970, for what is not yet or no longer good.
    """
    stored: dict[int, SigningKey] = {key.id: key for key in current["signing_key"].values()}
    named = {key.id: key for key in wanted.keys}
    found = [
        _state(named.get(number), stored.get(number), time.time() if now is None else now)
        for number in named.keys() | stored
    ]
    return tuple(sorted(found, key=lambda one: (one.issuer, one.kid, one.alg)))


def _state(key: Key | None, there: SigningKey | None, now: float) -> KeyState:
    shown = key or there
    assert shown is not None  # noqa: S101 - it is one of both
    return KeyState(
        shown.issuer,
        shown.kid,
        shown.alg,
        shown.size,
        key.source if key is not None else "",
        there is not None,
        _status(key, there, now),
        shown.not_before,
        shown.not_after,
        there.retired if there is not None else "",
    )


def _status(key: Key | None, there: SigningKey | None, now: float) -> Status:
    if there is None:
        return "not applied"
    if there.retired:
        return "retired"
    if key is None:
        return "not in the file"
    if key.not_before is not None and key.not_before > now:
        return "not yet"
    return "over" if key.not_after is not None and key.not_after <= now else "live"
