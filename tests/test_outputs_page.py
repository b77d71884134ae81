"""docs/outputs.md: its commands run in an empty folder, and print what the page shows."""

from __future__ import annotations

from itertools import pairwise

from tests.test_docs import FENCE, matches, run, text_of


def test_the_page_of_outputs_runs_as_it_says(tmp_path):
    blocks = [b for b in FENCE.finditer(text_of("docs/outputs.md")) if b[2] in ("sh", "text")]
    commands = [block[3] for block in blocks if block[2] == "sh"]
    came, last = run(tmp_path, commands)
    assert len(came) == len(commands), last
    shown = pairwise(blocks)
    pairs = [(one[3], after[3]) for one, after in shown if (one[2], after[2]) == ("sh", "text")]
    assert len(pairs) == 5
    for command, expected in pairs:
        output = came[commands.index(command)]
        assert matches(expected, output), f"{command}\nexpected:\n{expected}\ncame:\n{output}"
