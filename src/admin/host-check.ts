/**
 * A web page can point its own host name at 127.0.0.1 and then read, from the visitor's browser, what a server there
 * answers. The browser still sends the page's host name, so a connection to the loopback address is answered only where it
 * names this host.
 * https://en.wikipedia.org/wiki/DNS_rebinding
 */
export function createHostCheck(configured: string): (host: string | undefined) => boolean {
  const known = new Set(["localhost", "127.0.0.1", "::1", hostName(configured)]);
  // Browsers always send it. HTTP/1.0 may leave it out, and load balancers' simple probes do.
  return (host) => host === undefined || known.has(hostName(host));
}

export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (/^(::ffff:)?127\./i.test(address) || address === "::1");
}

/** The name in `name:port` or `[address]:port`. The port may be any: a forwarded one is another than ours. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](:\d*)?$/.exec(host)?.[1];
  const name = bracketed ?? (/^[^:]*:[^:]*$/.test(host) ? host.split(":", 1)[0] : host) ?? host;
  return name.toLowerCase().replace(/\.$/, "");
}
