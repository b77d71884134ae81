"""Keys of issuers: where they come from, never what they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Source
from jwtroles.names import GLOB
from jwtroles.spec.checks.environments import VARIABLE
from jwtroles.spec.variables import USE
from jwtroles.spec.wording import listed, tick

if TYPE_CHECKING:
    from jwtroles.errors import Collector, Place
    from jwtroles.spec.model import Spec, Word

ENVIRONMENT = "environment"
"""The one part of a path that is filled in."""


def keys(spec: Spec, problems: Collector) -> None:
    """Keys come from one file below the folder, or from one variable."""
    for issuer in spec.tokens.issuers.values():
        word = issuer.keys
        if word is None or VARIABLE.fullmatch(word):
            continue
        if "${" in word:
            problems.add(
                codes.VARIABLE_ALONE,
                f"{tick(word)} puts a variable inside a path",
                word.place,
                remedy="let the variable hold the whole JWKS document: keys: ${JWKS}",
            )
            continue
        _path(word, spec, problems)


def _path(word: Word, spec: Spec, problems: Collector) -> None:
    for use in USE.finditer(word):
        if use[1] != ENVIRONMENT:
            problems.add(
                codes.NOT_KEYS,
                f"unknown part {tick(use[0])} of a path",
                word.at(use.start(), len(use[0])),
                remedy="a path may hold {environment}:  keys: keys/{environment}.jwks.json",
            )
        elif not spec.environments:
            problems.add(
                codes.NOT_KEYS,
                f"{tick(word)} needs an environment, and the file has none",
                word.at(use.start(), len(use[0])),
                remedy="declare `environments`, or name one file",
            )
    if GLOB in word:
        problems.add(
            codes.NOT_KEYS,
            f"{tick(word)} is not one file",
            word.place,
            remedy="name one JWKS document: it may hold several keys",
        )
    path = PurePosixPath(word)
    if path.is_absolute() or ".." in path.parts:
        problems.add(
            codes.OUTSIDE_FOLDER,
            f"{word} is not below the folder of the file",
            word.place,
            remedy="name a file below the folder of the specification, without `..`",
        )


def secrets(spec: Spec, problems: Collector) -> None:
    """A secret stands in a variable, and is for the one algorithm that the issuer has for it."""
    for issuer in spec.tokens.issuers.values():
        for kid, word in issuer.secrets.items():
            if not VARIABLE.fullmatch(word):
                problems.add(
                    codes.SECRET_IN_SPEC,
                    f"the secret of {tick(kid)} is not a variable",
                    _hidden(word.place),
                    remedy="keep it in the process environment, and name the variable:  "
                    f"{kid}: ${{SECRET}}   What stood here is no secret any more: make another",
                )
        fitting = [alg for alg in issuer.algorithms if alg.startswith("HS")]
        if issuer.secrets and len(fitting) != 1:
            has = f"has {listed(fitting)}" if fitting else "has none of HS256, HS384 and HS512"
            problems.add(
                codes.SECRET_ALGORITHM,
                f"the issuer {tick(issuer.name)} has secrets, and {has}",
                next(iter(issuer.secrets)).place,
                remedy="name one of them:  algorithms: [HS256]   or write the secrets as a JWKS "
                "document into one variable, each with its `alg`",
            )


def _hidden(place: Place | None) -> Place | None:
    """Return a place whose excerpt shows nothing of what stands from there on."""
    if place is None:
        return None
    lines = place.source.text.splitlines()
    line = lines[place.line - 1]
    lines[place.line - 1 :] = [line[: place.column - 1] + "*" * (len(line) - place.column + 1)]
    return replace(place, source=Source(place.source.name, "\n".join(lines)))
