#!/bin/sh
# A container engine as tests see it: it notes how it is called, beside the name that it is called by.
here=$(dirname "$0")
echo "$@" >> "$here/calls"
case "$1" in
ps) echo leftover ;;
rm) if [ -f "$here/pid" ]; then kill "$(cat "$here/pid")"; fi ;;
run)
    case "$*" in
    *' sleep')
        echo $$ > "$here/pid"
        exec sleep 600
        ;;
    *' fail')
        echo broken >&2
        exit 3
        ;;
    *)
        echo 0123456789
        echo note >&2
        ;;
    esac
    ;;
esac
