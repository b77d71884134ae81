"""The mark by which jwtroles knows its own objects: a suffix of their comment.

A comment is the only place that every kind of object has, that pg_dump carries and that needs no
extension. What the user wrote stands before the mark and is kept.
"""

from __future__ import annotations

import re

from jwtroles.names import literal

_TAG = re.compile(r" ?\[jwtroles: ([a-z][a-z0-9_]*)\]\Z")


def tagged(comment: str, project: str) -> str:
    """Return `comment`, every space of it, with the mark of `project` behind it."""
    return f"{comment} [jwtroles: {project}]" if comment else f"[jwtroles: {project}]"


def split_tag(comment: str | None) -> tuple[str, str | None]:
    """Split a stored comment into what the user wrote and the project that it is marked with."""
    text = comment or ""
    match = _TAG.search(text)
    return (text[: match.start()], match.group(1)) if match else (text, None)


def comment_sql(subject: str, comment: str, project: str | None) -> str:
    """Return COMMENT ON `subject` (an SQL phrase such as `ROLE member`)."""
    text = tagged(comment, project) if project else comment
    return f"COMMENT ON {subject} IS {literal(text) if text else 'NULL'}"
