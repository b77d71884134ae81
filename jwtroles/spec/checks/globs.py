"""Globs of table names: whether two of them could match one name."""

from __future__ import annotations

from jwtroles.names import parse_qname


def overlap(one: str, other: str) -> bool:
    """Tell whether some table could match both globs (`app.in*` and `app.*_lines` can)."""
    left, right = parse_qname(one), parse_qname(other)
    if left is None or right is None or left.schema != right.schema:
        return False
    return patterns_meet(left.name, right.name)


def patterns_meet(one: str, other: str) -> bool:
    """Tell whether some text matches both patterns, in which `*` is any text.

    Walks all pairs of positions, as a product of two automata: a star stays where it is while the
    other side moves on, or is passed over.
    """
    todo = [(0, 0)]
    seen: set[tuple[int, int]] = set()
    while todo:
        pair = todo.pop()
        if pair in seen:
            continue
        seen.add(pair)
        left, right = pair
        if left == len(one) and right == len(other):
            return True
        here, there = one[left : left + 1], other[right : right + 1]
        if here == "*":
            todo.append((left + 1, right))
            todo.extend([(left, right + 1)] if there else [])
        if there == "*":
            todo.append((left, right + 1))
            todo.extend([(left + 1, right)] if here else [])
        if here and here == there:
            todo.append((left + 1, right + 1))
    return False
