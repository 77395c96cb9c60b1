# Sets the SKUs of STOCK, as "sku=units sku=units", that are not there yet.
end=$(($(date +%s) + TIMEOUT_SECONDS))

request() { # prints the HTTP status of the answer, and tries until there is one that is not about Redis or the start
  while :; do
    status=$(curl -s -m 5 ${KEY:+-H} ${KEY:+"Authorization: Bearer $KEY"} -o /dev/null -w '%{http_code}' "$@")
    case "$status" in
      2?? | 4??)
        echo "$status"
        return
        ;;
    esac
    if [ "$(date +%s)" -ge "$end" ]; then
      echo "none"
      return
    fi
    sleep 1
  done
}

for entry in $STOCK; do
  sku=${entry%=*}
  units=${entry##*=}
  case "$(request "$SERVICE/inventory/$sku")" in
    200) echo "$sku is there: left as it is" ;;
    404)
      status=$(request -X PUT -H 'Content-Type: application/json' -d "{\"quantity\":$units}" "$SERVICE/inventory/$sku")
      [ "$status" = 200 ] || { echo "FAILED: $sku could not be set to $units, HTTP status $status"; exit 1; }
      echo "$sku is set to $units"
      ;;
    401 | 403)
      echo "FAILED: the service asks for a key with the role operate: set hooks.keyExistingSecret to a Secret with one."
      exit 1
      ;;
    *)
      echo "FAILED: no replica said within $TIMEOUT_SECONDS s whether there is stock of $sku. Is one ready, and Redis there?"
      exit 1
      ;;
  esac
done
