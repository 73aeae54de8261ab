// SPDX-License-Identifier: Apache-2.0
// The demo's stock service: answers how many there are of an item, and asks the shop for its price. Every 13th item fails.
// Usage: node stock.js PORT SHOP_PORT
const http = require('http');
const [port, shopPort] = process.argv.slice(2).map(Number);

http.createServer((request, response) => {
  const item = Number(request.url.split('/')[2]);
  const answer = (status, body) => {
    response.writeHead(status, {'Content-Type': 'application/json'});
    response.end(JSON.stringify(body));
  };
  if (item % 13 === 0) return answer(500, {error: 'shelf not found'});
  if (item % 3 !== 0) return answer(200, {item, left: item % 50});
  http.get({host: '127.0.0.1', port: shopPort, path: `/price/${item}`}, (priced) => {
    let text = '';
    priced.on('data', (piece) => { text += piece; });
    priced.on('end', () => answer(200, {item, left: item % 50, price: JSON.parse(text).cents}));
  }).on('error', () => answer(503, {error: 'no price'}));
}).listen(port, '127.0.0.1');
