"""`python -m jwtroles.kinds` prints the kinds with their query and table lock."""

from jwtroles.kinds import KINDS

for kind in KINDS:
    print(f"{kind.name:16} kinds/sql/{kind.name + '.sql':22} lock: {kind.lock}")  # noqa: T201
