# Places an order and waits until it is settled, for TIMEOUT_SECONDS at the most. Nobody keeps stock of the SKU
# "helm-test", so the order is rejected and takes nothing. A repeated request is the same order: its id is.
order="helm-test-$(date +%s)-$(hostname | tail -c 20)"
body="{\"orderId\":\"$order\",\"items\":[{\"id\":\"helm-test\",\"quantity\":1}]}"
end=$(($(date +%s) + TIMEOUT_SECONDS))
status=none

while :; do
  if [ "$status" = none ]; then
    answer=$(curl -sS -m 5 ${KEY:+-H} ${KEY:+"Authorization: Bearer $KEY"} -H 'Content-Type: application/json' -d "$body" "$SERVICE/orders" 2>&1)
  else
    answer=$(curl -sS -m 5 ${KEY:+-H} ${KEY:+"Authorization: Bearer $KEY"} "$SERVICE/orders/$order" 2>&1)
  fi
  case "$answer" in
    *'"status":"CONFIRMED"'* | *'"status":"REJECTED"'*)
      echo "PASSED: order $order is settled: $answer"
      exit 0
      ;;
    *'"status":"PLACED"'*) status=PLACED ;;
  esac
  if [ "$(date +%s)" -ge "$end" ]; then
    if [ "$status" = none ]; then
      echo "FAILED: order $order could not be placed at $SERVICE/orders within $TIMEOUT_SECONDS s."
    else
      echo "FAILED: order $order was placed, but no inventory replica settled it within $TIMEOUT_SECONDS s." \
        "Is the inventory service ready, on the same Redis and database?"
    fi
    echo "The last answer was: $answer"
    exit 1
  fi
  sleep 1
done
