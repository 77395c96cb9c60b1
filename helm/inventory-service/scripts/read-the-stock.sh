# Reads the stock through the Service, which sends requests to ready replicas only.
end=$(($(date +%s) + TIMEOUT_SECONDS))

until answer=$(curl -sS -m 5 -f ${KEY:+-H} ${KEY:+"Authorization: Bearer $KEY"} "$SERVICE/inventory?limit=10" 2>&1); do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "FAILED: no replica answered at $SERVICE/inventory within $TIMEOUT_SECONDS s. Is one ready, and Redis there?"
    echo "The last answer was: $answer"
    exit 1
  fi
  sleep 1
done
echo "PASSED: the stock begins with: $answer"
