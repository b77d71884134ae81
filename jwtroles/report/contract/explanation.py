"""An explanation as JSON: a contract with a version and a published schema.

Every character that is not ASCII is an escape: what a token says cannot act on a terminal.
"""

from __future__ import annotations

import json

from jwtroles.explanation import CODEC, Explanation


def render_explained(found: Explanation) -> str:
    """Return an explanation as JSON, without a final line end."""
    return json.dumps(CODEC.encode(found, Explanation), indent=2)
