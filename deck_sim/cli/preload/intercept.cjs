// Preloaded by NODE_OPTIONS into each Node below `deck-sim exec --intercept`.
//
// Node reads HTTPS_PROXY since 22.21 and 24.5, and many clients of older versions never do. So a socket to an
// intercepted host is connected to the proxy, which answers TLS there, and one to the ports 80 and 443 of any
// other host is refused. fetch, http and https all connect their sockets here. A Node that uses the proxy by
// itself connects to loopback only, which is left alone.
'use strict';
const net = require('node:net');

const port = Number(process.env.DECK_SIM_INTERCEPT_PORT);
const hosts = (process.env.DECK_SIM_INTERCEPT_HOSTS || '').split(',');
const direct = (process.env.NO_PROXY || '').split(',').map((name) => name.trim().replace(/^\./, ''));

function isDirect(host) {
  return /^(127(\.\d+){3}|::1|localhost)$/.test(host) ||
    direct.some((name) => name && (host === name || host.endsWith(`.${name}`)));
}

if (port) {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...given) {
    const [options, callback] = Array.isArray(given[0]) ? given[0] : net._normalizeArgs(given);
    const host = String(options.host || 'localhost').toLowerCase();
    if (options.path) return connect.apply(this, given);
    if (hosts.includes(host)) {
      const { lookup, family, ...others } = options;
      return connect.call(this, { ...others, host: '127.0.0.1', port }, callback);
    }
    if ([80, 443].includes(Number(options.port)) && !isDirect(host)) {
      const answered = [...hosts, host].map((name) => `--intercept-host ${name}`).join(' ');
      const text = `deck-sim refuses ${host}; to answer for it: ${answered}`;
      const note = new net.Socket(); // the proxy counts the call for the summary, as one that it refuses itself
      note.on('error', () => {}).on('data', () => note.destroy());
      note.on('close', () => this.destroy(new Error(text)));
      connect.call(note, { host: '127.0.0.1', port }, () => note.write(`CONNECT ${host}:${options.port} HTTP/1.1\r\n\r\n`));
      return this;
    }
    return connect.apply(this, given);
  };
}
