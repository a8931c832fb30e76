// A TCP proxy that cuts: after so many bytes from the client, each connection is destroyed. Then the client does not know what arrived.
import net from 'node:net';

export function cuttingProxy(targetPort, bytesUntilCut) {
  const state = { cuts: 0, bytesUntilCut };
  const server = net.createServer((client) => {
    const target = net.connect(targetPort, '127.0.0.1');
    let passed = 0;
    const end = () => { client.destroy(); target.destroy(); };
    client.on('data', (chunk) => {
      passed += chunk.length;
      if (passed > state.bytesUntilCut()) {
        // A part of the last chunk still goes through: the cut falls anywhere, not between two chunks.
        target.write(chunk.subarray(0, chunk.length >> 1), () => { state.cuts++; end(); });
        return;
      }
      if (!target.write(chunk)) {
        client.pause();
        target.once('drain', () => client.resume());
      }
    });
    target.on('data', (chunk) => client.write(chunk));
    for (const side of [client, target]) {
      side.on('error', end);
      side.on('close', end);
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
    port: server.address().port, state, close: () => { server.close(); server.closeAllConnections?.(); },
  })));
}
