<?php
// SPDX-License-Identifier: Apache-2.0
// Answers as the path says: /status/404, /bytes/100000, /log (a line on stderr), /echo (as many bytes as came).
$parts = explode('/', parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
switch ($parts[2] ?? '') {
  case 'status': http_response_code((int)$parts[3]); echo 'status'; break;
  case 'bytes': echo str_repeat('b', (int)$parts[3]); break;
  case 'log': file_put_contents('php://stderr', 'a line'); error_log('another line'); echo 'logged'; break;
  case 'fatal': undefined_function();
  case 'echo': echo strlen(file_get_contents('php://input')); break;
  default: echo 'hello';
}
