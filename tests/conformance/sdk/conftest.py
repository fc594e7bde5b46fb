"""The suite of the official Python SDK, run once under each supported version (.ci/python-env sdk125, sdk200)."""

import pytest
from aistore.sdk import Client


@pytest.fixture(scope="session")
def client(node):
    # The SDK retries 429 and 5xx for minutes by default; here an error must show at once.
    return Client(node.url, timeout=30)


@pytest.fixture
def bck(client, bucket):
    return client.bucket(bucket)


@pytest.fixture
def fill(bck):
    """fill({name: bytes}) puts objects through the SDK, as a user would."""

    def put(objects: dict[str, bytes]) -> dict[str, bytes]:
        for name, data in objects.items():
            bck.object(name).get_writer().put_content(data)
        return objects

    return put
