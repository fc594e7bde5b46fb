"""bryod --write-reference, and that the pages in sdk/reference say what the program says."""

import shutil
import subprocess
import sys

import pytest

from harness.node import ROOT, find_bryod

PAGES = ["metrics.md", "options.md", "plugins.md", "routes.md"]


def write_reference(*words):
    done = subprocess.run([str(find_bryod()), "--write-reference", *map(str, words)], capture_output=True, timeout=60, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_the_tree_are_up_to_date(page, tmp_path):
    assert write_reference(tmp_path) == (0, "", "")
    said = (tmp_path / page).read_text()
    assert (ROOT / "sdk/reference" / page).read_text() == said, f"sdk/reference/{page} is out of date: run sdk/reference/make.sh"


def test_only_the_pages_are_written(tmp_path):
    (tmp_path / "options.md").write_text("old")
    assert write_reference(tmp_path)[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == PAGES
    assert (tmp_path / "options.md").read_text().startswith("# Options\n")


def test_the_pages_do_not_depend_on_values(tmp_path):
    """The pages tell what may be set. What is set may be secret."""
    (tmp_path / "bryo.toml").write_text('[node]\nid = "hunter2"\n[plugin.moss]\nmax_wait = "7s"\n')
    (tmp_path / "pages").mkdir()
    assert write_reference(tmp_path / "pages", "--config", tmp_path / "bryo.toml") == (0, "", "")
    for page in PAGES:
        assert (tmp_path / "pages" / page).read_text() == (ROOT / "sdk/reference" / page).read_text()


def test_a_plugin_that_is_not_enabled_is_in_the_pages(tmp_path):
    (tmp_path / "bryo.toml").write_text("[plugins]\nenable = []\n")
    assert write_reference(tmp_path, "--config", tmp_path / "bryo.toml")[0] == 0
    assert "### `[plugin.moss]`" in (tmp_path / "options.md").read_text()
    assert "Not enabled." in (tmp_path / "plugins.md").read_text()
    metrics = (tmp_path / "metrics.md").read_text()
    assert "## Plugin `moss`\n\nNot enabled: these metrics are not there.\n" in metrics and "ais_target_getbatch_count" in metrics
    assert "## Plugin `moss`\n\nNot enabled: these routes answer 501.\n" in (tmp_path / "routes.md").read_text()


def test_what_is_refused(tmp_path):
    code, out, why = write_reference(tmp_path / "absent")
    assert (code, out) == (1, "") and why == f"bryod: there is no directory {tmp_path}/absent for the pages: make it, or name another\n"
    code, out, why = write_reference("/proc")
    assert (code, out) == (1, "") and why.startswith("bryod: cannot write /proc/options.md: ")
    (tmp_path / "bryo.toml").write_text('[node.http]\nmax_heder = "1MiB"\n')
    code, out, why = write_reference(tmp_path, "--config", tmp_path / "bryo.toml")
    assert (code, out) == (1, "") and "bryo.toml:2" in why and "max_header" in why
    assert [path.name for path in tmp_path.iterdir()] == ["bryo.toml"]
    code, _, why = write_reference("", "--dir", tmp_path / "data")
    assert code != 0 and why, "an empty name is not taken for a node to be started"
    assert write_reference()[0] == 2
    assert write_reference(tmp_path, "--print-config")[0] == 2


def test_every_metric_that_is_measured_is_in_the_page(node, bucket):
    """Also those that are registered only while the node runs."""
    node.put(bucket, "o", b"x")
    node.get(bucket, "o")
    page = (ROOT / "sdk/reference/metrics.md").read_text()
    lines = node.request("GET", "/metrics").body.decode().splitlines()
    families = [line.split()[2:4] for line in lines if line.startswith("# TYPE ")]
    assert len(families) > 20
    assert [name for name, kind in families if f"| `{name}` | {kind} |" not in page] == []


def extension_points(output, root=ROOT):
    script = [sys.executable, str(ROOT / "sdk/reference/extension_points.py"), "--output", str(output), "--root", str(root)]
    done = subprocess.run(script, capture_output=True, timeout=60, text=True)
    return done.returncode, done.stderr


def test_the_page_of_extension_points_is_up_to_date(tmp_path):
    page = tmp_path / "extension-points.md"
    assert extension_points(page) == (0, "")
    name = "sdk/reference/extension-points.md"
    assert (ROOT / name).read_text() == page.read_text(), f"{name} is out of date: run sdk/reference/make.sh"


def test_the_page_has_every_extension_point(tmp_path):
    page = (ROOT / "sdk/reference/extension-points.md").read_text()
    for name in ("option", "counter", "gauge", "histogram", "route", "xaction", "archive_format", "backend", "meta_store", "object_hook", "service"):
        assert f"\n## `{name}`\n" in page
    for header in (ROOT / "sdk/plugin/include/bryo/contract").glob("*_contract.h"):
        assert f"Contract: [`{header.name}`]" in page
    assert "| `body_limit` | `std::uint64_t` | `1u << 20` | Bytes; more is answered 413 |" in page


def test_what_has_no_comment_is_named(tmp_path):
    shutil.copytree(ROOT / "sdk/plugin/include", tmp_path / "sdk/plugin/include")
    headers = tmp_path / "sdk/plugin/include/bryo"
    http, registrar = headers / "http.h", headers / "registrar.h"
    http.write_text(http.read_text().replace("struct RouteSpec {", "struct RouteSpec {\n  int weight = 0;\n"))
    registrar.write_text(registrar.read_text().replace(" protected:", "\n  virtual void codec(RouteSpec spec) = 0;\n\n protected:", 1))
    code, why = extension_points(tmp_path / "page.md", tmp_path)
    assert code == 1 and not (tmp_path / "page.md").exists()
    assert why.splitlines() == [
        "sdk/plugin/include/bryo/http.h: field RouteSpec::weight has no comment; say in a few words what it is",
        "sdk/plugin/include/bryo/registrar.h: method Registrar::codec has no comment; say in a few words what it is",
    ]
