"""Passwords in connection strings, which nothing that is printed or written may show."""

from __future__ import annotations

import re

_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*:)([^\s/]+)(?=@)|(\bpassword=)('[^'\n]*'|[^\s'\"]+)")


def covered(text: str) -> str:
    """Return `text` with stars over passwords, as long as before, so that places still fit."""

    def stars(match: re.Match[str]) -> str:
        kept = match[1] or match[3]
        return kept + "*" * (len(match[0]) - len(kept))

    return _PASSWORD.sub(stars, text)
