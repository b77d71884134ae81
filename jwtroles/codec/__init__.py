"""Frozen dataclasses as JSON and back, and the JSON Schema of them: all read off their types.

Nothing here knows what the dataclasses are about. A field is added to one, and it is in the file,
in the schema, and read back.
"""

from __future__ import annotations

from jwtroles.codec.codec import DRAFT, Codec
from jwtroles.codec.forms import Malformed

__all__ = ["DRAFT", "Codec", "Malformed"]
