#!/bin/sh
# soak.sh MINUTES [FIRST_SEED] - random operations against the model for so long, every second list on a failing disk in memory; prints
# the seeds it used. BUILD names the build folder (build/dev). Files go to a scratch folder of its own.
set -eu
minutes=$1
first=${2:-$(date +%s)}
here=$(cd "$(dirname "$0")/../.." && pwd)
programs=$(cd "${BUILD:-$here/build/dev}/tests/model" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
cd "$scratch"
end=$(($(date +%s) + minutes * 60))
seed=$first
while [ "$(date +%s)" -lt "$end" ]; do
	"$programs/test_model" --seed "$seed" --operations 20000 --shrink 300 >out 2>&1 || { cat out; exit 1; }
	"$programs/test_model_crash" --seed "$seed" --operations 400 --points 40 --shrink 300 >out 2>&1 || { cat out; exit 1; }
	seed=$((seed + 1))
done
echo "seeds $first to $((seed - 1)): all agree with the model"
