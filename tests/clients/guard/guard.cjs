// Keeps a Node process to the addresses that it may contact, and notes what else it tried.

const { appendFileSync } = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const dgram = require("node:dgram");
const dns = require("node:dns");
const net = require("node:net");

const allowed = new Set(process.env.GUARD_ALLOWED.split(" "));
const names = new Set(["localhost", "127.0.0.1", "::1"]);

function note(line) {
  appendFileSync(process.env.GUARD_NOTES, `${line}\n`);
}

function refuse(target) {
  note(`contacted ${target}`);
  throw new Error(`only the server under test may be contacted, not ${target}`);
}

// (options), (path), (port, host), or the list of one of them that net passes on to itself
function destination([first, host]) {
  const given = Array.isArray(first) ? first[0] : first;
  if (given !== null && typeof given === "object") return given;
  return Number.isNaN(Number(given)) ? { path: given } : { port: given, host };
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const { path, port, host = "localhost" } = destination(args);
  const target = `${host === "localhost" ? "127.0.0.1" : host}:${port}`;
  if (!path && !allowed.has(target)) refuse(target);
  return connect.apply(this, args);
};

for (const method of ["connect", "send"]) {
  dgram.Socket.prototype[method] = () => refuse("something over UDP");
}

for (const asking of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const method of Object.getOwnPropertyNames(asking)) {
    const ask = asking[method];
    if (typeof ask !== "function" || !/^(lookup$|resolve|reverse$)/.test(method)) continue;
    asking[method] = function (name, ...rest) {
      if (!names.has(name)) refuse(`the name ${name}`);
      return ask.call(this, name, ...rest);
    };
  }
}

syncBuiltinESMExports();
note("guarded");
