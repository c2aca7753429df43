// The page of a slip: received by one tap, answered, more time and a return asked for, printed.
"use strict";

const { assert, says, scene } = require("./stage.js");

scene(async (stage, links) => {
  await receivedAndAnswered(stage, links.task);
  await extended(stage, links.task);
  await returned(stage, links.other);
  await refused(stage, links.red);
  await printed(stage, links.red);
});

async function receivedAndAnswered(stage, link) {
  const page = await stage.window({ on: "phone", reads: "zh" });
  assert.strictEqual((await page.goto(link)).status(), 200);
  await says(page, "任务通知单", "W260507-0110", "城西区市场监管局", "否则将", "到期提示");
  await stage.picture(page, "slip-phone-zh");
  await page.getByRole("button", { name: "签收" }).tap();
  await says(page, "已收到，谢谢。");
  await stage.inspect(page, "a slip just received");
  await until(page, link, "已签收");
  await says(page, "陈十一");
  assert.strictEqual(await page.getByRole("button", { name: "签收" }).count(), 0);

  await page.getByRole("textbox", { name: "已采取的措施" }).fill("已到现场检查，责令商户整改");
  await page.getByRole("textbox", { name: "下一步计划" }).fill("周五复查");
  await page.getByRole("textbox", { name: "完成时间" }).fill("5月9日");
  await page.getByRole("button", { name: "提交回复" }).tap();
  await says(page, "已收到，谢谢。");
  await until(page, link, "已回复");
  await page.context().close();
}

async function extended(stage, link) {
  const page = await stage.window({ on: "phone", reads: "zh", dark: true });
  await page.goto(link);
  await page.getByText("申请延期").tap();
  const form = page.locator("details[open]");
  assert.strictEqual(await form.getByRole("spinbutton").inputValue(), "5", "all the policy gives");
  await form.getByRole("spinbutton").fill("3");
  await form.getByRole("textbox").fill("检测机构出具报告需要三个工作日，委托书已上传");
  await stage.picture(page, "slip-extension-phone-dark-zh");
  await form.getByRole("button", { name: "提交延期申请" }).tap();
  await says(page, "申请已提交");
  await stage.inspect(page, "an extension asked for");
  await until(page, link, "已申请延期");
  assert.strictEqual(await page.getByText("申请延期", { exact: true }).count(), 0, "asked once");
  await page.context().close();
}

// Without scripts.
async function returned(stage, link) {
  const page = await stage.window({ on: "phone", reads: "zh", scripts: false });
  await page.goto(link);
  await page.locator("summary", { hasText: "申请退单" }).tap();
  await page.locator("details[open]").getByRole("textbox").fill("三定方案：占道经营由城市管理局负责");
  await page.getByRole("button", { name: "提交退单申请" }).tap();
  await says(page, "申请已提交");
  await page.context().close();
}

// A slip that is overdue says why more time and a return are not possible any more.
async function refused(stage, link) {
  const page = await stage.window({ on: "desktop", reads: "en" });
  await page.goto(link);
  await says(page, "Red supervision order", "Reply by", "Consequence", "Otherwise");
  await page.getByText("Ask for more time").click();
  await page.getByText("Return the case").click();
  await says(page, "it had to be asked before", "the time to return it ended");
  await stage.picture(page, "slip-desktop-en");
  await page.context().close();
}

async function printed(stage, link) {
  const page = await stage.window({ on: "desktop", reads: "zh" });
  await page.goto(link);
  await page.getByRole("link", { name: "查看、打印公文" }).click();
  await page.getByRole("heading", { name: "红色督办单" }).waitFor();
  await says(page, "红字", "考核附注", "签收人、时间");
  await stage.picture(page, "slip-document-zh");
  const paper = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  const pages = paper.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
  assert.strictEqual(pages.length, 1, "the document is one page");
  await page.goto(link);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.getByRole("button").first().isHidden(), "forms are not printed");
  await page.context().close();
}

// Opens the page again until the engine has taken up what was said.
async function until(page, link, word) {
  for (let look = 0; look < 400; look += 1) {
    await page.goto(link);
    if ((await page.locator("dl").innerText()).includes(word)) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  assert.fail(`the page never says \`${word}\``);
}
