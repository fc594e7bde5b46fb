#!/bin/bash
# From nothing to a training batch: installs what is missing, builds, starts a node, puts real speech in, reads a batch.
#   examples/quickstart.sh                 the node keeps its data in ~/bryo-quickstart and listens on 127.0.0.1:8080
#   examples/quickstart.sh --dir DIR --port PORT
#   examples/quickstart.sh --stop          stops the node (data stays; the next run starts it again)
# Run it as often as you like: what is there is used.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)

place=$HOME/bryo-quickstart port=8080 stop=no
while [ $# -gt 0 ]; do
  case $1 in
    --dir) place=${2:?--dir needs a folder}; shift ;;
    --port) port=${2:?--port needs a number}; shift ;;
    --stop) stop=yes ;;
    -h | --help) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "quickstart.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
  esac
  shift
done
mkdir -p "$place"
place=$(cd "$place" && pwd)
build=$root/build/release
bryo=$build/bin/bryo
pid_file=$place/bryod.pid

say() { printf '\n\033[1m== %s\033[0m\n' "$*" | { [ -t 1 ] && cat || sed 's/\x1b\[[0-9]*m//g'; }; }

# The node of this folder, if it runs: its pid is ours only while that process is a bryod.
running_pid() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = bryod ] && echo "$pid"
}

# Lets the node end its requests, and waits for that.
stop_node() {
  kill "$1"
  while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
  rm -f "$pid_file"
}

if [ $stop = yes ]; then
  if pid=$(running_pid); then
    stop_node "$pid"
    echo "stopped the node of $place; its data stays there: the next run starts it again, rm -r $place removes it"
  else
    echo "no node of $place is running"
  fi
  exit 0
fi

say "1/5 packages"
"$root/.ci/install-packages" build run data
"$root/.ci/python-env" client

say "2/5 building bryod and bryo (release; the first time takes some minutes, afterwards seconds)"
cd "$root"
log=$build-quickstart.log
mkdir -p build
cmake --preset release >"$log" 2>&1 || { tail -n 30 "$log"; echo "configuring failed: $log" >&2; exit 1; }
started=$SECONDS
if [ -t 1 ]; then
  NINJA_STATUS='[%f/%t, %es] ' cmake --build --preset release -j"$(nproc)" --target bryod bryo
else  # one line in ten seconds is enough for a log
  NINJA_STATUS='[%f/%t, %es] ' cmake --build --preset release -j"$(nproc)" --target bryod bryo 2>&1 |
    awk '/warning|error|FAILED/ {print} /^\[/ {if (systime() - t >= 10) {print; fflush(); t = systime()}}'
fi
echo "built in $((SECONDS - started)) s"

say "3/5 the node"
if pid=$(running_pid) && [[ $(readlink "/proc/$pid/exe") == *" (deleted)" ]]; then
  echo "process $pid runs an older build: restarting it"
  stop_node "$pid"
fi
if pid=$(running_pid) && url=$(cat "$place/data/run/url" 2>/dev/null); then
  echo "already running: process $pid at $url"
else
  rm -f "$place/data/run/url"
  setsid "$build/bin/bryod" --dir "$place/data" --listen "127.0.0.1:$port" >>"$place/bryod.log" 2>&1 </dev/null &
  pid=$!
  echo $pid >"$pid_file"
  for _ in $(seq 300); do
    [ -s "$place/data/run/url" ] && break
    kill -0 $pid 2>/dev/null || { tail -n 20 "$place/bryod.log" >&2; rm -f "$pid_file"; echo "the node did not start (another port: --port 0)" >&2; exit 1; }
    sleep 0.1
  done
  url=$(cat "$place/data/run/url") || { echo "the node was not ready within 30 s; see $place/bryod.log" >&2; exit 1; }
  echo "started: process $pid at $url, data in $place/data, log in $place/bryod.log"
fi
export AIS_ENDPOINT=$url

say "4/5 real data: the 568 English prompts of Debian's asterisk-core-sounds-en-wav"
bucket=ais://speech
if "$bryo" bucket ls --json 2>/dev/null | grep -q '"speech"' && [ -e "$place/put-done" ]; then
  echo "$bucket is filled already"
else
  sounds=$(find /usr/share/asterisk/sounds -maxdepth 1 -name 'en*' -type d | sort | tail -n 1)
  shards=$place/shards
  mkdir -p "$shards"
  # The prompts of the sub-folders (digits, letters, ...) go in as plain objects, the others in .tar shards of 100.
  rm -f "$shards"/*
  (cd "$sounds" && find . -maxdepth 1 -name '*.wav' | sort | sed 's|^\./||' | split -l 100 -d - "$shards/list-")
  for list in "$shards"/list-*; do
    tar -C "$sounds" --format=ustar -cf "$shards/train-${list##*list-}.tar" -T "$list"
    rm "$list"
  done
  "$bryo" bucket create "$bucket" --force
  for folder in "$sounds"/*/; do
    "$bryo" put "$folder" "$bucket/$(basename "$folder")/"
  done
  "$bryo" put "$shards" "$bucket/shards/"
  touch "$place/put-done"
fi
members=$(for shard in "$place"/shards/*.tar; do tar -tf "$shard"; done | wc -l)
echo "$bucket holds $("$bryo" ls "$bucket" --json | grep -c '"name"') objects; 4 of them are shards with $members members"

say "5/5 a batch"
echo "with the command line: two objects and two members of a shard, in this order"
first=$(tar -tf "$place/shards/train-00.tar" | sed -n '3p;7p' | sed 's|^|shards/train-00.tar/|' | paste -sd,)
"$bryo" ml get-batch "$bucket" "$place/batch.tar" --list "digits/1.wav,letters/a.wav,$first" -y -v
echo
echo "with the official AIStore SDK (PyPI aistore): 64 samples, objects and members mixed, in one order drawn at random"
"$root/build/venv/client/bin/python" "$root/examples/training/read_batch.py" speech --count 64 --compare

say "done"
option=$([ "$place" = "$HOME/bryo-quickstart" ] || echo " --dir $place")
cat <<TEXT
The node goes on at $url (process $pid). Try, in the shell:
  export AIS_ENDPOINT=$url PATH=$build/bin:\$PATH
  bryo ls $bucket/digits/
  bryo ml get-batch $bucket out.tar --template 'digits/{1..9}.wav' && tar -tvf out.tar
  bryo show job
  $root/build/venv/client/bin/python $root/examples/training/read_batch.py speech --count 1000
Stop it:  $root/examples/quickstart.sh --stop$option
Read on:  $root/README.md
TEXT
