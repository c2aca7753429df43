// The supervisors' board: in by a link from the mailbox, overview, lists, a ticket, the ledger.
"use strict";

const { assert, says, scene } = require("./stage.js");

scene(async (stage, { supervisor, ticket, other }) => {
  const cookies = await signIn(stage, supervisor);
  await chineseDesk(stage, cookies, ticket, other);
  await englishAndDark(stage, cookies, ticket);
  await chinesePhone(stage, cookies, ticket);
  await withoutScripts(stage, cookies, ticket);
});

async function signIn(stage, email) {
  const page = await stage.window({ on: "phone", reads: "zh" });
  await page.goto(`${stage.url}/board`);
  assert.ok(page.url().includes("/board/sign-in"), "nobody sees the board without signing in");
  await stage.picture(page, "board-sign-in-phone-zh");
  await page.getByRole("textbox").fill("nobody@example.org");
  await page.getByRole("button").tap();
  const sent = await page.getByRole("status").innerText();
  await page.goto(`${stage.url}/board/sign-in`);
  await page.getByRole("textbox").fill(email);
  await page.getByRole("button").tap();
  assert.strictEqual(await page.getByRole("status").innerText(), sent, "strangers learn nothing");
  await stage.inspect(page, "a link is on its way");
  const link = await mailed(stage, email);
  await page.goto(link);
  await stage.inspect(page, "one tap and you are in");
  await page.getByRole("button").tap();
  await page.waitForURL(/\/board$/);
  const cookies = await page.context().cookies();
  await page.goto(link);
  await stage.inspect(page, "a link that was used");
  await page.context().close();
  return cookies;
}

async function chineseDesk(stage, cookies, ticket, other) {
  const page = await signedIn(stage, cookies, { on: "desktop", reads: "zh" });
  await page.goto(`${stage.url}/board`);
  await says(page, "总览", "超期", "城西区市场监管局");
  await stage.picture(page, "board-overview-desktop-zh", { whole: false });
  await page.getByRole("link", { name: "工单", exact: true }).click();
  await page.getByRole("combobox", { name: "到期" }).selectOption("overdue");
  await page.getByRole("button", { name: "筛选" }).click();
  await says(page, ticket);
  await page.getByRole("link", { name: "清除" }).click();
  await stage.picture(page, "board-tickets-desktop-zh", { whole: false });
  await page.getByRole("searchbox", { name: "工单编号" }).fill(ticket);
  await page.getByRole("button", { name: "查找" }).click();
  await page.waitForURL(new RegExp(`/board/t/${ticket}`));
  await says(page, "时间轴", "黄色催办单", "红色督办单", "一般诉求");
  await stage.picture(page, "board-ticket-desktop-zh", { whole: false });

  await page.goto(`${stage.url}/board/t/${other}`);
  const admit = page.locator("form", { has: page.getByRole("heading", { name: "列入挂账" }) });
  await admit.getByRole("combobox", { name: "批准角色" }).selectOption({ index: 1 });
  await admit.getByRole("combobox", { name: "原因" }).selectOption("历史遗留");
  await admit.getByRole("textbox", { name: "推进计划" }).fill("年底前完成管网改造，每月复核一次");
  await admit.getByRole("button", { name: "列入挂账" }).click();
  await page.getByRole("status").waitFor();
  await stage.inspect(page, "a ticket just admitted");
  await until(page, `${stage.url}/board/ledger`, other);
  await stage.picture(page, "board-ledger-desktop-zh", { whole: false });
  for (const path of ["u/cx-scjg", "u/cx", "p/p08", "trouble", "silences", "tickets?q=nothing", "search?q=none"]) {
    await page.goto(`${stage.url}/board/${path}`);
    await stage.inspect(page, path);
  }
  await page.context().close();
}

async function englishAndDark(stage, cookies, ticket) {
  const page = await signedIn(stage, cookies, { on: "desktop", reads: "en", dark: true });
  await page.goto(`${stage.url}/board`);
  await says(page, "Overview", "Overdue");
  await stage.picture(page, "board-overview-desktop-dark-en", { whole: false });
  await page.goto(`${stage.url}/board/t/${ticket}`);
  await stage.picture(page, "board-ticket-desktop-dark-en", { whole: false });
  for (const path of ["tickets", "ledger", "u/cx-scjg", "p/p08"]) {
    await page.goto(`${stage.url}/board/${path}`);
    await stage.inspect(page, `${path} in the dark`);
  }
  await page.context().close();
}

async function chinesePhone(stage, cookies, ticket) {
  const page = await signedIn(stage, cookies, { on: "phone", reads: "zh" });
  for (const [path, name] of [
    ["", "board-overview-phone-zh"],
    ["/tickets", "board-tickets-phone-zh"],
    [`/t/${ticket}`, "board-ticket-phone-zh"],
    ["/ledger", "board-ledger-phone-zh"],
  ]) {
    await page.goto(`${stage.url}/board${path}`);
    await stage.picture(page, name, { whole: false });
  }
  await page.goto(`${stage.url}/board/u/cx-scjg`);
  await stage.inspect(page, "a unit on a phone");
  await page.context().close();
}

async function withoutScripts(stage, cookies, ticket) {
  const page = await signedIn(stage, cookies, { on: "phone", reads: "en", scripts: false });
  for (const [path, word] of [["", "Overview"], ["/tickets", ticket], [`/t/${ticket}`, "Timeline"], ["/ledger", "Ledger"]]) {
    await page.goto(`${stage.url}/board${path}`);
    await says(page, word);
    await stage.inspect(page, `${path} without scripts`);
  }
  await page.context().close();
}

async function signedIn(stage, cookies, manner) {
  const page = await stage.window(manner);
  await page.context().addCookies(cookies);
  return page;
}

// The link in the newest mail to somebody, once it lies in the mailbox.
async function mailed(stage, email) {
  for (let look = 0; look < 400; look += 1) {
    const mails = await (await fetch(`${stage.url}/mailbox.json`)).json();
    const links = mails.filter((mail) => mail.to === email).flatMap((mail) => mail.links);
    const link = links.find((one) => one.includes("/board/in/"));
    if (link) return link;
    await new Promise((again) => setTimeout(again, 50));
  }
  return assert.fail(`no link is mailed to ${email}`);
}

// Opens a page again until the engine has taken up what was said.
async function until(page, address, word) {
  for (let look = 0; look < 400; look += 1) {
    await page.goto(address);
    if ((await page.locator("main").innerText()).includes(word)) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  assert.fail(`${address} never says \`${word}\``);
}
