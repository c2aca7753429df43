// Lighthouse gives full marks for accessibility and best practices.
"use strict";

const assert = require("assert");
const path = require("path");
const { pathToFileURL } = require("url");

const given = JSON.parse(process.argv[2]);
const fetched = (file) => import(pathToFileURL(path.join(given.modules, "node_modules", file)));

(async () => {
  const { default: lighthouse } = await fetched("lighthouse/core/index.js");
  const { launch } = await fetched("chrome-launcher/dist/index.js");
  const browser = await launch({
    chromePath: given.browser,
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    logLevel: "error",
  });
  try {
    const measured = await lighthouse(given.more, {
      port: browser.port,
      onlyCategories: ["accessibility", "best-practices"],
      throttlingMethod: "provided",
      logLevel: "error",
    });
    const { audits, categories } = measured.lhr;
    for (const { id, score, auditRefs } of Object.values(categories)) {
      const lost = auditRefs.map((one) => audits[one.id]).filter((one) => one.score !== null && one.score < 1);
      const why = lost.map((one) => `${one.id}: ${one.title} ${JSON.stringify(one.details?.items ?? [])}`);
      assert.strictEqual(score, 1, `${id} ${score}\n${why.join("\n")}`);
    }
  } finally {
    browser.kill();
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
