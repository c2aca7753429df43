// A short message centre to test with, over the npm package `smpp`: takes messages as centres do
// and writes what happens into a file, a JSON object a line. What it does with a message depends on
// the last two digits of its destination:
//
//     19  invalid destination (0x0B)      71  UNDELIV in optional fields
//     14  queue full (0x14)               72  the receipt before the answer
//     58  throttled (0x58)                73  the receipt twice
//     59  throttled at the second part,   74  somebody answers "1"
//         once                            75  somebody answers in three parts, the last
//                                             one first and one twice
//                                         76  the same with sar_* fields
//                                         77  the same in one message_payload
//                                         90  no answer
//                                         91  no answer, and the link is cut
//     any other: taken, with a receipt DELIVRD where one is asked for
//
// As system_id `constant` gets the same number for every message, and `decimal` receipts that write
// in decimal what the answer wrote in hexadecimal. The password `wrong` is refused, and `mute` as system_id gets an answer to its bind and to nothing
// else. What the client does not confirm with status 0 is said again.
//
// Usage: node smsc.js MODULES LOGFILE [PORT [KEY CERTIFICATE]]; prints the port it listens on, on 127.0.0.1.
"use strict";

const fs = require("fs");
const path = require("path");
const smpp = require(path.join(process.argv[2], "node_modules", "smpp"));

const REFUSED = { 19: 0x0b, 14: 0x14, 58: 0x58 };
const SAID_AGAIN_MAX = 200;
const hears = new Set();
const waiting = [];
const partsTo = new Map();
let next = 0;

function log(event, more) {
  fs.appendFileSync(process.argv[3], JSON.stringify({ event, ...more }) + "\n");
}

// What somebody answers at length, in parts of so many signs.
const LONG = "电梯还是没有修好，已经第三次了😀，请派人来看。".repeat(4);
const SIGNS = 33;

function parts() {
  const cut = [];
  for (let at = 0; at < LONG.length; at += SIGNS) cut.push(LONG.slice(at, at + SIGNS));
  return cut.map((text, n) => ({ text, number: n + 1, total: cut.length }));
}

function ucs2(text) {
  return Buffer.from(text, "utf16le").swap16();
}

// The parts of a long answer, each as a message: the last one first, the first one twice.
function inParts(deliver, how) {
  const [first, ...rest] = parts();
  return [...rest.reverse(), first, first].map(({ text, number, total }) => {
    const message = { ...deliver, data_coding: 8 };
    if (how === "sar") {
      const sar = { sar_msg_ref_num: 300, sar_total_segments: total, sar_segment_seqnum: number };
      return { ...message, ...sar, short_message: { message: ucs2(text) } };
    }
    const udh = Buffer.from([5, 0, 3, 42, total, number]);
    return { ...message, esm_class: 0x40, short_message: { udh, message: ucs2(text) } };
  });
}

// Says something on the first session that hears, or keeps it until there is one.
function say(deliver, times = 0) {
  const [session] = hears;
  if (!session) return waiting.push([deliver, times]);
  session.deliver_sm({ ...deliver }, (answer) => {
    log("confirmed", { status: answer.command_status });
    if (answer.command_status !== 0 && times < SAID_AGAIN_MAX) say(deliver, times + 1);
  });
}

function receipt(id, submit, end, decimal) {
  if (decimal) id = String(parseInt(id, 16));
  const from = { source_addr: submit.destination_addr, destination_addr: submit.source_addr, esm_class: 4 };
  if (end === "71") return { ...from, receipted_message_id: id, message_state: 5, short_message: "" };
  const dates = "submit date:2605141800 done date:2605141801";
  return { ...from, short_message: `id:${id} sub:001 dlvrd:001 ${dates} stat:DELIVRD err:000 text:` };
}

function take(session, submit) {
  const to = submit.destination_addr;
  const end = to.slice(-2);
  const { message, udh } = submit.short_message;
  const before = partsTo.get(to) ?? 0;
  partsTo.set(to, before + 1);
  log("submit", {
    to,
    ton: submit.dest_addr_ton,
    from: submit.source_addr,
    coding: submit.data_coding,
    text: message,
    header: udh ? Buffer.concat(udh).toString("hex") : "",
    validity: submit.validity_period,
  });
  if (end === "90") return;
  if (end === "91") return session.destroy();
  const status = end === "59" && before === 1 ? 0x58 : REFUSED[end];
  if (status) return session.send(submit.response({ command_status: status }));
  next += 1;
  const who = session.systemId;
  const id = who === "constant" ? "no-number" : who === "decimal" ? (next + 25).toString(16) : `m-${next}`;
  const says = submit.registered_delivery ? receipt(id, submit, end, who === "decimal") : null;
  if (says && end === "72") say(says);
  session.send(submit.response({ message_id: id }));
  if (says && end !== "72") say(says);
  if (says && end === "73") say(says);
  const answer = { source_addr: to, destination_addr: submit.source_addr };
  if (end === "74") say({ ...answer, short_message: "1" });
  if (end === "75") for (const part of inParts(answer, "udh")) say(part);
  if (end === "76") for (const part of inParts(answer, "sar")) say(part);
  if (end === "77") say({ ...answer, data_coding: 8, short_message: "", message_payload: { message: ucs2(LONG) } });
}

function bind(session, request) {
  const { command, system_id, password } = request;
  const status = password === "wrong" ? 0x0e : 0;
  log("bind", { command, system_id, status });
  session.send(request.response({ command_status: status, system_id: "smsc" }));
  if (status !== 0) return;
  session.systemId = system_id;
  if (system_id === "mute") {
    session.on("enquire_link", () => log("enquired"));
    return;
  }
  session.on("enquire_link", (asked) => {
    log("enquired");
    session.send(asked.response());
  });
  session.on("submit_sm", (submit) => take(session, submit));
  session.on("unbind", (asked) => {
    log("unbind");
    session.send(asked.response());
    session.close();
  });
  if (command === "bind_transmitter") return;
  hears.add(session);
  for (const [deliver, times] of waiting.splice(0)) say(deliver, times);
}

const [key, cert] = process.argv.slice(5, 7).map((file) => fs.readFileSync(file));
const server = smpp.createServer({ key, cert }, (session) => {
  session.on("error", () => {});
  session.on("close", () => {
    hears.delete(session);
    log("closed");
  });
  for (const command of ["bind_transceiver", "bind_transmitter", "bind_receiver"]) {
    session.on(command, (request) => bind(session, request));
  }
});
fs.appendFileSync(process.argv[3], "");
server.listen(Number(process.argv[4] ?? 0), "127.0.0.1", () => console.log(server.address().port));
