// Verifies what comes on stdin, one JSON object a line, by the reference library; prints null or what each body says.
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const { secret, headers, body } of lines.map((line) => JSON.parse(line))) {
  try {
    console.log(JSON.stringify(new Webhook(secret).verify(Buffer.from(body, "base64"), headers)));
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log("null");
  }
}
