"""The installed SDK: headers that stand alone, a plugin that builds quickly, examples that build and pass their tests."""

import concurrent.futures
import pathlib
import re
import subprocess
import time

import pytest

from harness.node import ROOT, find_bryod

SDK = ROOT / "sdk/plugin/include"
HEADERS = sorted(str(path.relative_to(SDK)) for path in SDK.rglob("*.h"))


def compile_alone(prefix: pathlib.Path, header: str) -> str:
    done = subprocess.run(
        ["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", "-Wall", "-Wextra", "-Werror", "-I", str(prefix / "include"), "-"],
        input=f"#include <{header}>\n", capture_output=True, text=True, timeout=300,
    )
    return "" if done.returncode == 0 else f"{header}:\n{done.stderr[:2000]}"


def test_every_header_is_installed_and_compiles_alone(prefix):
    missing = [header for header in HEADERS if not (prefix / "include" / header).is_file()]
    assert not missing and len(HEADERS) > 20
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failed = [text for text in pool.map(lambda header: compile_alone(prefix, header), HEADERS) if text]
    assert not failed, "\n".join(failed)


def code_of(header: str) -> str:
    text = (SDK / header).read_text()
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_knows_the_kernel_or_holds_state(header):
    code = code_of(header)
    included = re.findall(r'#include\s+[<"]([^>"]+)', code)
    assert not [name for name in included if name.startswith(("kernel/", "plugins/", "tests/"))], included
    # one copy for each library or one for all of them, depending on flags: no header has any
    state = [line for line in code.splitlines() if re.search(r"\b(static|inline)\b", line) and re.search(r"[;{=]", line)]
    state = [line for line in state if "(" not in line and not re.search(r"\b(constexpr|const|namespace|using)\b", line)]
    assert not state, state


def test_a_plugin_of_34_lines_builds_in_ten_seconds(prefix, tmp_path):
    """Figures of a busy machine are told, not judged: what the compiler used is."""
    source = ROOT / "examples/hello-xaction"
    lines = len((source / "hello.cc").read_text().splitlines())
    assert lines <= 34
    run = lambda *command: subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, timeout=300)
    run("cmake", "-S", source, "-B", tmp_path, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    before, at = children_cpu(), time.monotonic()
    run("cmake", "--build", tmp_path, "--target", "bryo_plugin_hello")
    elapsed, cpu = time.monotonic() - at, children_cpu() - before
    print(f"figure: a plugin of {lines} lines builds in {elapsed:.1f} s ({cpu:.1f} s of processor time)")
    assert cpu < 10, f"{cpu:.1f} s"


def children_cpu() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", sorted(path.parent.name for path in (ROOT / "examples").glob("*/CMakeLists.txt")))
def test_every_example_builds_out_of_tree_and_passes_its_tests(build_example, name):
    libraries = list(build_example(name).glob("libbryo_*.so"))
    assert libraries
    assert (ROOT / "examples" / name / "README.md").is_file()


def test_the_plugins_of_this_tree_read_the_sdk_and_their_own_files_only():
    """What the compiler says it read, so no include can hide."""
    build = find_bryod().parents[1]
    told = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], check=True, capture_output=True, text=True, timeout=60)
    strangers, objects, own = [], 0, None
    for line in told.stdout.splitlines():
        if not line.startswith(" "):
            # The archive formats share the walk over TAR headers.
            found = re.match(r"(plugins/[^/]+)/.*CMakeFiles/bryo_plugin_[^:]*: ", line)
            own = ROOT / found[1] if found else None
            objects += own is not None
        elif own is not None and line.strip():
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT) and not path.is_relative_to(SDK) and not path.is_relative_to(own) and not path.is_relative_to(build):
                strangers.append(f"{own.name}: {path.relative_to(ROOT)}")
    assert objects > 10, "no dependencies of plugins known: build this tree with Ninja first"
    assert not strangers, "\n".join(sorted(set(strangers)))
