"""Fixtures of all suites. One node serves a session; a test that harms a node starts its own with `start_node`."""

import itertools

import pytest

from harness.node import Node, find_bryod

counter = itertools.count(1)


def pytest_addoption(parser):
    parser.addoption("--bryod", help="the bryod to test; default: $BRYOD, else the newest build of this tree")


def pytest_configure(config):
    if named := config.getoption("--bryod"):
        import os

        os.environ["BRYOD"] = named


def pytest_report_header(config):
    return f"bryod: {find_bryod()}"


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("node") / "data").start()
    yield node
    node.stop()
    assert "Sanitizer" not in node.log(), node.log_tail(80)


@pytest.fixture
def start_node(tmp_path):
    """start_node(toml="", ...) -> a running node of the test's own, stopped (and asserted healthy) at its end."""
    nodes = []

    def start(toml="", directory=None, **options) -> Node:
        node = Node(directory or tmp_path / f"node{len(nodes)}", toml, **options)
        nodes.append(node)
        return node.start()

    yield start
    for node in nodes:
        node.stop()
        assert "Sanitizer" not in node.log(), node.log_tail(80)


@pytest.fixture
def bucket(node):
    """A fresh bucket of the session's node."""
    name = f"test-{next(counter)}"
    node.create_bucket(name)
    return name


@pytest.fixture(autouse=True)
def node_lives_on(request):
    """No test may bring the session's node down: every test that uses it checks that the same process still answers."""
    if "node" not in request.fixturenames:
        yield
        return
    node = request.getfixturevalue("node")
    before = node.pid
    yield
    assert node.alive() and node.pid == before, f"the node died:\n{node.log_tail(60)}"
    assert node.request("GET", "/v1/health").status == 200


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed and "node" in getattr(item, "funcargs", {}):
        report.sections.append(("log of the node", item.funcargs["node"].log_tail(30)))
