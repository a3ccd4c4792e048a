# body: a file with the bytes as they came; SIGNATURE: the header's value after its first word
case "$CERTIFICATE_URL" in "$ASSENT"/*) ;; *) exit 1 ;; esac   # anybody can name a certificate of their own
curl -fsS "$CERTIFICATE_URL" | openssl x509 -inform DER -pubkey -noout > key.pem
printf %s "$SIGNATURE" | base64 -d > signature
openssl dgst -sha256 -verify key.pem -signature signature body
