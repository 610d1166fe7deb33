#!/bin/sh
# The vendor's tool as tests see it; what it does follows from the name that it is called by.
here=$(dirname "$0")
case "$(basename "$0")" in
good)
    echo "$@" > "$here/asked"
    echo "GPU-1e2d, 00000000:01:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, 3"
    echo "GPU-77aa, 00000000:02:00.0, NVIDIA H100 80GB HBM3, 81559, 570.86.15, [N/A]"
    ;;
foreign) echo "No devices were found" ;;
*) exit 9 ;;
esac
