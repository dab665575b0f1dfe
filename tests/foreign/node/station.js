// A station in Node out of `ocpp-rpc`, strict: it checks both directions against its own copy of the schemas (1.6, 2.0.1).
// Same manners as the other stations: events out, one JSON object a line; it ends when its standard input closes.
const { RPCClient } = require("ocpp-rpc");

const [endpoint, identity, password, version] = process.argv.slice(2);
const two = version === "2.0.1";
const station = new RPCClient({
  endpoint, identity, password, protocols: [`ocpp${version}`], strictMode: true, reconnect: false,
});
const tell = (event, facts) => process.stdout.write(JSON.stringify({ event, ...facts }) + "\n");
const stamp = (at) => at.toISOString().replace(/\.\d+/, "");
const whole = () => new Date(Math.floor(Date.now() / 1000) * 1000);

let began, transaction, timer, seqNo = 0, register = 7000;
const read = (at) => register + Math.round((at - began) / 1000) * 100;

async function say(status) {
  const where = two
    ? { timestamp: stamp(new Date()), connectorStatus: status, evseId: 1, connectorId: 1 }
    : { connectorId: 1, errorCode: "NoError", status, timestamp: stamp(new Date()) };
  await station.call("StatusNotification", where);
}

function meterValue(at) {
  const value = two
    ? { value: read(at), measurand: "Energy.Active.Import.Register" }
    : { value: String(read(at)), measurand: "Energy.Active.Import.Register", unit: "Wh" };
  return [{ timestamp: stamp(at), sampledValue: [value] }];
}

async function event(eventType, triggerReason, at, info, more = {}) {
  const transactionInfo = { transactionId: transaction, ...info };
  const body = { eventType, triggerReason, timestamp: stamp(at), seqNo: seqNo++, transactionInfo, meterValue: meterValue(at) };
  await station.call("TransactionEvent", { ...body, ...more });
}

async function begin(asked) {
  began = whole();
  if (two) {
    transaction = `N-${began.getTime()}`;
    await say("Occupied");
    const info = { chargingState: "Charging", remoteStartId: asked.remoteStartId };
    await event("Started", "RemoteStart", began, info, { idToken: asked.idToken, evse: { id: 1, connectorId: 1 } });
  } else {
    const start = { connectorId: 1, idTag: asked.idTag, meterStart: register, timestamp: stamp(began) };
    transaction = (await station.call("StartTransaction", start)).transactionId;
    await say("Charging");
  }
  timer = setInterval(async () => {
    if (two) await event("Updated", "MeterValuePeriodic", whole(), { chargingState: "Charging" });
    else await station.call("MeterValues", { connectorId: 1, transactionId: transaction, meterValue: meterValue(whole()) });
  }, 1000);
}

async function end() {
  clearInterval(timer);
  const at = whole();
  const facts = { started_at: began.toISOString(), ended_at: at.toISOString(), meter_start: register, meter_stop: read(at) };
  tell("ended", facts);
  if (two) await event("Ended", "RemoteStop", at, { chargingState: "EVConnected", stoppedReason: "Remote" });
  else await station.call("StopTransaction", { transactionId: transaction, meterStop: read(at), timestamp: stamp(at), reason: "Remote" });
  register = read(at);
  await say("Available");
}

function asked(action, then) {
  station.handle(action, ({ params }) => {
    tell("called", { action, payload: params });
    setTimeout(() => then(params).catch((problem) => tell("problem", { why: String(problem) })), 50);
    return { status: "Accepted" };
  });
}

async function main() {
  asked(two ? "RequestStartTransaction" : "RemoteStartTransaction", begin);
  asked(two ? "RequestStopTransaction" : "RemoteStopTransaction", end);
  await station.connect();
  const boot = two
    ? { reason: "PowerUp", chargingStation: { model: "Node", vendorName: "ocpp-rpc" } }
    : { chargePointModel: "Node", chargePointVendor: "ocpp-rpc" };
  const answer = await station.call("BootNotification", boot);
  await say("Available");
  tell("booted", { status: answer.status });
}

process.stdin.on("end", () => process.exit(0)).resume();
main().catch((problem) => { tell("problem", { why: String(problem) }); process.exit(1); });
