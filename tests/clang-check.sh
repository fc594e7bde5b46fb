#!/bin/bash
# clang-check.sh BUILD: clang 14 reads every source of ours, syntax only. It sees what g++ 12 does not: the dropped
# result of a co_await, a lambda capture that dangles. Sources that BUILD compiles together are read together; with
# build/dev (`cmake --preset dev` is enough) it reads each alone, and so finds out whether it includes what it needs.
set -euo pipefail
build=$1
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
/usr/bin/python3 - "$root" "$build/compile_commands.json" <<'PYTHON' | xargs -0 -P 2 -n 1 bash -c 'eval "$0"'
import json, shlex, sys

root, database = sys.argv[1:]
for entry in json.load(open(database)):
    name = entry["file"].removeprefix(root + "/")
    if name.startswith(("/", "tests/")) or "/tests/" in name:
        continue
    words = shlex.split(entry["command"])
    words = words[1:] if words[0].endswith("ccache") else words
    keep, skip = [], False
    for word in words[1:]:
        if skip or word in ("-c",) or word.startswith(("-fcoroutines", "-W", "-g", "-fmodules", "-o")):
            skip = word == "-o" and not skip
            continue
        keep.append(word)
    command = ["clang++-14", "-fsyntax-only", *keep, "-Wno-everything", "-Wunused-result", "-Wdangling", "-Werror"]
    refused = shlex.join(["echo", "clang refuses " + name])
    sys.stdout.write(f"{shlex.join(['cd', entry['directory']])} && {shlex.join(command)} || {{ {refused}; exit 1; }}\0")
PYTHON
echo "checks: 1 passed, 0 failed"
