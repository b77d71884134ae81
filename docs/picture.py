"""Draws docs/images/plan.svg: the first plan of examples/saas-gateway as a terminal shows it.

python docs/picture.py

tests/test_docs.py holds its words against what `plan` prints.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from jwtroles.private import loaded_privately
from jwtroles.report.text import render_plan
from jwtroles.spec.load import load_text
from jwtroles.workflow import make_plan

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "images" / "plan.svg"
TITLE = "jwtroles plan"
WIDTH = 100
GRAY, RED, GREEN, YELLOW = (154, 155, 153), (229, 115, 120), (152, 168, 75), (208, 179, 68)
BLUE, PURPLE, CYAN, WHITE = (120, 160, 200), (180, 140, 190), (104, 160, 179), (197, 200, 198)
THEME = TerminalTheme((41, 41, 41), WHITE, [GRAY, RED, GREEN, YELLOW, BLUE, PURPLE, CYAN, WHITE])
"""Each color has a contrast of 4.5 to 1 or more with the ground (WCAG 2.2, 1.4.3)."""
FETCHED = re.compile(r"@font-face \{.*?\n    \}|<!--.*?-->", re.DOTALL)
"""What would be fetched from elsewhere; any monospaced font of the reader's will do."""


def printed() -> str:
    """Plan the example on a private server and return what is printed."""
    folder = ROOT / "examples" / "saas-gateway"
    spec = load_text((folder / "jwtroles.yaml").read_text(encoding="utf-8"), "jwtroles.yaml")
    staging = next(env for name, env in spec.environments.items() if name == "staging")
    with loaded_privately([folder / "schema.sql"]) as connection:
        plan = make_plan(connection, spec, staging).plan
    text = render_plan(plan, spec, color=True, width=WIDTH, verbose=False)
    return f"$ jwtroles plan --env staging\n{text}"


def main() -> None:
    """Draw it."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed()))
    svg = FETCHED.sub("", console.export_svg(title=TITLE, theme=THEME))
    PICTURE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")


if __name__ == "__main__":
    main()
