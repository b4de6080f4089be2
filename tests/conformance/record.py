"""Stands between the official clients and the simulator, and writes each request as a line that `cargo xtask replay` reads.

Usage: record.py UPSTREAM FILE; the first line of the output is its own address.
"""

import email.parser
import email.policy
import http.client
import json
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPSTREAM = urllib.parse.urlsplit(sys.argv[1])
OUTPUT = open(sys.argv[2], "a", encoding="utf-8")
LOCK = threading.Lock()
CLIENTS = {"cozepy": "py", "coze-py": "py", "coze-js": "js", "coze-api": "js", "coze-go": "go", "coze-java": "java"}


def sdk(headers):
    """Names the client by what it says of itself."""
    said = (headers.get("X-Coze-Client-User-Agent") or "") + " " + (headers.get("User-Agent") or "")
    try:
        lang = json.loads(headers.get("X-Coze-Client-User-Agent") or "{}").get("lang", "")
    except ValueError:
        lang = ""
    names = {"python": "py", "node": "js", "nodejs": "js", "go": "go", "java": "java"}
    if lang in names:
        return names[lang]
    return next((short for name, short in CLIENTS.items() if name in said.lower()), "")


def parts(content_type, body):
    """The parts of a form."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        filename = part.get_filename()
        content = part.get_payload(decode=True) or b""
        found.append({
            "name": name,
            "filename": filename,
            "content_type": part.get_content_type() if part["content-type"] else None,
            "size": len(content) if filename is not None else None,
            "value": None if filename is not None else content.decode("utf-8", "replace"),
        })
    return found


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_one(self):
        body = self.body()
        split = urllib.parse.urlsplit(self.path)
        content_type = self.headers.get("Content-Type")
        is_form = (content_type or "").startswith("multipart/form-data")
        try:
            value = json.loads(body) if body and not is_form else None
        except ValueError:
            value = None
        line = {
            "sdk": sdk(self.headers),
            "method": self.command,
            "path": split.path,
            "query": urllib.parse.parse_qsl(split.query, keep_blank_values=True),
            "content_type": content_type,
            "json": value,
            "multipart": parts(content_type, body) if is_form else None,
        }
        # What comes from none of the clients is a look at the simulator.
        if line["sdk"]:
            with LOCK:
                OUTPUT.write(json.dumps(line, ensure_ascii=False) + "\n")
                OUTPUT.flush()

        upstream = http.client.HTTPConnection(UPSTREAM.hostname, UPSTREAM.port, timeout=600)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "transfer-encoding", "content-length")}
        headers["Content-Length"] = str(len(body))
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while chunk := answer.read1(65536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")
        upstream.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_one


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
