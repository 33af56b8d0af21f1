// NODE_OPTIONS loads this file into each Node process of an intercepted program.
//
// Node reads HTTPS_PROXY since 22.21 and 24.5; in older versions many clients do not read it. So a socket to an
// intercepted host is connected to the proxy, which answers as this host, and a socket to port 80 or 443 of any
// other host is refused, unless NO_PROXY names it. fetch, http and https all connect their sockets here. fetch is
// kept from using the proxy itself, because its error would not say why a call was refused. A lookup of an
// intercepted host returns a public address, since some clients refuse private ones.
'use strict';
const dns = require('node:dns');
const net = require('node:net');

const address = process.env.DECK_SIM_INTERCEPT_ADDRESS;
const port = Number(process.env.DECK_SIM_INTERCEPT_PORT);
const hosts = (process.env.DECK_SIM_INTERCEPT_HOSTS || '').split(',');
const direct = (process.env.NO_PROXY || '').split(',').map((name) => name.trim().replace(/^\./, ''));

const dispatchers = [1, 2].map((number) => Symbol.for(`undici.globalDispatcher.${number}`));

function isOurs(host) {
  return hosts.includes(String(host).toLowerCase());
}

// What `dns.lookup` and the like call back with.
const lookups = {
  lookup: (how) => (how && how.all ? [[{ address, family: 4 }]] : [address, 4]),
  resolve: () => [[address]],
  resolve4: () => [[address]],
};

function replaceLookup(owner, name, answer) {
  const original = owner[name];
  owner[name] = function (host, ...rest) {
    return isOurs(host) ? answer(rest) : original.call(this, host, ...rest);
  };
  for (const key of Object.getOwnPropertySymbols(original)) owner[name][key] = original[key]; // for `promisify`
}

function isDirect(host) {
  return /^(127(\.\d+){3}|::1|localhost)$/.test(host) ||
    direct.some((name) => name && (host === name || host.endsWith(`.${name}`)));
}

if (port) {
  for (const [name, find] of Object.entries(lookups)) {
    replaceLookup(dns, name, (rest) => {
      const callback = rest.pop();
      process.nextTick(callback, null, ...find(rest[0]));
    });
    replaceLookup(dns.promises, name, async ([how]) => {
      const [first, family] = find(how);
      return family ? { address: first, family } : first;
    });
  }
  require('node:module').syncBuiltinESMExports();
  const { fetch } = globalThis;
  globalThis.fetch = function (...args) {
    for (const key of dispatchers) { // Node sets them after the preloads
      const Dispatcher = globalThis[key]?.constructor;
      if (Dispatcher?.name === 'EnvHttpProxyAgent') globalThis[key] = new Dispatcher({ httpProxy: '', httpsProxy: '' });
    }
    return fetch.apply(this, args);
  };
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    const [options, callback] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args);
    const host = String(options.host || 'localhost').toLowerCase();
    if (options.path) return connect.apply(this, args);
    if (isOurs(host) || host === address) {
      const { lookup, family, ...others } = options;
      return connect.call(this, { ...others, host: '127.0.0.1', port }, callback);
    }
    if ([80, 443].includes(Number(options.port)) && !isDirect(host)) {
      const answered = [...hosts, host].map((name) => `--intercept-host ${name}`).join(' ');
      const text = `deck-sim refuses ${host}; to intercept it: ${answered}`;
      const note = new net.Socket(); // tells the proxy to count the refused call for the summary
      note.on('error', () => {}).on('data', () => note.destroy());
      note.on('close', () => this.destroy(new Error(text)));
      connect.call(note, { host: '127.0.0.1', port }, () => note.write(`CONNECT ${host}:${options.port} HTTP/1.1\r\n\r\n`));
      return this;
    }
    return connect.apply(this, args);
  };
}
