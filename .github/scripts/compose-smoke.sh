#!/usr/bin/env bash
# Builds and starts the system with Compose, places one order, and checks that one of three replicas processed it and the
# others skipped it. Removes what it started, under a project name of its own. Needs Docker with Compose, and curl.
set -euo pipefail
cd "$(dirname "$0")/../.."

export COMPOSE_PROJECT_NAME=exactly-once-smoke
order=smoke-$$

finish() {
  local result=$?
  if ((result != 0)); then
    docker compose ps --all || true
    docker compose logs --no-color --tail 100 || true
  fi
  docker compose down --volumes
  exit "$result"
}

eventually() { # until the command succeeds, for three minutes at the most
  local deadline=$((SECONDS + 180))
  until "$@"; do
    if ((SECONDS > deadline)); then
      echo "After three minutes still not: $*" >&2
      return 1
    fi
    sleep 1
  done
}

json() { # METHOD URL BODY
  curl -fsS --max-time 10 -X "$1" -H 'Content-Type: application/json' -d "$3" "$2"
  echo
}

is_confirmed() {
  [[ $(curl -fsS --max-time 10 "http://$orders/orders/$order") == *'"status":"CONFIRMED"'* ]]
}

lines() { # how many say this decision about the order
  docker compose logs --no-color inventory-service | grep -F "\"orderId\":\"$order\"" | grep -cF "\"decision\":\"$1\"" || true
}

all_have_decided() {
  (($(lines processed) + $(lines skipped) >= 3))
}

are_healthy() { # not "up --wait", which some versions end with an error because the container that sets the stock has ended
  local containers
  containers=$(docker compose ps --quiet order-service inventory-service)
  # shellcheck disable=SC2086 # one argument each
  [[ $(docker inspect --format '{{.State.Health.Status}}' $containers | sort | uniq -c) =~ ^\ *4\ healthy$ ]]
}

trap finish EXIT
docker compose up --build --detach
eventually are_healthy
orders=$(docker compose port order-service 3001)
inventory=$(docker compose port inventory-service 3002)

json PUT "http://$inventory/inventory/$order" '{"quantity":1}'
json POST "http://$orders/orders" "{\"orderId\":\"$order\",\"items\":[{\"id\":\"$order\",\"quantity\":1}]}"
eventually is_confirmed
eventually all_have_decided

processed=$(lines processed)
skipped=$(lines skipped)
echo "order $order: confirmed; processed by $processed replica, skipped by $skipped"
[[ $processed == 1 && $skipped == 2 ]]
