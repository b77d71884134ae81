"""Passwords and private keys, which nothing that is printed or written may show."""

from __future__ import annotations

import re

_PASSWORD = re.compile(
    # In an address everything up to the last `@`: whoever wrote it may not have escaped it.
    r"(?P<url>(?<=://)[^\s/:@]*:)(?:(?!://)\S)+(?=@)"
    r"|(?P<word>password\s*=\s*)(?:'+[^'\n]*'*|\"[^\"\n]*\"?|[^\s'\"&]+)"
    # Private members of a JWK (RFC 7518 section 6, RFC 8037 section 2), also inside a quoted text.
    r'|(?P<member>\\?"(?:k|d|p|q|dp|dq|qi)\\?"\s*:\s*\\?")[^"\\\s]+',
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Anything that does not end a line: lines stay where they are."""


def covered(text: str) -> str:
    """Return `text` with stars over passwords in addresses and over private members of keys."""

    def stars(match: re.Match[str]) -> str:
        kept = match["url"] or match["word"] or match["member"]
        return kept + _LETTER.sub("*", match[0][len(kept) :])

    return _PASSWORD.sub(stars, text)
