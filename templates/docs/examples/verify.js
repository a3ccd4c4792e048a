const { Webhook } = require("standardwebhooks"); // npm install standardwebhooks

/** The event; null where the signature, the time or the body is not in order: then answer 401. */
function verify(secret, headers, body) {
  try {
    return new Webhook(secret).verify(body, headers);
  } catch {
    return null;
  }
}
