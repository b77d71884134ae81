"""The fenced blocks of the manual, and a shell that runs a page's commands as a reader would.

A block that is marked `sh` is run; a block `text` behind it is what it prints, where a line `…`
stands for any lines. A shell block that is not run says why behind its language: `sh skip: …`, or
`console skip: …` for what a reader types at a prompt.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SHELLS = {"sh", "bash", "shell", "zsh", "console"}
MARK = "=== end of block {} ==="


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: `info` is what stands behind the fence."""

    page: str
    line: int
    info: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def language(self) -> str:
        return self.info.split(" ")[0]

    @property
    def reason(self) -> str:
        """Why a shell block is not run, '' for one that is."""
        return self.info.partition(" skip: ")[2]


def all_blocks(page: str) -> list[Block]:
    text = text_of(page)
    return [
        Block(page, text.count("\n", 0, match.start()) + 1, match[2], textwrap.dedent(match[3]))
        for match in FENCE.finditer(text)
    ]


def blocks(page: str, language: str) -> list[Block]:
    return [block for block in all_blocks(page) if block.language == language]


def unrun(page: str) -> list[Block]:
    """Return the shell blocks that are not run."""
    shells = [block for block in all_blocks(page) if block.language in SHELLS]
    return [block for block in shells if block.info != "sh"]


def steps(page: str) -> list[tuple[Block, Block | None]]:
    """Return each block of commands with the output that the page shows for it, if it does."""
    found: list[tuple[Block, Block | None]] = []
    before = None
    for block in all_blocks(page):
        if block.info == "sh":
            found.append((block, None))
        elif block.info == "text" and before is not None and before.info == "sh":
            found[-1] = (found[-1][0], block)
        before = block
    return found


def matches(expected: str, came: str) -> bool:
    """Tell whether an output is the one shown, where a line `…` stands for any lines."""
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line == "…" else re.escape(line.rstrip()) + "\n"
        for line in expected.strip("\n").split("\n")
    )
    lines = [line.rstrip() for line in came.strip("\n").split("\n")]
    return re.fullmatch(pattern, "\n".join(lines) + "\n") is not None


def replay(page: str, tmp_path: Path, **variables: str) -> list[str]:
    """Run a page's commands in order in a fresh folder; return their outputs.

    Outputs are compared with those that the page shows. The folder is `tmp_path / "page"`.
    """
    planned = steps(page)
    assert planned, f"{page} has no commands"
    came, last = run(tmp_path, [commands.text for commands, _ in planned], variables)
    for number, (commands, expected) in enumerate(planned):
        assert number < len(came), f"{commands}: stopped in:\n{commands.text}\n{last}"
        if expected is not None:
            assert matches(expected.text, came[number]), (
                f"{commands}\nexpected:\n{expected.text}\ncame:\n{came[number]}"
            )
    return came


def run(tmp_path: Path, texts: list[str], variables: dict[str, str]) -> tuple[list[str], str]:
    """Run blocks in one shell in an empty folder; return their outputs, and what came after."""
    shims, folder = tmp_path / "bin", tmp_path / "page"
    shims.mkdir()
    folder.mkdir()
    start = f'PYTHONPATH="{ROOT}" exec "{sys.executable}"'
    programs = {"python": "", "jwtroles": '-c "from jwtroles.cli import main; main()" '}
    for name, arguments in programs.items():
        shim = shims / name
        shim.write_text(f'#!/bin/sh\n{start} {arguments}"$@"\n')
        shim.chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JWTROLES_", "PG")) and name not in {"DATABASE_URL", "COLUMNS"}
    }
    ours = {
        "PATH": f"{shims}:{os.environ['PATH']}",
        "JWTROLES_EMBEDDED_DIR": str(folder / "server"),
        "LC_ALL": "C.UTF-8",
    }
    script = "set -e\n" + "".join(
        f"{commands}\necho '{MARK.format(number)}'\n" for number, commands in enumerate(texts)
    )

    def shell(text: str) -> str:
        return subprocess.run(
            ["bash", "-c", text],
            cwd=folder,
            env=kept | ours | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        ).stdout

    try:
        output = shell(script)
    finally:
        shell("jwtroles db stop")
        for server in folder.glob("server/*/data/postmaster.pid"):  # of an environment of its own
            os.kill(int(server.read_text().split("\n")[0]), signal.SIGQUIT)  # immediate shutdown
    *came, last = re.split(MARK.format(r"\d+") + "\n", output)
    return came, last
