// Has the page's live connection wait until connectNow is called.
(() => {
  const WebSocket = globalThis.WebSocket;
  const waiting = [];
  let late = true;
  globalThis.connectNow = () => {
    late = false;
    for (const connect of waiting.splice(0)) connect();
    return true;
  };
  globalThis.WebSocket = function (address) {
    if (!late) return new WebSocket(address);
    const outside = { send() {}, close() { outside.closed = true; } };
    waiting.push(() => {
      if (outside.closed) return;
      const inside = new WebSocket(address);
      inside.onmessage = (event) => outside.onmessage(event);
      inside.onclose = (event) => outside.onclose(event);
      outside.send = (data) => inside.send(data);
      outside.close = () => inside.close();
    });
    return outside;
  };
})();
