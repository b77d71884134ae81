"""Why a token becomes a role, and what a role may do: grant by grant, predicate by predicate.

Everything is read off the file, in its own words and with the claims' values put in. Where a
database or a snapshot says which tables there are, globs and groups of columns are looked up there.
"""

from __future__ import annotations

from jwtroles.explanation.build import explain_role, explain_token
from jwtroles.explanation.model import CODEC, Explanation, schema

__all__ = ["CODEC", "Explanation", "explain_role", "explain_token", "schema"]
