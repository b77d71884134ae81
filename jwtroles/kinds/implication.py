"""Stand-in until the real one lands."""


def implies(a: str, b: str) -> bool:
    """Equal."""
    return a == b or b == "true"
