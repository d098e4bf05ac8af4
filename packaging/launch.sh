#!/bin/sh
# Starts the program that was built for this machine: a bundle tells systems
# apart, but not processors.
case "$(uname -s)" in
Linux) system=linux ;;
Darwin) system=darwin ;;
*) echo "custory: this bundle holds nothing for $(uname -s)" >&2; exit 1 ;;
esac
case "$(uname -m)" in
x86_64 | amd64) cpu=amd64 ;;
aarch64 | arm64) cpu=arm64 ;;
*) echo "custory: this bundle holds nothing for the processor $(uname -m)" >&2; exit 1 ;;
esac
program="$(dirname "$0")/custory-$system-$cpu"
if [ ! -f "$program" ]; then
	echo "custory: this bundle holds nothing for $system on $cpu" >&2
	exit 1
fi
[ -x "$program" ] || chmod +x "$program" # not every unpacker keeps that
exec "$program" "$@"
