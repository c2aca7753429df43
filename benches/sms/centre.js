// A short message centre that takes everything, over the npm package `smpp`; prints its port.
// Usage: node centre.js MODULES
"use strict";

const path = require("path");
const smpp = require(path.join(process.argv[2], "node_modules", "smpp"));

let next = 0;
const server = smpp.createServer((session) => {
  session.on("error", () => {});
  const answer = (asked) => session.send(asked.response());
  for (const command of ["bind_transceiver", "bind_transmitter", "enquire_link"]) session.on(command, answer);
  session.on("submit_sm", (submit) => session.send(submit.response({ message_id: String(++next) })));
  session.on("unbind", (asked) => {
    answer(asked);
    session.close();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
