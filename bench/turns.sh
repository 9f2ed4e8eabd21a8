# Sourced by peers.sh and targets.sh: takes the options of how often and how long engines are measured in turn from
# the front of the arguments.
rounds=9
window=20
while [ $# -gt 0 ]; do
    case $1 in
    --rounds) rounds=$2 && shift 2 ;;
    --batches) batches=$2 && shift 2 ;;
    --window) window=$2 && shift 2 ;;
    *) break ;;
    esac
done
