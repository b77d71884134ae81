"""Whatever is wrong with a file, no output shows a secret that somebody wrote into it."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jwtroles import codes
from jwtroles.errors import Place, Problem, Source, SpecError
from jwtroles.passwords import covered
from jwtroles.report.annotations import render_error_annotations
from jwtroles.report.contract import render_failure
from jwtroles.report.markdown import render_errors
from jwtroles.report.problems import render
from jwtroles.report.secrets import covered_lines
from jwtroles.spec.load import load_text

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "Tr0ub4dor&3-horse"
OTHER = "correct.battery+staple/9"
ISSUER = "    me: {algorithms: [HS256, HS521], "
FILE = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate, alow: 3}
environments:
  dev: {database: 'ADDRESS', alow: []}
tokens:
  verify: database
  issuers:
ISSUER
  claims:
    sub: {type: uuid}
roles: {member: {}}
"""


def outputs(error: SpecError) -> Iterator[str]:
    yield render(error, color=False, width=100)
    yield render(error, color=False, width=2000)
    yield render_failure(error)
    yield render_errors(error)
    yield render_error_annotations(error)


def said(text: str) -> str:
    """Return everything that any output says of the errors of a file."""
    with pytest.raises(SpecError) as caught:
        load_text(text)
    assert caught.value.problems
    return "\n".join(outputs(caught.value))


# fmt: off
PLACES = {
    "on one line": ISSUER + "secrets: {k: 'SECRET', l: OTHER}}",
    "before another error": ISSUER + "secrets: {k: SECRET}, keyz: 3, max_lifetime: never}",
    "behind another error": ISSUER + 'keyz: 3, secrets: {k: "SECRET"}}',
    "each on a line": ISSUER.replace("{algorithms: [HS256, HS521], ", "\n      secrets:\n")
    + "        k: SECRET\n        l: 'OTHER'\n      keyz: 3",
    "lines of one text": "    me:\n      secrets:\n        k: |\n          SECRET\n"
    "          OTHER\n      keyz: 3",
    "a text that goes on":
    "    me:\n      secrets:\n        k: SECRET\n          OTHER\n      keyz: 3",
    "braces over lines": "    me:\n      secrets: {k: 'SECRET',\n"
    "        l: \"OTHER\",\n  }\n      keyz: 3",
    "no map": "    me: {secrets: SECRET, keyz: OTHER}",
    "a list": "    me: {secrets: [SECRET, OTHER], keyz: 3}",
    "a list on lines": "    me:\n      secrets:\n      - SECRET\n      - OTHER\n",
    "a map too deep": "    me: {secrets: {k: {SECRET: OTHER}}}",
    "misspelt": "    me: {secerts: {k: SECRET, l: OTHER}}",
    "misspelt on lines": "    me:\n      Secrets:\n        k: SECRET\n        l: OTHER\n",
    "one secret": "    me: {secret: SECRET, password: OTHER}",
    "a quoted key": "    me: {'secrets': {k: SECRET}, \"secrets\": {k: OTHER}}",
    "twice": "    me: {secrets: {k: SECRET, k: OTHER}}",
    "a tag": "    me: {secrets: {k: !!str SECRET}}",
    "an anchor": "    me: {secrets: {k: &a SECRET, l: *a}}",
    "cut by a comment": "    me: {secrets: {k: x #SECRET\n  }, keyz: 3}",
    "cut short": "    me: {secrets: {k: SECRET",
    "a bracket too many": "    me: {secrets: {k: SECRET]}}",
    "a quote too many": "    me: {secrets: {k: 'SECRET' 'OTHER'}}",
    "quotes inside": "    me: {secrets: {k: 'a''}SECRET'}, keyz: 3}",
    "braces inside": '    me: {secrets: {k: "a}\\",SECRET"}, keyz: 3}',
    "tabs": "    me:\n\tsecrets: {k: SECRET}\n",
    "beside a variable": "    me: {secrets: {k: '${VARIABLE}', l: SECRET}, keyz: 3}",
    "a document":
    """    me: {keys: '{"keys":[{"kty":"oct","k":"SECRET"},{"d" : "OTHER"}]}', keyz: 3}""",
    "a quoted document": '    me: {keys: "{\\"keys\\":[{\\"k\\":\\"SECRET\\"}]}", keyz: 3}',
    "a private key": "    me: {keys: '-----BEGIN RSA PRIVATE KEY----- SECRET -----END RSA PRIVATE"
    " KEY-----', keyz: 3}",
}
# fmt: on


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_no_error_of_a_file_shows_a_secret(place: str) -> None:
    shown = said(FILE.replace("ISSUER", place).replace("SECRET", SECRET).replace("OTHER", OTHER))
    assert SECRET not in shown
    assert OTHER not in shown


ADDRESSES = (
    "postgres://ann:SECRET@db/x",
    "postgres://ann:OTHER@db/x",
    "postgres://ann:a@b:SECRET@db/x",
    "postgres://ann@db/x?password=SECRET",
    "host=db password=SECRET",
    "host=db password = SECRET",
    "host=db sslpassword=SECRET",
    "host=db password=''SECRET x''",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_error_of_a_file_shows_a_password(address: str) -> None:
    text = FILE.replace("ISSUER", "    me: {keyz: 3}").replace("ADDRESS", address)
    shown = said(text.replace("SECRET", SECRET).replace("OTHER", OTHER))
    assert SECRET not in shown
    assert OTHER not in shown


@settings(max_examples=60)
@given(
    st.text(
        string.ascii_letters + string.digits + "+/=_-.{}[]:,'\"#&*!|>@ ", min_size=6, max_size=40
    ),
    st.sampled_from(["{k: %s}", "{k: '%s'}", '{k: "%s"}', "%s", "[%s]", "{k: x, l: %s}"]),
)
def test_whatever_the_secret_and_however_it_is_written(secret: str, form: str) -> None:
    """Also where YAML cannot read it: no run of six letters of it is in an excerpt."""
    place = "    me: {keyz: 3, secrets: " + form.replace("%s", secret) + "}"
    line = covered_lines(FILE.replace("ISSUER", place))[FILE.splitlines().index("ISSUER")]
    shown = line.partition("secrets:")[2]
    words = [word for word in secret.replace("}", " ").split() if len(word) > 5]
    ended = any(char in secret for char in "'\"}]")  # what ends it may stand in it
    assert ended or not any(word in shown for word in words), line


def test_what_is_no_secret_stays() -> None:
    """Variables, the ids of keys, other keys beside them, and the places of all of it."""
    text = "me: {secrets: {legacy: '${JWT_SECRET}', new: hush}, algorithms: [HS256]}  # HS"
    (line,) = covered_lines(text)
    assert line == "me: {secrets: {legacy: *${JWT_SECRET}** **** *****, algorithms: [HS256]}  # HS"
    lines = (
        "secrets:\n  legacy: hush\n  new: hush\nroles:\n  secretary: {tables: {}}\n".splitlines()
    )
    assert covered_lines("\n".join(lines)) == (
        "secrets:", "  legacy: ****", "  new: ****", "roles:", "  secretary: {tables: {}}",
    )  # fmt: skip
    assert covered("https://auth.example:8443/realms/x") == "https://auth.example:8443/realms/x"


def test_a_message_that_repeats_a_secret_does_not_show_it() -> None:
    text = "secrets: {k: hunter22}\n"
    place = Place(Source("f.yaml", text), 1, 14, 8)
    problem = Problem(
        codes.YAML_SYNTAX, "found hunter22", place, "`hunter22`", ("hunter22",), "write 'hunter22'"
    )
    assert "hunter22" not in "".join(outputs(SpecError(problem)))
    place = Place(Source("f.yaml", 'secrets: {k: "${SECRET}"}'), 1, 14, 11)
    named = SpecError(Problem(codes.YAML_SYNTAX, "the secret of `k`, SECRET", place))
    assert all("the secret of `k`, SECRET" in one for one in outputs(named))
