#!/bin/sh
# soak.sh MINUTES [FIRST_SEED] - random operations against the model for so long; prints the seeds it used.
set -eu
minutes=$1
first=${2:-$(date +%s)}
here=$(cd "$(dirname "$0")/../.." && pwd)
program=${MODEL:-$here/build/dev/tests/model/test_model}
end=$(($(date +%s) + minutes * 60))
seed=$first
while [ "$(date +%s)" -lt "$end" ]; do
	"$program" --seed "$seed" --operations 20000 >soak.out 2>&1 || { cat soak.out; exit 1; }
	seed=$((seed + 1))
done
echo "seeds $first to $((seed - 1)): all agree with the model"
