"""A receiver of webhooks: verifies each with the reference library of Standard Webhooks.

The first attempt of every third event is answered 503, so that it has to come again. What was
verified is written into a file with the answer given; what was not is written as a refusal.

Usage: hooks.py LOGFILE PORT SECRET; prints the port it listens on, on 127.0.0.1.
"""

import http.server
import json
import sys
import threading

from standardwebhooks.webhooks import Webhook

log = open(sys.argv[1], "a", encoding="utf-8")
secret = Webhook(sys.argv[3])
lock = threading.Lock()
seen = set()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            secret.verify(body, headers)
            event = json.loads(body)
            with lock:
                is_new = event["id"] not in seen
                seen.add(event["id"])
                status = 503 if is_new and len(seen) % 3 == 0 else 200
        except Exception as error:
            event, status = {"refused": repr(error)}, 400
        with lock:
            log.write(json.dumps({"status": status, "headers": headers, "event": event, "body": body}) + "\n")
            log.flush()
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
