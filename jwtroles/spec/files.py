"""The files of a specification: one, those that it includes, or all of a folder.

Nothing outside the folder of the main file is ever opened, whatever a file says: it may come from a
stranger's pull request, and an error shows lines of what was read.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from jwtroles import codes
from jwtroles.errors import Collector, Source, SpecError
from jwtroles.frozen import frozen
from jwtroles.names import GLOB, text_matches
from jwtroles.spec.model import Word
from jwtroles.spec.nodes import MapNode, Node
from jwtroles.spec.shapes import ListOf, Reading, Unreadable
from jwtroles.spec.syntax import read
from jwtroles.spec.text import MAX_BYTES, decoded
from jwtroles.spec.words import Text

if TYPE_CHECKING:
    from jwtroles.errors import Place

MAX_FILES = 200
"""Of one specification. All of them together may be as large as a single one."""

MAX_ENTRIES = 10_000
"""How many names of folders a glob looks at."""

INCLUDE = ListOf(Text("a path below this file's folder"), "a list of paths")


@frozen
class Folder:
    """The folder of a specification, which no path of it leads out of.

    Attributes:
        path: the folder as the user names it, for messages.
    """

    path: Path

    @property
    def real(self) -> Path:
        """The folder itself, whatever links lead there."""
        return self.path.resolve()

    def file(self, name: str, place: Place | None, problems: Collector) -> Path | None:
        """Return the file `name` of this folder, or note why it is none (JR139, JR140)."""
        parts = PurePosixPath(name).parts
        if PurePosixPath(name).is_absolute() or ".." in parts or not parts or "\0" in name:
            _outside(f"{name} is not below the folder of the file", place, problems)
            return None
        shown = self.path.joinpath(*parts)
        try:
            real = shown.resolve(strict=True)
            regular = stat.S_ISREG(real.stat().st_mode)
        except (OSError, RuntimeError):  # RuntimeError: links that go round in a circle
            _nothing(f"there is no file {shown}", place, problems)
            return None
        if not real.is_relative_to(self.real):
            _outside(f"{shown} is a link that leads out of the folder", place, problems)
        elif not regular:
            _nothing(f"{shown} is not a file", place, problems)
        else:
            return shown
        return None

    def matching(self, base: PurePosixPath, word: Word, problems: Collector) -> list[PurePosixPath]:
        """Return the files that a path means, by name; `base` is the folder of who says it.

        Of a glob, what it matches (JR140 where that is nothing); else the path, there or not.
        """
        parts = PurePosixPath(word).parts
        if GLOB not in word or ".." in parts or PurePosixPath(word).is_absolute():
            return [base / word]
        found = [base]
        for part in parts:
            found = [
                below for one in found for below in self._below(one, part, word.place, problems)
            ]
        if not found:
            _nothing(f"no file matches {word}", word.place, problems)
        return found

    def _below(
        self, folder: PurePosixPath, part: str, place: Place | None, problems: Collector
    ) -> Iterator[PurePosixPath]:
        if GLOB not in part:
            if (self.path / folder / part).exists():
                yield folder / part
            return
        real = (self.path / folder).resolve()
        if not real.is_dir() or not real.is_relative_to(self.real):
            return
        names = []
        for number, one in enumerate(real.iterdir()):
            if number >= MAX_ENTRIES:
                _too_many(f"a folder of more than {MAX_ENTRIES} names", place, problems)
            # As in a shell, a star does not mean what is hidden.
            if text_matches(part, one.name) and not (part[0] == GLOB and one.name[0] == "."):
                names.append(one.name)
        if len(names) > MAX_FILES:
            _too_many(f"more than {MAX_FILES} files", place, problems)
        yield from (folder / name for name in sorted(names))

    def named(self, words: Iterable[Word], problems: Collector) -> list[Path]:
        """Return the files that words of a specification name, each from the file it stands in."""
        found: list[Path] = []
        for word in words:
            said_in = Path(word.place.source.name).parent if word.place else self.path
            base = PurePosixPath(said_in.resolve().relative_to(self.real))
            for name in self.matching(base, word, problems):
                path = self.file(str(name), word.place, problems)
                found += [path] if path else []
        return found


def folder_of(path: Path) -> Folder:
    """Return the folder of the specification `path`, a file or a folder."""
    return Folder(path if path.is_dir() else path.parent)


def _too_many(what: str, place: Place | None, problems: Collector) -> NoReturn:
    problems.add(
        codes.TOO_MANY_FILES,
        f"the specification has {what}",
        place,
        remedy="say it with globs, templates and inherited roles, or leave generated test rows out",
    )
    problems.fail(SpecError)


def _outside(message: str, place: Place | None, problems: Collector) -> None:
    remedy = "name a file below the folder of the specification, without `..`"
    problems.add(codes.OUTSIDE_FOLDER, message, place, remedy=remedy)


def _nothing(message: str, place: Place | None, problems: Collector) -> None:
    remedy = "paths are relative to the file that names them"
    problems.add(codes.NO_SUCH_FILE, message, place, remedy=remedy)


def read_files(path: Path, problems: Collector) -> tuple[tuple[Node, ...], tuple[Source, ...]]:
    """Return the documents of a specification in their order, and the texts behind them.

    The main file comes first, each file before those that it includes. A folder stands for its
    `.yaml` and `.yml` files, by name.

    Raises:
        SpecError: a file cannot be read, or is not YAML.
    """
    files = _Files(folder_of(path), problems)
    if path.is_dir():
        files.whole(path)
    else:
        files.main(path)
    return tuple(files.documents), tuple(files.sources)


@dataclass(slots=True)
class _Files:
    folder: Folder
    problems: Collector
    documents: list[Node] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    first: dict[Path, Place | None] = field(default_factory=dict)
    left: int = MAX_BYTES

    def whole(self, path: Path) -> None:
        """Read a folder."""
        names = sorted(one.name for one in path.iterdir() if one.suffix in {".yaml", ".yml"})
        if not names:
            _nothing(f"the folder {path} has no file *.yaml", None, self.problems)
        for name in names:
            self.include(PurePosixPath(name), None)

    def main(self, path: Path) -> None:
        """Read the main file: what it is a link to has to be in its folder as well."""
        linked = "\0" not in str(path) and path.is_symlink() and path.is_file()
        if linked and self.folder.file(path.name, None, self.problems) is None:
            self.problems.fail(SpecError)
        self.read(path, PurePosixPath(path.name))

    def include(self, name: PurePosixPath, place: Place | None) -> None:
        """Read a file of the folder."""
        path = self.folder.file(str(name), place, self.problems)
        if path is None:
            return
        real = path.resolve()
        if real in self.first:
            before = self.first[real]
            self.problems.add(
                codes.INCLUDED_TWICE,
                f"{path} is read already",
                place,
                label=f"it is included at {before}" if before else "",
                remedy="name each file once; a file never includes itself, by whatever detour",
            )
            return
        if len(self.sources) >= MAX_FILES:
            _too_many(f"more than {MAX_FILES} files", place, self.problems)
        self.first[real] = place
        self.read(path, name)

    def read(self, path: Path, name: PurePosixPath) -> None:
        """Read one file, and then what it includes."""
        data = _bytes(path)
        if len(data) > self.left and self.sources:
            _too_many(f"more than {MAX_BYTES // 1024 // 1024} MB in all", None, self.problems)
        self.left -= len(data)
        self.first.setdefault(path.resolve(), None)
        source = decoded(data, str(path))
        self.sources.append(source)
        root = read(source, self.problems)
        self.documents.append(root)
        for word in included(root, self.problems):
            for found in self.folder.matching(name.parent, word, self.problems):
                # A glob does not mean the file that it stands in.
                if GLOB not in word or (self.folder.path / found).resolve() != path.resolve():
                    self.include(found, word.place)


def included(root: Node, problems: Collector) -> tuple[Word, ...]:
    """Return the paths under `include`."""
    if isinstance(root, MapNode):
        for key, child in root.entries:
            if key.word == "include":
                try:
                    return INCLUDE.load(child, Reading(problems, key.word))
                except Unreadable:
                    return ()
    return ()


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        problems = Collector()
        problems.add(
            codes.SPEC_UNREADABLE,
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}",
            remedy="name another file with --spec FILE",
        )
        problems.fail(SpecError)
