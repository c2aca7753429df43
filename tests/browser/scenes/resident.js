// The resident's path: a link in a message, three questions, thanks; a used link says so.
"use strict";

const { assert, says, scene } = require("./stage.js");

// The page and its stylesheet, as they travel.
const BYTES_MAX = 20_000;

scene(async (stage, links) => {
  await chinesePhone(stage, links.zh);
  await englishDesktop(stage, links.en);
  await withoutScripts(stage, links.plain);
  await unknown(stage);
});

async function chinesePhone(stage, link) {
  const page = await stage.window({ on: "phone", reads: "zh" });
  const answer = await weighed(page, () => page.goto(link));
  assert.strictEqual(answer.status(), 200);
  assert.strictEqual(await page.locator("html").getAttribute("lang"), "zh-CN");
  await stage.picture(page, "rating-phone-zh");

  // What a screen reader is told: three groups, each choice with its name, the note with its hint.
  for (const [group, choices] of [
    ["承办单位联系您了吗？", ["联系了", "没有联系"]],
    ["问题解决了吗？", ["已解决", "部分解决", "未解决"]],
    ["您对办理满意吗？", ["满意", "基本满意", "不满意"]],
  ]) {
    const question = page.getByRole("group", { name: group });
    for (const name of choices) {
      assert.ok(await question.getByRole("radio", { name, exact: true }).isEnabled(), `${group} ${name}`);
    }
  }
  assert.ok(await page.getByRole("textbox", { name: "还想说的话" }).isVisible());
  await large(stage, page);
  await thumbs(page);

  await page.getByRole("button", { name: "提交评价" }).tap();
  await page.getByRole("alert").waitFor();
  await says(page, "请至少回答一个问题");
  await stage.inspect(page, "an empty form");

  for (const name of ["没有联系", "未解决", "不满意"]) {
    await page.getByRole("radio", { name, exact: true }).tap();
  }
  await page.getByRole("textbox", { name: "还想说的话" }).fill("电梯还是没有修好");
  await stage.picture(page, "rating-answered-phone-zh");
  await page.getByRole("button", { name: "提交评价" }).tap();
  await page.getByRole("heading", { name: "谢谢您的评价" }).waitFor();
  await says(page, "没有完全解决");
  await stage.picture(page, "rating-thanks-phone-zh");

  const again = await page.goto(link);
  assert.strictEqual(again.status(), 410);
  await says(page, "这个链接已经评价过了", "12345");
  assert.ok(await page.getByRole("link", { name: "12345" }).isVisible());
  await stage.picture(page, "rating-used-phone-zh");
  await page.context().close();
}

// By keyboard alone.
async function englishDesktop(stage, link) {
  const page = await stage.window({ on: "desktop", reads: "en" });
  await page.goto(link);
  assert.strictEqual(await page.locator("html").getAttribute("lang"), "en");
  await stage.picture(page, "rating-desktop-en");
  await page.keyboard.press("Tab"); // the other language
  for (const pick of ["Yes", "Solved"]) {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    assert.ok(await page.getByRole("radio", { name: pick, exact: true }).isChecked(), pick);
  }
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  await stage.inspect(page, "thanks in English");
  await page.context().close();
}

async function withoutScripts(stage, link) {
  const page = await stage.window({ on: "phone", reads: "en", dark: true, scripts: false });
  await page.goto(link);
  await says(page, "How was your request handled?");
  await stage.picture(page, "rating-dark-phone-en");
  await page.getByRole("link", { name: "中文" }).tap();
  await says(page, "您的诉求办得怎么样");
  await page.getByRole("radio", { name: "已解决", exact: true }).tap();
  await page.getByRole("button", { name: "提交评价" }).tap();
  await page.getByRole("heading", { name: "谢谢您的评价" }).waitFor();
  await stage.inspect(page, "thanks without scripts");
  await page.context().close();
}

async function unknown(stage) {
  for (const [reads, words] of [["zh", "没有找到这个链接"], ["en", "We cannot find this link"]]) {
    const page = await stage.window({ on: "phone", reads });
    const answer = await page.goto(`${stage.url}/r/0000000000000000`);
    assert.strictEqual(answer.status(), 404);
    await says(page, words, "12345");
    await stage.inspect(page, `an unknown link in ${reads}`);
    await page.context().close();
  }
}

// Bytes of everything the page loads, heads and all.
async function weighed(page, load) {
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  let bytes = 0;
  network.on("Network.loadingFinished", (one) => (bytes += one.encodedDataLength));
  const answer = await load();
  await page.waitForLoadState("load");
  assert.ok(bytes > 1_000 && bytes < BYTES_MAX, `the page and its style weigh ${bytes} bytes`);
  await network.detach();
  return answer;
}

// Somebody who reads letters of twice the size reads the whole page.
async function large(stage, page) {
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  await stage.inspect(page, "letters of twice the size");
  await page.evaluate(() => (document.documentElement.style.fontSize = ""));
}

// Whatever is tapped is as large as a thumb.
async function thumbs(page) {
  const boxes = await page.locator(".pick, button, textarea").evaluateAll((all) =>
    all.map((one) => [one.innerText, one.getBoundingClientRect().height]),
  );
  for (const [name, height] of boxes) assert.ok(height >= 44, `${name} is ${height} px high`);
}
