"""Reads the keys of an environment: JWKS files beside the specification, and variables.

Only what plans and applies needs them; a file is valid without any.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Collector, SpecError
from jwtroles.frozen import frozen
from jwtroles.spec.checks.environments import VARIABLE
from jwtroles.spec.files import folder_of
from jwtroles.spec.model import Word
from jwtroles.verifier.jwk import Origin, shortage
from jwtroles.verifier.jwks import MAX_OCTETS, check_ids, read_jwks
from jwtroles.verifier.keys import Key, secret_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.spec.model import Environment, Spec
    from jwtroles.spec.token_model import Issuer


@frozen
class Document:
    """A JWKS file: its path, for messages, and its text."""

    path: str
    text: str


@frozen
class Keys:
    """The keys of all issuers.

    Attributes:
        keys: in the order of the file.
        unread: issuers some of whose keys are in a variable that is not set, where that is allowed.
        documents: issuer → the JWKS file of its keys. It is public: a file never holds a secret.
    """

    keys: tuple[Key, ...] = ()
    unread: frozenset[str] = frozenset()
    documents: Mapping[str, Document] = field(default_factory=dict)


NO_KEYS = Keys()
"""What a database has that no token is meant for, such as one that tests the file."""


def read_keys(
    spec: Spec,
    environment: Environment | None,
    *,
    offline: bool = False,
    documents: Mapping[str, Document] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Keys:
    """Return the keys that the file names for an environment; none where the gateway verifies.

    Args:
        spec: what names them.
        environment: what `{environment}` stands for.
        offline: whether a variable may be missing: whoever plans without a database has no secrets.
        documents: the JWKS file of each issuer, where none is to be looked for.
        variables: those of the process, where no others are given.

    Raises:
        SpecError: JR139 and JR140 for files that are not there, JR014 for variables that are not
            set, JR275 to JR283 for keys that are none to verify with.
    """
    if spec.tokens.verify != "database":
        return NO_KEYS
    problems = Collector()
    name = str(environment.name) if environment else None
    values = os.environ if variables is None else variables
    reader = _Reader(spec, name, problems, documents, values)
    found = [(issuer, tuple(reader.keys(issuer))) for issuer in spec.tokens.issuers.values()]
    for issuer, keys in found:
        check_ids(keys, reader.origin(issuer, issuer.keys or issuer.name), problems)
    if not offline:
        for word in reader.missing:
            problems.add(
                codes.NO_VARIABLE,
                f"the variable {word[2:-1]} is not set",
                word.place,
                remedy=f"export {word[2:-1]}=…   It holds keys: `validate` and `test` need none",
            )
    problems.raise_if_any(SpecError, "Nothing was planned.")
    read = tuple(key for _, keys in found for key in keys)
    return Keys(read, frozenset(reader.unread), reader.documents)


class _Reader:
    def __init__(
        self,
        spec: Spec,
        environment: str | None,
        problems: Collector,
        given: Mapping[str, Document] | None,
        variables: Mapping[str, str],
    ) -> None:
        self.spec = spec
        self.environment = environment
        self.problems = problems
        self.given = given
        self.variables = variables
        self.documents: dict[str, Document] = {}
        self.missing: list[Word] = []
        self.unread: set[str] = set()

    def origin(self, issuer: Issuer, word: Word, shown: str = "") -> Origin:
        """Return where a word says that keys come from."""
        algorithms = tuple(map(str, issuer.algorithms))
        secret = VARIABLE.fullmatch(word) is not None
        return Origin(str(issuer.name), algorithms, shown or str(word), secret, word.place)

    def keys(self, issuer: Issuer) -> Iterator[Key]:
        """Yield the keys of an issuer."""
        if issuer.keys is not None:
            yield from self._document(issuer, issuer.keys)
        for kid, word in issuer.secrets.items():
            value = self._value(issuer, word)
            if value is not None and (key := self._secret(issuer, kid, word, value)):
                yield key

    def _document(self, issuer: Issuer, word: Word) -> Iterator[Key]:
        text: str | bytes | None
        if VARIABLE.fullmatch(word):
            origin, text = self.origin(issuer, word), self._value(issuer, word)
        else:
            found = self._file(issuer, word)
            origin = self.origin(issuer, word, found.path if found else "")
            text = found.text.encode(errors="surrogateescape") if found else None
        if text is not None:
            for key in read_jwks(text, origin, self.problems):
                yield replace(key, place=word.place, source=origin.shown)

    def _file(self, issuer: Issuer, word: Word) -> Document | None:
        """Return the JWKS file of an issuer: the one that was given, or the one of the folder."""
        name = str(issuer.name)
        if self.given is not None:
            found = self.given.get(name)
            if found is None:
                message = f"the keys of {name} are not there"
                remedy = "plan again, and save that plan"
                self.problems.add(codes.NO_SUCH_FILE, message, word.place, remedy=remedy)
            return found
        path = keys_path(self.spec, word, self.environment, self.problems)
        octets = self._start(path, word) if path else None
        if octets is None:
            return None
        # What is not UTF-8 is refused where the document is read.
        self.documents[name] = Document(str(path), octets.decode(errors="surrogateescape"))
        return self.documents[name]

    def _start(self, path: Path, word: Word) -> bytes | None:
        """Return as much of a file as a document may have, and one octet more."""
        try:
            with path.open("rb") as file:
                return file.read(MAX_OCTETS + 1)
        except OSError as error:
            remedy = "let whoever plans read it; it holds public keys alone"
            message = f"cannot read {path}: {error.strerror}"
            self.problems.add(codes.NO_SUCH_FILE, message, word.place, remedy=remedy)
            return None

    def _value(self, issuer: Issuer, word: Word) -> str | None:
        value = self.variables.get(word[2:-1])
        if value is None:
            self.missing.append(word)
            self.unread.add(str(issuer.name))
        return value

    def _secret(self, issuer: Issuer, kid: Word, word: Word, value: str) -> Key | None:
        """Return the key that a text is as it stands: identity platforms hand secrets out so."""
        (alg,) = (str(alg) for alg in issuer.algorithms if alg.startswith("HS"))
        secret = value.encode("utf-8", "surrogateescape")
        what = f"{word}: the secret of {kid}"
        if value.endswith(("\n", "\r")):
            message = f"{what} ends with a line end"
            remedy = "the whole value is the key: set the variable without the line end"
            self.problems.add(codes.NO_KEY, message, word.place, remedy=remedy)
            return None
        if (least := shortage(secret, alg)) is not None:
            message = f"{what} has {len(secret)} octets, too few for {alg}"
            self.problems.add(codes.WEAK_KEY, message, word.place, remedy=least)
            return None
        key = secret_key(str(issuer.name), str(kid), alg, secret)
        return replace(key, place=kid.place, source=str(word))


def keys_path(spec: Spec, word: Word, environment: str | None, problems: Collector) -> Path | None:
    """Return the file that `keys` means in an environment, or note why there is none."""
    if "{environment}" in word and environment is None:
        message = f"`{word}` needs an environment, and none is chosen"
        remedy = "choose one with --env"
        problems.add(codes.NOT_KEYS, message, word.place, remedy=remedy)
        return None
    path = Path(spec.source.name)
    if not path.exists():
        message = f"{spec.source.name} is not a file, and cannot name {word}"
        problems.add(codes.NO_SUCH_FILE, message, word.place, remedy="load it from a folder")
        return None
    named = Word(word.replace("{environment}", environment or ""), word.place)
    found = folder_of(path).named([named], problems)
    return found[0] if found else None
