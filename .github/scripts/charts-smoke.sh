#!/usr/bin/env bash
# Installs both charts with their defaults on a cluster of their own in Docker, places an order with `helm test`, and
# removes the cluster. Needs Docker, kind, kubectl and helm.
set -euo pipefail
cd "$(dirname "$0")/../.."

cluster=exactly-once-smoke
version=$(.github/scripts/version.sh)
export KUBECONFIG
KUBECONFIG=$(mktemp) # leaves the caller's alone

finish() {
  local result=$?
  if ((result != 0)); then
    kubectl get pods -o wide || true
    kubectl get events --sort-by=.lastTimestamp | tail -n 30 || true
    kubectl logs --selector app.kubernetes.io/name --prefix --tail 50 || true
  fi
  kind delete cluster --name "$cluster"
  rm -f "$KUBECONFIG"
  exit "$result"
}

for service in order-service inventory-service; do
  helm lint --strict "helm/$service"
  docker build -f "$service/Dockerfile" -t "exactly-once/$service:$version" .
done

trap finish EXIT
kind create cluster --name "$cluster" --wait 2m
for service in order-service inventory-service; do
  kind load docker-image --name "$cluster" "exactly-once/$service:$version"
done
kubectl apply -f .github/kind/redis.yaml
kubectl rollout status deployment/redis-master --timeout 2m

# Whoever starts first waits for the other: neither needs the other one to get ready.
helm install inventory helm/inventory-service --wait --timeout 4m
helm install orders helm/order-service --wait --timeout 4m
helm test inventory --logs
helm test orders --logs
