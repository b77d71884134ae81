"""The objects of schema `jwtroles`: claims for policies, and the way from a token to a role.

Policies call :func:`accessor` and nothing else, in every mode of `verify:`; what stands behind it
is made by :func:`machinery`, which is the one place that looks at the mode.
"""

from jwtroles.verifier.claims import accessor
from jwtroles.verifier.machinery import NO_MACHINERY, Machinery, OwnGrant, machinery
from jwtroles.verifier.mapping import claim_rows, setting_rows

__all__ = [
    "NO_MACHINERY",
    "Machinery",
    "OwnGrant",
    "accessor",
    "claim_rows",
    "machinery",
    "setting_rows",
]
