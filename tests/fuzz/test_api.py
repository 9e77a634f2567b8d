"""The HTTP API holds to its own description, whatever is sent: with a key and without, as described and not."""

import os
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from tests.web.site import Site

if TYPE_CHECKING:
    from schemathesis import Case

EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
"""Cases of each operation, as described and not, for each key; more for a longer search."""
SOME = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
STREAM = "/api/v1/stream"
"""Never ends, so its form is held to by tests/web/test_stream.py."""


def _operations(admin: httpx.Client) -> list[Any]:
    import schemathesis

    document = admin.get("/openapi.json").json()
    found = [
        cast("Any", r).ok() for r in schemathesis.openapi.from_dict(document).get_all_operations()
    ]
    return [o for o in found if o.path != STREAM]


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.filterwarnings("default")
def test_every_operation_answers_as_it_is_described(
    here: Site, admin: httpx.Client, mode: str
) -> None:
    """Every operation answers each case in the described form and never 5xx, and refuses whoever has no key."""
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    described = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    keys = {
        "admin": {"Authorization": admin.headers["Authorization"]},
        "read": {"Authorization": here.client("read").headers["Authorization"]},
        "nobody": {},
    }
    asked, refused, cases = set[str](), set[str](), 0

    def hold(operation: Any, key: str) -> None:  # noqa: ANN401 - an operation of schemathesis
        @SOME
        @given(data=st.data())
        def one(data: st.DataObject) -> None:
            nonlocal cases
            case: Case[Any] = data.draw(operation.as_strategy(GenerationMode[mode]))
            # The case draws a key of its own, which would stand in place of ours.
            for name in [n for n in case.headers or {} if n.lower() == "authorization"]:
                case.headers.pop(name)
            case.cookies = {}
            answer = case.call(base_url=here.url, headers=keys[key], timeout=20)
            case.validate_response(answer, checks=described)
            cases += 1
            asked.add(operation.label)
            if key == "nobody" and "x-scope" in operation.definition.raw:
                assert answer.status_code in (400, 401, 405), answer.text
                refused.add(operation.label)

        one()

    operations = _operations(admin)
    for operation in operations:
        for key in keys:
            try:
                hold(operation, key)
            except Unsatisfiable:
                # What takes no input has none that is wrong.
                assert mode == "NEGATIVE", operation.label
            except Exception as error:
                error.add_note(f"{operation.label} as {key}")
                raise

    assert len(operations) > 10
    assert cases > 15
    assert refused
