ID=msg_$(date +%s)
AT=$(date +%s)
BODY='{"type": "customer.purchased", "data": {"customerId": "'$CUSTOMER'"}}'
KEY=$(printf %s "${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
SIGNATURE=$(printf %s "$ID.$AT.$BODY" \
  | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
curl "$HOOK" \
  -H "Content-Type: application/json" \
  -H "webhook-id: $ID" \
  -H "webhook-timestamp: $AT" \
  -H "webhook-signature: v1,$SIGNATURE" \
  --data-binary "$BODY"
