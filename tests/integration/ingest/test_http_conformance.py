"""The HTTP door against its own description."""

import pytest
import schemathesis

from tests.integration.ingest.http_door import HttpDoor
from tests.integration.rest.test_conformance import ask_everything

pytestmark = pytest.mark.kafka


def test_the_door_is_as_it_describes_itself(door: HttpDoor) -> None:
    """Requests made from the description, right and wrong ones, get answers that it names, in the form that it says."""
    schema = schemathesis.openapi.from_url(f"{door.url}/openapi.json")
    schema.config.update(headers={"x-api-key": door.key})
    assert len(ask_everything(schema)) == 5
