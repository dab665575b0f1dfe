// A central system in Node out of `ocpp-rpc`, strict (both directions checked against its own schemas), for the benches:
// it compares the Basic password of a station, answers, and stores nothing. Usage: node server.js PORT
const { RPCServer } = require("ocpp-rpc");

const protocols = ["ocpp1.6", "ocpp2.0.1"];
const server = new RPCServer({ protocols, strictMode: true, pingIntervalMs: 30000 });

server.auth((accept, reject, handshake) => {
  const expected = `benchmark-password-${handshake.identity.slice(-5)}`;
  if (handshake.password && handshake.password.toString("utf8") === expected) accept({}, handshake.protocols.values().next().value);
  else reject(401);
});

server.on("client", (client) => {
  client.handle("MeterValues", () => ({}));
  client.handle("TransactionEvent", () => ({}));
  client.handle("Heartbeat", () => ({ currentTime: new Date().toISOString() }));
});

server.listen(Number(process.argv[2]), "127.0.0.1");
