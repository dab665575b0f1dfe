// A station in Node out of `ocpp-rpc`, strict: it says what it is told to say and answers calls as it is told, and both
// directions are checked against the schemas that it brings along. Orders in, events out, one JSON object a line.
const { RPCClient, createValidator } = require("ocpp-rpc");

const [endpoint, identity, password, protocol] = process.argv.slice(2);
const tell = (event, facts) => process.stdout.write(JSON.stringify({ event, ...facts }) + "\n");

// It brings the schemas of 2.1 along but looks for them under the names that the older versions have.
function renamed(schemas) {
  return schemas.map((one) => ({ ...one, $id: one.$id.replace(/Request$/, ".req").replace(/Response$/, ".conf") }));
}
const own = protocol === "ocpp2.1"
  ? [createValidator(protocol, renamed(require("ocpp-rpc/lib/schemas/ocpp2_1.json")))]
  : [];
const station = new RPCClient({
  endpoint, identity, password, protocols: [protocol], strictMode: true, strictModeValidators: own, reconnect: false,
});

let answers = {};
station.handle(({ method, params }) => {
  tell("called", { action: method, payload: params });
  return answers[method];
});
station.on("strictValidationFailure", ({ error, method, params, result, outbound }) =>
  tell("invalid", { action: method, outbound, why: String(error.message), payload: params ?? result }));

async function obey({ id, do: what, ...order }) {
  try {
    let result = null;
    if (what === "connect") { answers = order.answers; await station.connect(); }
    if (what === "call") result = await station.call(order.action, order.payload);
    tell("done", { id, result });
  } catch (problem) {
    tell("failed", { id, why: `${problem.rpcErrorCode ?? ""} ${problem.message}` });
  }
}

let kept = "";
process.stdin.setEncoding("utf8").on("data", (text) => {
  const lines = (kept + text).split("\n");
  kept = lines.pop();
  for (const line of lines) obey(JSON.parse(line));
}).on("end", () => process.exit(0));
