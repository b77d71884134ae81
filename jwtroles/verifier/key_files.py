"""JWKS files of environments as they are written: merged, never overwritten, public keys alone."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from jwtroles import codes
from jwtroles.errors import Collector, Problem, SpecError
from jwtroles.frozen import frozen
from jwtroles.spec.checks.environments import VARIABLE
from jwtroles.spec.files import folder_of
from jwtroles.spec.wording import tick
from jwtroles.verifier.jwk import Origin, named
from jwtroles.verifier.jwks import check_ids, members, read_jwks

if TYPE_CHECKING:
    from jwtroles.spec.model import Environment, Spec
    from jwtroles.spec.token_model import Issuer

Jwk = Mapping[str, Any]
_FOOTER = "Nothing was written."


@frozen
class Merged:
    """What became of keys that were merged into a file, each by its id.

    Attributes:
        added, there: keys that are new, and those that the file had already.
        left_out: keys that are not for verifying signatures, which issuers publish beside them.
    """

    path: Path
    added: tuple[str, ...]
    there: tuple[str, ...]
    left_out: tuple[str, ...]


def file_of(spec: Spec, issuer: Issuer, environment: Environment | None) -> Path:
    """Return the JWKS file of an issuer in an environment, there or not.

    Raises:
        SpecError: JR634 where its keys are in no file, JR139 where that is outside the folder.
    """
    word = issuer.keys
    if word is None or VARIABLE.fullmatch(word):
        message = f"the keys of {tick(issuer.name)} are in no file"
        if word is not None:
            message = f"the keys of {tick(issuer.name)} are in {word}, not in a file"
        remedy = "name one:  keys: keys/{environment}.jwks.json"
        place = (word or issuer.name).place
        raise SpecError(Problem(codes.NO_KEYS_FILE, message, place, remedy=remedy), footer=_FOOTER)
    name = word.replace("{environment}", str(environment.name) if environment else "")
    said_in = Path(word.place.source.name) if word.place else Path(spec.source.name)
    path = said_in.parent / PurePosixPath(name)
    folder = folder_of(Path(spec.source.name)).real
    if not path.resolve().is_relative_to(folder):
        message = f"{path} is not below the folder of the file"
        remedy = "name a file below the folder of the specification, without `..`"
        problem = Problem(codes.OUTSIDE_FOLDER, message, word.place, remedy=remedy)
        raise SpecError(problem, footer=_FOOTER)
    return path


def merge(path: Path, new: str | bytes, origin: Origin) -> Merged:
    """Add the keys of a document to a JWKS file, once all of them have been judged.

    Raises:
        SpecError: JR275 to JR283 for what is wrong with either document, JR635 for a key id under
            which the file has another key.
    """
    problems = Collector()
    offered = members(new, origin, problems)
    wanted = [jwk for jwk in offered if jwk.get("use", "sig") == "sig"]
    left_out = [_name(n, jwk) for n, jwk in enumerate(offered, 1) if jwk not in wanted]
    old = path.read_bytes() if path.exists() else None
    here = origin_of(path, origin)
    before = members(old, here, problems) if old is not None else ()
    problems.raise_if_any(SpecError, _FOOTER)
    if not wanted:
        message = f"{origin.shown} has no key for verifying signatures"
        remedy = "take the issuer's JWKS document, such as its /.well-known/jwks.json"
        raise SpecError(Problem(codes.NO_JWKS, message, remedy=remedy), footer=_FOOTER)
    known = {jwk.get("kid", ""): jwk for jwk in before}
    added: list[Jwk] = []
    there: list[str] = []
    for number, jwk in enumerate(wanted, 1):
        same = known.get(jwk.get("kid", ""))
        if same is None:
            added.append(jwk)
        elif _judged(same, here) == _judged(jwk, here):
            there.append(_name(number, jwk))
        else:
            message = f"{path} has another {named(number, jwk)} already"
            remedy = "a new key has a new id; take the old one out first if it was never used"
            problems.add(codes.KEY_THERE, message, remedy=remedy)
    document = {"keys": [*before, *added]}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    read_jwks(json.dumps({"keys": wanted}), origin, problems)
    problems.raise_if_any(SpecError, _FOOTER)
    check_ids(read_jwks(text, here, problems), here, problems)
    problems.raise_if_any(SpecError, _FOOTER)
    if added:
        _write(path, text)
    names = tuple(_name(number, jwk) for number, jwk in enumerate(added, 1))
    return Merged(path, names, tuple(there), tuple(left_out))


def origin_of(path: Path, origin: Origin) -> Origin:
    """Return the origin of keys in a file: it may hold no secret."""
    return Origin(origin.issuer, origin.algorithms, str(path), secret=False, place=origin.place)


def _judged(jwk: Jwk, origin: Origin) -> object:
    """Return the key that a JWK is, or nothing equal to it."""
    found = read_jwks(json.dumps({"keys": [jwk]}), origin, Collector())
    return found[0] if found else object()


def _name(number: int, jwk: Jwk) -> str:
    kid = jwk.get("kid")
    return kid if isinstance(kid, str) and kid else f"number {number}"


def _write(path: Path, text: str) -> None:
    """Write a file in one step: a reader finds the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        file.write(text)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    Path(file.name).chmod(mode)
    os.replace(file.name, path)  # noqa: PTH105 - over an existing file on every system
