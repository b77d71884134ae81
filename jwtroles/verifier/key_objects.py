"""What the keys and issuers of an environment are in the database: objects, by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jwtroles.kinds.base import Origin, Secret
from jwtroles.kinds.curve_multiple import CurveMultiple
from jwtroles.kinds.function import SAFE_PATH, Function
from jwtroles.kinds.issuer import Issuer
from jwtroles.kinds.key_pad import KeyPad
from jwtroles.kinds.own_schema import SECRETS_HELD
from jwtroles.kinds.signing_key import KeyNumbers, SigningKey
from jwtroles.kinds.ticket_secret import TicketSecret
from jwtroles.verifier.curves import EDWARDS25519, P256, CurveName, Point
from jwtroles.verifier.keys import KEY_WIDTH, Key
from jwtroles.verifier.multiples import digest
from jwtroles.verifier.render import render

if TYPE_CHECKING:
    from jwtroles.spec.model import Spec
    from jwtroles.verifier.key_sources import Keys

_CURVES = {"p256": P256, "ed25519": EDWARDS25519}


def key_objects(spec: Spec, keys: Keys) -> Mapping[str, Iterable[Any]]:
    """Return issuers, keys, their secrets and multiples, and the secret of tickets, by kind.

    Nothing where the gateway verifies: then the database has no tables for them.
    """
    if spec.tokens.verify != "database":
        return {}
    needed = sorted({key.point.curve for key in keys.keys if key.point is not None})
    origin = Origin(spec.tokens.verify.place)
    return {
        "ticket_secret": [TicketSecret(origin=origin)],
        "issuer": [
            Issuer(
                str(one.name),
                frozenset(map(str, one.audience)),
                one.max_lifetime or 0,
                one.clock_skew,
                frozenset(map(str, one.optional)),
                Origin(one.place),
            )
            for one in spec.tokens.issuers.values()
        ],
        "curve_multiple": [
            *(_base_point(curve, origin) for curve in needed),
            *(_multiples(key, key.point) for key in keys.keys if key.point is not None),
        ],
        "key_pad": [pad for key in keys.keys for pad in _pads(key)],
        "signing_key": list(map(_signing_key, keys.keys)),
    }


def _signing_key(key: Key) -> SigningKey:
    numbers = KeyNumbers(width=KEY_WIDTH if key.point is not None else 0)
    if (rsa := key.rsa) is not None:
        numbers = KeyNumbers(
            rsa.modulus, rsa.exponent, rsa.octets, rsa.inverse, rsa.places, rsa.encoded
        )
    return SigningKey(
        key.id,
        key.issuer,
        key.kid,
        key.alg,
        key.public.hex(),
        key.not_before,
        key.not_after,
        numbers.digest,
        size=key.size,
        source=key.source,
        computed=numbers,
        origin=Origin(key.place),
    )


def _pads(key: Key) -> Iterable[KeyPad]:
    if key.pads is not None:
        secret = Secret(("int4", "bytea", "bytea"), (key.id, key.pads.inner, key.pads.outer))
        yield KeyPad(key.id, key.pads.digest, secret, Origin(key.place))


def _multiples(key: Key, point: Point) -> CurveMultiple:
    made_by = _call(point, KEY_WIDTH)
    return CurveMultiple(key.id, digest(point, KEY_WIDTH), made_by, Origin(key.place))


def _base_point(name: CurveName, origin: Origin) -> CurveMultiple:
    curve = _CURVES[name]
    made_by = _call(curve.base, curve.base_width)
    return CurveMultiple(curve.base_point, curve.base_digest, made_by, origin)


def _call(point: Point, width: int) -> str:
    return f"jwtroles.multiples_{point.curve}({point.x}, {point.y}, {width})"


def secrets_held(owner: str, project: str) -> Function:
    """Return the function that tells a role that plans which secrets are stored, by a digest.

    A secret of tickets is told by the database and the cluster that it was made for.
    """
    return Function(
        SECRETS_HELD,
        arguments="",
        returns="TABLE(held text, number bigint, digest text)",
        language="sql",
        volatility="s",
        parallel="s",
        definer=True,
        settings=SAFE_PATH,
        body=render("keys/secrets_held.sql.j2"),
        owner=owner,
        project=project,
        planned_with=True,
    )
