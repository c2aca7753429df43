// A link whose time is over explains itself and names the hotline.
"use strict";

const { assert, says, scene } = require("./stage.js");

scene(async (stage, link) => {
  for (const [reads, words] of [["zh", "评价已经截止"], ["en", "This link has expired"]]) {
    const page = await stage.window({ on: "phone", reads });
    const answer = await page.goto(link);
    assert.strictEqual(answer.status(), 410);
    await says(page, words, "12345");
    await stage.inspect(page, `an expired link in ${reads}`);
    await page.context().close();
  }
});
