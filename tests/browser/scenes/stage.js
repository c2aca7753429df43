// What every scene stands on: a browser, windows as people have them, and what must hold on every page.
"use strict";

const assert = require("assert");
const fs = require("fs");
const path = require("path");

const given = JSON.parse(process.argv[2]);
const fetched = (name) => require(path.join(given.modules, "node_modules", name));
const { chromium, devices } = fetched("playwright-core");
const { AxeBuilder } = fetched("@axe-core/playwright");

// A phone with half the pixels of the real one: its pictures are small and still sharp.
const phone = { ...devices["iPhone 13"], deviceScaleFactor: 2, defaultBrowserType: undefined };
const WINDOWS = { phone, desktop: { viewport: { width: 1280, height: 860 } } };
const LOCALES = { zh: "zh-CN", en: "en-US" };
// Bytes of a picture in the documentation.
const PICTURE_BYTES = { min: 4_000, max: 150_000 };
// A page answers within this on a machine that builds at the same time.
const PATIENCE_MS = 30_000;
// No scene is longer, however busy the machine.
const SCENE_MS_MAX = 240_000;

// Plays a scene and prints what it returns; whatever does not hold ends the process with a complaint.
function scene(play) {
  setTimeout(() => {
    console.error(`the scene did not end within ${SCENE_MS_MAX} ms`);
    process.exit(1);
  }, SCENE_MS_MAX).unref();
  (async () => {
    const browser = await chromium.launch({
      executablePath: given.browser,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
    try {
      const result = await play(new Stage(browser), given.more);
      console.log(JSON.stringify(result ?? null));
    } finally {
      await browser.close();
    }
  })().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

class Stage {
  constructor(browser) {
    this.browser = browser;
    this.url = given.url;
  }

  // A window: `on` phone or desktop, `reads` zh or en, `dark`, without `scripts` if false.
  async window({ on = "phone", reads = "zh", dark = false, scripts = true } = {}) {
    const context = await this.browser.newContext({
      ...WINDOWS[on],
      locale: LOCALES[reads],
      timezoneId: "Asia/Shanghai",
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: scripts,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.scripts = scripts;
    page.complaints = [];
    page.on("console", (line) => {
      // A refused page (410, 404 ...) is told as an error of the network; scenes look at the status.
      const isStatus = line.text().startsWith("Failed to load resource: the server responded");
      if (line.type() === "error" && !isStatus) page.complaints.push(line.text());
    });
    page.on("pageerror", (error) => page.complaints.push(String(error)));
    return page;
  }

  // What has to hold on every page: axe finds nothing, nothing sticks out, nobody complained.
  async inspect(page, name) {
    // axe waits for timers, which stand still in a page without scripts.
    const found = page.scripts ? (await new AxeBuilder({ page }).analyze()).violations : [];
    const violations = found.map((one) => {
      const nodes = one.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`);
      return `${one.id}: ${one.help}\n    ${nodes.join("\n    ")}`;
    });
    assert.deepStrictEqual(violations, [], `${name}: axe\n${violations.join("\n")}`);
    const wide = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const out = [...document.querySelectorAll("body *")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.right > width + 1 && !element.closest(".table, [data-scrolls]");
      });
      const whole = document.documentElement.scrollWidth;
      return { by: whole - width, out: out.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) };
    });
    assert.ok(wide.by <= 0 && wide.out.length === 0, `${name}: too wide by ${wide.by} px: ${wide.out}`);
    assert.deepStrictEqual(page.complaints, [], `${name}: the browser complains`);
  }

  // Inspects a page and draws its picture, or looks whether the picture is there.
  async picture(page, name, { whole = true } = {}) {
    await this.inspect(page, name);
    const file = path.join(given.pictures, `${name}.png`);
    if (given.writes) {
      const png = await page.screenshot({ fullPage: whole, animations: "disabled", caret: "hide" });
      fs.writeFileSync(file, small(png));
    }
    assert.ok(fs.existsSync(file), `${file} is missing: DUBAN_PICTURES=write draws it`);
    const bytes = fs.statSync(file).size;
    const { min, max } = PICTURE_BYTES;
    assert.ok(bytes >= min && bytes <= max, `${file} has ${bytes} bytes, not ${min} to ${max}`);
  }
}

// The same picture with a palette: a quarter of the size.
function small(png) {
  const UPNG = fetched("upng-js");
  const decoded = UPNG.decode(png);
  const colours = 64;
  const { width, height } = decoded;
  return Buffer.from(UPNG.encode([UPNG.toRGBA8(decoded)[0]], width, height, colours));
}

// A claim about a page, or the one a tap leads to; it says what was there instead.
async function says(page, ...words) {
  let text = "";
  for (let left = PATIENCE_MS; left > 0; left -= 50) {
    text = await page.locator("body").innerText();
    if (words.every((word) => text.includes(word))) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  assert.fail(`the page does not say all of ${words.join(", ")}:\n${text}`);
}

module.exports = { assert, given, says, scene };
