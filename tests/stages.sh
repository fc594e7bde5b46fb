# The stages of run.sh, in order: a function stage_NAME each, run with errexit from the root of the tree.
# ABOUT is what the user reads; NEEDS names the stages without which one cannot run.

STAGES=(packages format scripts build plugins conformance conformance_old quickstart install crash lhotse
  clang fuzz asan_build asan_unit asan_conformance tsan_build tsan_unit tsan_races bench)
declare -A ABOUT=(
  [packages]="Debian packages and Python environments (installs only what is missing)"
  [format]="clang-format of all C++ files"
  [scripts]="shell and Python files parse; nothing in the tree names a machine"
  [build]="release build, warnings are errors"
  [plugins]="every way to refuse a shared library, and what a plugin may not do to an event loop"
  [conformance]="recorded exchanges, raw HTTP, official SDK 2.0.0"
  [conformance_old]="official SDK 1.25.0"
  [quickstart]="examples/quickstart.sh, twice"
  [install]="cmake --install and the Debian packages: what lies there runs"
  [crash]="kill -9 while writing, again and again"
  [lhotse]="Lhotse 1.33.0 and 2.0.0a3, PyTorch loader, end to end"
  [clang]="clang reads every source; dropped results are errors"
  [fuzz]="libFuzzer on archives, URLs, messages and listings, some seconds each"
  [asan_build]="build with AddressSanitizer and UBSan"
  [asan_unit]="unit tests of kernel, plugins and examples under them (Release has no sync points)"
  [asan_conformance]="recorded exchanges, raw HTTP and bad input under them"
  [tsan_build]="build with ThreadSanitizer"
  [tsan_unit]="unit tests under it"
  [tsan_races]="batches over changing objects under it"
  [bench]="the benchmark runs (a few seconds a case, no figures judged)"
)
declare -A NEEDS=(
  [format]=packages [build]=packages [plugins]=build [conformance]=build [conformance_old]=build [quickstart]=build
  [install]=build [crash]=build [lhotse]=build [clang]=build [fuzz]=packages
  [asan_build]=packages [asan_unit]=asan_build [asan_conformance]=asan_build
  [tsan_build]=packages [tsan_unit]=tsan_build [tsan_races]=tsan_build [bench]=build
)

configure_and_build() {
  cmake --preset "$1" >build/logs/"$1"-configure.log 2>&1 || { tail -n 30 build/logs/"$1"-configure.log; return 1; }
  cmake --build --preset "$1" -j2
}

# suite PYTHON_ENV BUILD ARGS...: pytest over the conformance suites, against one build.
suite() {
  local python=build/venv/$1/bin/python bryod=$PWD/build/$2/bin/bryod
  shift 2
  BRYOD=$bryod PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -c tests/conformance/pytest.ini --rootdir tests/conformance -q "$@"
}

unit_tests() { ctest --preset "$1" -j2 --output-on-failure; }

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=exitcode=66:second_deadlock_stack=1:history_size=4

stage_packages() {
  .ci/install-packages build package run data test
  .ci/python-env sdk200 sdk125 client lhotse133 lhotse200a3
}

stage_format() { git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run --Werror; }

stage_scripts() {
  local file
  git ls-files | while read -r file; do
    if [ -f "$file" ] && head -c 20 "$file" | grep -qa '^#!/bin/bash'; then bash -n "$file"; fi
  done
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - $(git ls-files '*.py') <<'PYTHON'
import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name, encoding="utf-8").read(), name)
PYTHON
  # Paths of one machine have no place in the tree.
  if git grep -nE '(^|[^A-Za-z0-9_.>])/(root/|home/[a-z]+/|work/(main|shared|[.]library)|tmp/wt)' -- . ':!tests/stages.sh'; then
    echo "the lines above name a path of one machine"
    return 1
  fi
}

stage_build() { configure_and_build release; }
stage_plugins() { unit_tests release; }
stage_conformance() { suite sdk200 release tests/conformance --ignore tests/conformance/lhotse; }
stage_conformance_old() { suite sdk125 release tests/conformance/sdk; }

stage_quickstart() {
  local place=build/quickstart
  rm -rf "$place"
  examples/quickstart.sh --dir "$place" --port 0
  examples/quickstart.sh --dir "$place" --port 0 | tee build/logs/quickstart-again.log
  grep -q 'already running' build/logs/quickstart-again.log
  examples/quickstart.sh --dir "$place" --stop
  echo "checks: 2 passed, 0 failed"
}

stage_install() { suite sdk200 release tests/install; }
stage_crash() { suite sdk200 release tests/crash; }

stage_lhotse() {
  suite lhotse133 release tests/conformance/lhotse
  suite lhotse200a3 release tests/conformance/lhotse
}

# A finding lies in build/fuzz, the log beside it has the seed. Hours of it: tests/fuzz/README.md.
stage_fuzz() {
  local target
  configure_and_build fuzz
  for target in tar tgz zip tar_lz4 url messages listing; do
    mkdir -p "build/fuzz/found/$target"
    build/fuzz/fuzz/fuzz_"$target" -max_total_time=6 -max_len=65536 -timeout=10 -rss_limit_mb=1024 \
      -artifact_prefix="build/fuzz/found/$target-" "build/fuzz/found/$target" "tests/fuzz/corpus/$target" \
      >"build/logs/fuzz-$target.log" 2>&1 || { tail -n 40 "build/logs/fuzz-$target.log"; return 1; }
    grep -a -h 'Seed:\|^Done' "build/logs/fuzz-$target.log"
  done
  echo "checks: 7 passed, 0 failed"
}

stage_clang() { tests/clang-check.sh build/release; }

stage_asan_build() { configure_and_build asan; }
stage_asan_unit() { unit_tests asan; }
stage_asan_conformance() {
  # The reference pages are those of a build without the examples.
  suite sdk200 asan tests/conformance/raw --ignore tests/conformance/raw/test_reference.py tests/conformance/test_golden_getbatch.py tests/conformance/test_golden_core.py tests/conformance/sdk/test_batch.py
  # The examples are linked into this build.
  BRYO_EXAMPLES_LINKED_IN=1 suite sdk200 asan tests/install/test_{dedup,folder_backend,ledger,sample,sqlite,tar_zst}.py
}

stage_tsan_build() { configure_and_build tsan; }
stage_tsan_unit() { unit_tests tsan; }
stage_tsan_races() { BRYO_RACE_ROUNDS=15 suite sdk200 tsan tests/conformance/raw/test_races.py tests/conformance/raw/test_batch_answer.py tests/conformance/raw/test_faults.py -k "not fuzz and not damage"; }

stage_bench() {
  tests/bench/run.py --build build/release --quick
  tests/bench/plugins.py --build build/release --quick
  tests/bench/shards.py --build build/release --quick
  tests/bench/data_api.py --build build/release --quick
}
