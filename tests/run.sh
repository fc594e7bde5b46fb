#!/bin/bash
# Everything that CI checks: installs what it needs, builds, tests. Run it again at no cost but the tests themselves.
#   tests/run.sh                 all stages, fast failures first
#   tests/run.sh --quick         release build, recorded exchanges, raw HTTP, official SDK 2.0.0
#   tests/run.sh --stage NAME    one stage (may be given several times; --list shows the names)
#   tests/run.sh --list
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source tests/stages.sh

quick="packages format scripts build conformance"
usage() { sed -n '2,/^set /{/^# /s/^# //p}' "$0"; }
chosen=()
while [ $# -gt 0 ]; do
  case $1 in
    --stage) [ $# -ge 2 ] || { usage >&2; exit 2; }; chosen+=("$2"); shift ;;
    --quick) read -ra chosen <<<"$quick" ;;
    --list) for name in "${STAGES[@]}"; do printf '%-18s %s\n' "$name" "${ABOUT[$name]}"; done; exit 0 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "run.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ ${#chosen[@]} -gt 0 ] || chosen=("${STAGES[@]}")
for name in "${chosen[@]}"; do
  [ -n "${ABOUT[$name]:-}" ] || { echo "run.sh: no stage \"$name\"; there are: ${STAGES[*]}" >&2; exit 2; }
done

mkdir -p build/logs
passed=0 failed=0 started=$SECONDS
declare -A verdict=()

# What the test programs of a log counted: "passed failed".
counts() {
  awk '
    / tests passed, .* tests? failed out of / { split($0, part, "out of "); total = part[2] + 0; match($0, /[0-9]+ tests? failed/); bad = substr($0, RSTART) + 0; p += total - bad; f += bad }
    /^(=+ )?[0-9]+ .*(passed|failed|error).* in [0-9.]+s/ {
      if (match($0, /[0-9]+ passed/)) p += substr($0, RSTART) + 0
      if (match($0, /[0-9]+ failed/)) f += substr($0, RSTART) + 0
      if (match($0, /[0-9]+ error/)) f += substr($0, RSTART) + 0
    }
    /^checks: [0-9]+ passed, [0-9]+ failed$/ { p += $2; f += $4 }
    END { print p + 0, f + 0 }' "$1"
}

# Runs in the background so that the log's last line can be shown: in place on a terminal, every half minute otherwise.
watch_log() {
  local pid=$1 log=$2 last=$SECONDS line
  while kill -0 "$pid" 2>/dev/null; do
    if [ -t 1 ]; then
      line=$(tail -c 300 "$log" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1)
      printf '\r\033[K      %-.100s' "$line"
    elif [ $((SECONDS - last)) -ge 30 ]; then
      line=$(tail -c 300 "$log" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1)
      printf '      %4d s  %.110s\n' "$SECONDS" "$line"
      last=$SECONDS
    fi
    sleep 0.5
  done
  [ -t 1 ] && printf '\r\033[K'
}

trap 'jobs -p | xargs -r kill 2>/dev/null; echo "stopped"; exit 130' INT TERM

run_stage() {
  local name=$1 number=$2 log=build/logs/$1.log at=$SECONDS code p f
  printf '[%2d/%d] %-18s %s\n' "$number" "${#chosen[@]}" "$name" "${ABOUT[$name]}"
  for need in ${NEEDS[$name]:-}; do
    if [ "${verdict[$need]:-ok}" != ok ]; then
      printf '      NOT RUN: %s failed\n' "$need"
      verdict[$name]=missing
      failed=$((failed + 1))
      return
    fi
  done
  (set -euo pipefail; "stage_$name") >"$log" 2>&1 &
  local pid=$!
  watch_log "$pid" "$log"
  wait "$pid"
  code=$?
  read -r p f < <(counts "$log")
  passed=$((passed + p)) failed=$((failed + f))
  if [ "$code" -eq 0 ] && [ "$f" -eq 0 ]; then
    verdict[$name]=ok
    [ "$p" -gt 0 ] || passed=$((passed + 1))
    printf '      ok, %d s%s\n' $((SECONDS - at)) "$([ "$p" -gt 0 ] && echo ", $p tests")"
  else
    verdict[$name]=failed
    [ "$f" -gt 0 ] || failed=$((failed + 1))
    printf '      FAILED after %d s (exit %d); the end of %s:\n' $((SECONDS - at)) "$code" "$log"
    tail -n 60 "$log" | sed 's/^/      | /'
  fi
}

number=0
for name in "${chosen[@]}"; do
  number=$((number + 1))
  run_stage "$name" "$number"
done

echo
for name in "${chosen[@]}"; do [ "${verdict[$name]}" = ok ] || echo "$name: ${verdict[$name]} (build/logs/$name.log)"; done
echo "total time $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
