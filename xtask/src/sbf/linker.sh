#!/bin/bash
# What rustc runs as the linker for SBPF.
set -euo pipefail
home=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)

output= exported=
arguments=("$@")
for ((i = 0; i < $#; i++)); do
  case ${arguments[i]} in
    -o) output=${arguments[i + 1]} ;;
    --export-symbols) exported=${arguments[i + 1]} ;;
    --export-symbols=*) exported=${arguments[i]#*=} ;;
  esac
done

# A dependency's own cdylib is never deployed: leave it empty. The old file goes first, since cargo
# links finished artifacts to it.
if [ -z "${CARGO_PRIMARY_PACKAGE:-}" ]; then
  rm -f "$output"
  : > "$output"
  exit 0
fi

# A program without an entrypoint links to an empty file: refuse it here, the result has no symbols.
if ! grep -qxF entrypoint "$exported"; then
  echo "error: the program exports no symbol \`entrypoint\` (is feature \`no-entrypoint\` on?)" >&2
  exit 1
fi

# LLVM and the libraries it needs are newer than the system's: run with their own loader.
LD_LIBRARY_PATH="$home/llvm/alone" exec "$home/llvm/ld-linux-x86-64.so.2" \
  --library-path "$home/llvm" "$home/bin/sbpf-linker-real" "$@"
