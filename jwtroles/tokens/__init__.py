"""Tokens for development: made, taken apart, and judged as the database would judge them.

Nothing here decides about access: the database does. What it says is asked for with `ask`.
"""
