// Reads pages as JSON, by name; prints what is wrong with them, one fault a line.
const { HtmlValidate, StaticConfigLoader } = require("./html-validate.js");
const wanted = {
  extends: ["html-validate:recommended", "html-validate:document", "html-validate:a11y"],
  rules: {
    // Mail programs are no browsers: Outlook knows widths and colours as attributes and takes comments as conditions,
    // and styles that are not on the element itself are lost in many.
    "no-inline-style": "off",
    "no-deprecated-attr": "off",
    "no-conditional-comment": "off",
    // Taste, not truth.
    "doctype-style": "off",
    "prefer-tbody": "off",
  },
};
const validator = new HtmlValidate(new StaticConfigLoader(wanted));
const pages = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const [name, page] of Object.entries(pages))
  for (const result of validator.validateStringSync(page).results)
    for (const found of result.messages)
      console.log(`${name}:${found.line} ${found.ruleId}: ${found.message}`);
console.log(`${Object.keys(pages).length} pages`);
