"""What is worth a look about issuers and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Problem
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.catalog import Catalog
    from jwtroles.spec.model import Spec


def key_remarks(spec: Spec, current: Catalog, desired: Catalog) -> Iterator[Problem]:
    """Yield every remark; none where the gateway verifies tokens."""
    live = set()
    for number, key in desired["signing_key"].items():
        there = current["signing_key"].get(number)
        if there is None or not there.retired:
            live.add(key.issuer)
            continue
        which = f"key {tick(key.kid)}" if key.kid else "the key without a kid"
        message = f"{which} of {key.issuer} is retired since {there.retired}, and stands in "
        remedy = "take it out there: then its row goes, and what it signed stays dead"
        yield Problem(codes.KEY_RETIRED, message + key.source, key.origin.place, remedy=remedy)
    for name, issuer in desired["issuer"].items():
        if name not in live:
            message = f"{name} has no live key: every token of it is refused"
            remedy = "name its JWKS document under `keys`"
            yield Problem(codes.NO_LIVE_KEY, message, issuer.origin.place, remedy=remedy)
    if spec.tokens.verify == "database":
        for one in spec.tokens.issuers.values():
            for word in one.optional:
                ends = word == "exp" and one.max_lifetime is not None
                lacks = (
                    f"it then ends {one.max_lifetime} s after its `iat`" if ends else _LACKS[word]
                )
                message = f"tokens of {one.name} may lack {tick(word)}: {lacks}"
                yield Problem(codes.MAY_LACK, message, word.place)
    if any(not one.here for one in current["ticket_secret"].values()):
        message = "this database is a copy: it has the secret of tickets of another one"
        remedy = "apply makes one of its own; whoever is logged in here logs in again"
        yield Problem(codes.SECRET_OF_ANOTHER, message, remedy=remedy)


_LACKS = {
    "exp": "it then never ends by itself",
    "aud": "it may have been made for somebody else",
}
