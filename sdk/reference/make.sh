#!/bin/bash
# Makes the pages of this folder again, from what bryod and the headers say.
#   sdk/reference/make.sh            with the release build
#   BRYOD=PROGRAM sdk/reference/make.sh
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
bryod=${BRYOD:-$here/../../build/release/bin/bryod}
[ -x "$bryod" ] || { echo "make.sh: no program $bryod: build it (cmake --preset release && cmake --build --preset release) or set BRYOD" >&2; exit 1; }
"$bryod" --write-reference "$here"
/usr/bin/python3 "$here/extension_points.py" --output "$here/extension-points.md"
